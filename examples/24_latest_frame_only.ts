// Only the newest frame matters: a queue of one that drops the oldest.
import { Queue, run, task } from "@troupe/actors";

type Frame = { at: number; pixels: Uint8Array };
const camera = task(import.meta, "camera", async (q: Queue<Frame>) => {
  for (let i = 0; i < 20; i++) {
    await q.put({ at: Date.now(), pixels: new Uint8Array(1024) });
    await new Promise((r) => setTimeout(r, 10));
  }
  q.close();
});

if (import.meta.main) { // several network cameras, no growing delay
  using q = new Queue<Frame>({ capacity: 1, overflow: "dropOldest" });
  await using _cam = run(camera, [q]);
  for await (const frame of q) {
    const age = Date.now() - frame.at;
    console.log(age < 1_000 ? "fresh" : `late by ${age} ms`);
  }
}
