// One produces, one consumes, four messages apart at most; closing replaces the sentinel.
import { Queue, run, task } from "@troupe/actors";

const produce = task(
  import.meta,
  "produce",
  async (q: Queue<number>) => {
    for (let i = 0; i < 10; i++) {
      await q.put(i);
      console.log("produced:", i);
    }
    q.close(); // replaces put(None)
  },
);
const consume = task(
  import.meta,
  "consume",
  async (q: Queue<number>) => {
    for await (const item of q) console.log("consumed:", item);
  },
);

if (import.meta.main) {
  using q = new Queue<number>({ capacity: 4 });
  await Promise.all([run(produce, [q]), run(consume, [q])]);
}
