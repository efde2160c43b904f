// A region travels to another thread as itself: what the task writes is there when it has ended.
import { run, SharedMemory, type Task, task } from "@troupe/actors";

export const write: Task<[SharedMemory], void> = task(
  import.meta,
  "write",
  (region: SharedMemory) => {
    region.bytes.set(new TextEncoder().encode("howdy"));
  },
);

if (import.meta.main) {
  await using region = await SharedMemory.create({ size: 1_024 });
  await run(write, [region]);
  const text = new TextDecoder().decode(region.bytes.subarray(0, 5));
  console.log(text, region.size); // howdy 1024
}
