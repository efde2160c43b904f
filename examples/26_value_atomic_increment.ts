// Two threads count to the same number. 200000, no lock needed.
import { run, SharedValue, task } from "@troupe/actors";

const bump = task(
  import.meta,
  "bump",
  (hits: SharedValue, times: number): void => {
    for (let i = 0; i < times; i++) hits.add(1);
  },
);

if (import.meta.main) {
  const hits = new SharedValue("i32", 0);
  await Promise.all([1, 2].map(() => run(bump, [hits, 100_000])));
  console.log(hits.value);
}
