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
