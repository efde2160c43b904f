// The guard is a property of the module, not a string to misspell, and a worker never enters it.
import { run, task } from "@troupe/actors";

const work = task(import.meta, "work", (n: number): number => n + 1); // evaluated in every worker: keep it pure

if (import.meta.main) {
  console.log(await run(work, [41])); // 42
}
