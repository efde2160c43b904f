// Four workers say of each job that it is done, and the main thread waits for all.
import { Queue, run, task } from "@troupe/actors";

const worker = task(import.meta, "worker", async (q: Queue<number>) => {
  for await (const _job of q) q.done();
});

if (import.meta.main) {
  using q = new Queue<number>();
  const crew = [1, 2, 3, 4].map(() => run(worker, [q]));
  for (let i = 0; i < 10; i++) await q.put(i);
  await q.idle({ timeout: 5000 }); // all ten marked done
  q.close();
  await Promise.all(crew);
  console.log("all ten are done");
}
