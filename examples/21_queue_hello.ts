// A worker puts a message, the main thread takes it.
import { Queue, run, task } from "@troupe/actors";

const worker = task(
  import.meta,
  "worker",
  (q: Queue<string>) => q.put("hello from a worker"),
);

if (import.meta.main) {
  using q = new Queue<string>();
  await using _w = run(worker, [q]);
  console.log(await q.take());
}
