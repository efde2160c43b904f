// One task as long as all others together: whoever is idle takes what another has not begun.
import { Pool, task } from "@troupe/actors";

const crunch = task(import.meta, "crunch", (rounds: number) => {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum += i % 7;
  return sum;
});

if (import.meta.main) {
  await using pool = new Pool();
  const rounds = [5e7, ...Array<number>(99).fill(5e5)];
  const job = pool.map(crunch, rounds);
  for await (const { done, total } of job.progress) {
    if (done === total) console.log(done, "done");
  }
  console.log((await job)[0]);
}
