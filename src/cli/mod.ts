/**
 * What programs that somebody looks at show: how far a job is.
 *
 * The only folder that draws; it needs `@std/cli`, which nothing else of the package loads.
 *
 * @example A map with a bar
 * ```ts
 * import { Pool, task } from "@troupe/actors";
 * import { withProgress } from "@troupe/actors/cli";
 * import { assertEquals } from "@std/assert";
 *
 * export const square = task(import.meta, "square", (x: number) => x * x);
 *
 * // Threads import this module too: only the main one makes the pool.
 * if (import.meta.main) {
 *   await using pool = new Pool({ size: 2 });
 *   const job = pool.map(square, [1, 2, 3]);
 *   assertEquals(await withProgress(job, { title: "squares" }), [1, 4, 9]);
 * }
 * ```
 *
 * @module
 */
export type { Job } from "../actor/job.ts";
export {
  type ProgressOptions,
  type ProgressOutput,
  withProgress,
} from "./with_progress.ts";
