// wait(FIRST_COMPLETED) and as_completed().
import { asCompleted, Pool, settleFirst, task } from "@troupe/actors";

const nap = task(
  import.meta,
  "nap",
  (ms: number) => new Promise<number>((done) => setTimeout(done, ms, ms)),
);

if (import.meta.main) {
  await using pool = new Pool({ size: 3 });
  await pool.warm();
  const jobs = [2_000, 10, 1_000].map((ms) => pool.run(nap, [ms]));
  const { done, pending } = await settleFirst(jobs, "completed");
  console.log(done.length, "done,", pending.length, "pending");
  for await (const { index, status } of asCompleted(jobs)) {
    console.log(index, status);
  }
}
