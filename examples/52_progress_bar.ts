// How far a job is: a bar on a terminal with tasks done, tasks per second and the time left; nothing in a pipe.
import { Pool, task } from "@troupe/actors";
import { withProgress } from "@troupe/actors/cli";

const primesIn = task(import.meta, "primesIn", (from: number, to: number) => {
  let count = 0;
  for (let n = Math.max(2, from); n < to; n++) {
    let factor = 2;
    while (factor * factor <= n && n % factor !== 0) factor++;
    if (factor * factor > n) count++;
  }
  return count;
});

if (import.meta.main) {
  await using pool = new Pool();
  const ranges = Array.from(
    { length: 100 },
    (_, i): [number, number] => [i * 5_000, (i + 1) * 5_000],
  );
  const job = pool.starmap(primesIn, ranges);
  const counts = await withProgress(job, { title: "primes below 500,000" });
  console.log(counts.reduce((sum, count) => sum + count)); // 41538
}
