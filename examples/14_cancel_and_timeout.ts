// What Python cannot: a task that runs is cancelled, and its worker replaced if it does not heed it.
import { current, Pool, System, task } from "@troupe/actors";

const fib = task(
  import.meta,
  "fib",
  (n: number): number => n < 2 ? n : fib(n - 1) + fib(n - 2),
);

const search = task(import.meta, "search", () => {
  let tried = 0;
  while (!current.signal.aborted) tried++; // Also code that computes can look.
  console.log("stopped searching:", current.signal.reason.name);
});

if (import.meta.main) {
  // Deno cannot stop a thread that computes: the program ends in spite of it.
  await System.run(async () => {
    await using pool = new Pool({ size: 1, killAfterMs: 500 });
    await pool.warm();
    const polite = pool.run(search, [], { timeout: 200 });
    const outcome = await polite.catch((error) => error.name);
    await polite.exited; // The task has said its own.
    console.log(outcome);
    const deaf = pool.run(fib, [60], { timeout: 200 });
    console.log(await deaf.catch((error) => error.name), deaf.state);
    console.log(await pool.run(fib, [10])); // The pool lives on.
  });
}
