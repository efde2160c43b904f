// Rollouts on three threads, training on the main one. Weights are shared, never copied; a ring brings small batches back.
import { run, sharedArray, struct, StructRing, task } from "@troupe/actors";

const Batch = struct({ worker: "u8", reward: "f64" });
type Batches = StructRing<{ readonly worker: "u8"; readonly reward: "f64" }>;
const EPISODES = 20;

const rollout = task(
  import.meta,
  "rollout",
  async (worker: number, weights: Float32Array, out: Batches) => {
    for (let episode = 0; episode < EPISODES; episode++) {
      await out.put({ worker, reward: weights[0]! * (1 + worker) });
    }
  },
);

if (import.meta.main) {
  const weights = sharedArray(Float32Array, [1, 1, 1]);
  const batches = new StructRing(Batch, { capacity: 32 });
  const crew = [0, 1, 2].map((id) => run(rollout, [id, weights, batches]));
  const seen = [0, 0, 0];
  for (let i = 0; i < crew.length * EPISODES; i++) {
    const { worker, reward } = await batches.take();
    weights[0]! += 0.001 * reward;
    seen[worker]!++;
  }
  await Promise.all(crew);
  console.log(seen.join(" "), weights[0]! > 1); // 20 20 20 true
}
