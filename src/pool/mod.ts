/**
 * Pools: some workers that run the tasks of many jobs.
 *
 * | `concurrent.futures`, `multiprocessing.Pool`    | here                                                        |
 * |-------------------------------------------------|-------------------------------------------------------------|
 * | `ThreadPoolExecutor(n)`                         | `new Pool({ size: n })`: threads that run at the same time  |
 * | `ProcessPoolExecutor(n)`, `Pool(n)`             | the same, or with `placement: "process"`                    |
 * | `executor.submit(f, a, b)`, `pool.apply_async`  | `pool.run(f, [a, b])`                                       |
 * | `future.result(timeout)`                        | `await job`, with `{ timeout }` in `pool.run()`             |
 * | `future.cancel()`                               | `job.cancel()`: also of one that runs                       |
 * | `future.running()`, `done()`, `cancelled()`     | `job.state`                                                 |
 * | `future.add_done_callback(f)`                   | `job.finally(f)`                                            |
 * | `executor.map`, `pool.map`                      | `pool.map(f, inputs)`                                       |
 * | `pool.imap`, `executor.map(buffersize=n)`       | `pool.stream(f, inputs, { readAhead: n })`                  |
 * | `pool.imap_unordered`                           | `pool.stream(f, inputs, { ordered: false })`                |
 * | a generator that is sent to a worker            | `pool.generate(f, args)`: what it yields, as it is read     |
 * | `pool.starmap`                                  | `pool.starmap(f, lists)`                                    |
 * | `wait(futures, FIRST_COMPLETED)`                | `settleFirst(jobs, "completed")`                            |
 * | `as_completed(futures)`                         | `asCompleted(jobs)`                                         |
 * | `executor.shutdown(cancel_futures=True)`        | `pool.close({ cancelPending: true })`                       |
 * | `pool.close(); pool.join()`                     | `await pool.close()`                                        |
 * | `pool.terminate()`                              | `await pool.terminate()`                                    |
 * | `BrokenProcessPool`                             | `WorkerDiedError` of the one task whose worker ended        |
 *
 * - **Every job settles:** when a worker ends, by whatever means, what it had begun rejects with `WorkerDiedError`, or begins
 *   again as `retries` says. The rest goes on elsewhere.
 * - **Begun once:** a task is begun, cancelled or taken over by another worker in one step in shared memory: what waits never
 *   begins after `job.cancel()`.
 * - **A task that yields** is read one by one: `for await (const x of pool.generate(task, args))`. It is at most `readAhead`
 *   elements ahead of its reader, and ends at its `yield` when the reader leaves.
 * - **A cancelled task that runs** is told by `current.signal`, also in code that never awaits. Its worker is replaced after
 *   `killAfterMs`.
 * - **Nobody is idle while there is work:** what a worker has not begun another one takes over. Tasks travel in batches of
 *   about 2 ms, small jobs together; each is on its own all the same.
 * - **Progress:** `job.progress` tells of what is done and of what tasks say by `current.report()`; `pool.stats()` counts jobs
 *   and how long they take. `withProgress(job)` of `@troupe/actors/cli` draws a bar on a terminal, and nothing in a pipe.
 * - **No respawning for ever:** a pool whose workers do not come up, as `init` throws, rejects everything with
 *   `PoolBrokenError` after four starts in a row; those of one moment count as one.
 * - **A forgotten pool** keeps the program alive for `idleMs` (2 s), no longer, once its jobs have settled: one with
 *   `minSize`, or with elements of `generate()` that nobody reads on, is to be closed.
 * - **A task that computes for ever** cannot be stopped by Deno: its job settles and its pool goes on and closes, but the
 *   program does not end by itself. See "Fencing" for `System.run(main)`.
 * - **Processes:** with `placement: "process"`, as with Python's `ProcessPoolExecutor`, each worker has a process of its own,
 *   with `permissions` and `process.maxMemoryMb`. A cancelled task that computes is killed for certain, and one that has no
 *   more memory takes nothing along. What only threads can share is refused; a task hears of a cancel, and is heard by
 *   `current.report()`, when it awaits or ends.
 *
 * @example Squares on all cores
 * ```ts
 * import { Pool } from "@troupe/actors/pool";
 * import { task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const square = task(import.meta, "square", (x: number) => x * x);
 *
 * // Threads import this module too: only the main one makes the pool.
 * if (import.meta.main) {
 *   await using pool = new Pool({ size: 2 });
 *   assertEquals(await pool.map(square, [1, 2, 3]), [1, 4, 9]);
 * }
 * ```
 *
 * @module
 */
export { WorkerDiedError } from "../errors.ts";
export type { Task } from "../actor/define.ts";
export { Job } from "../actor/job.ts";
export type { JobState } from "../actor/errand.ts";
export type { Spawner } from "../actor/offspring.ts";
export type { JobProgress } from "../actor/progress.ts";
export type { Inputs } from "./inputs.ts";
export { Pool } from "./pool.ts";
export { PoolScope } from "./pool_scope.ts";
export type { Histogram, PoolStats } from "./pool_stats.ts";
export { PoolBrokenError, PoolClosedError } from "./pool_errors.ts";
export type { TaskStream } from "./task_stream.ts";
export type {
  GenerateOptions,
  JobOptions,
  MapOptions,
  RunOptions,
  StreamOptions,
} from "./job_options.ts";
export type { ProcessOptions } from "../actor/process_order.ts";
export type { PoolOptions, PoolStrategy } from "./pool_options.ts";
