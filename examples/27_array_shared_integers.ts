// A plain Int32Array over memory that another thread writes. Prints 1.
import { run, sharedArray, task } from "@troupe/actors";

const bump = task(import.meta, "bump", (all: Int32Array, i: number): void => {
  Atomics.add(all, i, 1);
});

if (import.meta.main) {
  const all = sharedArray(Int32Array, [0, 1, 2, 3, 4]);
  await run(bump, [all, 0]);
  console.log(all[0]);
}
