import { ProgressBar } from "@std/cli/unstable-progress-bar";
import type { Job } from "../actor/job.ts";
import type { JobProgress } from "../actor/progress.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";

/** Where a bar is drawn: `Deno.stderr` and `Deno.stdout` are such. */
export interface ProgressOutput {
  /** Whether somebody looks at it, who is shown a bar. */
  isTerminal(): boolean;
  /** Where the bar is written, if it is a terminal. It stays open. */
  readonly writable: WritableStream<Uint8Array>;
}

/** How a job is watched. */
export interface ProgressOptions {
  /**
   * What stands before the bar.
   *
   * @default {the name of the job}
   */
  readonly title?: string;
  /**
   * Where the bar is drawn.
   *
   * @default {Deno.stderr}
   */
  readonly output?: ProgressOutput;
  /**
   * Whether the bar is wiped at the end, instead of staying with its last state.
   *
   * @default {false}
   */
  readonly clear?: boolean;
}

const NAMES: OptionNames<ProgressOptions> = {
  title: true,
  output: true,
  clear: true,
};

/** How often the bar is drawn, in milliseconds. */
const FRAME_MS = 100;
/** Characters of the bar itself: with a short title all of it fits in 80. */
const BAR_LENGTH = 24;

/**
 * Draws how far a job is while it is awaited: a bar on a terminal, and nothing at all in a pipe or a file.
 *
 * - **What it shows:** tasks done of those there are, how many are done per second, and how long the rest takes at that
 *   rate.
 * - **Changes nothing of the job:** it settles as the job does.
 * - **One at a time:** while a bar is drawn on an output, other jobs draw none there.
 *
 * @typeParam R The result of the job.
 * @param job What `pool.map()`, `pool.run()` or `run()` returned.
 * @param options Title and output.
 * @returns A promise of the job's result, when the last state of the bar is written.
 * @throws {InvalidOptionError} At once, if there is no option of a name, or `title` is no string.
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
 *   const squares = await withProgress(pool.map(square, [1, 2, 3]));
 *   assertEquals(squares, [1, 4, 9]);
 * }
 * ```
 */
export function withProgress<R>(
  job: Job<R>,
  options: ProgressOptions = {},
): Promise<R> {
  checkOptionNames("Cannot draw a bar", options, NAMES);
  const { title = job.name, output = Deno.stderr, clear = false } = options;
  if (typeof title !== "string") {
    throw new InvalidOptionError(
      `Cannot draw a bar as 'title' must be a string: current value is ${
        Deno.inspect(title, { depth: 1 })
      }`,
      { option: "title", value: title },
    );
  }
  return !output.isTerminal() || output.writable.locked
    ? job.then((result) => result)
    : draw(job, title, output, clear);
}

async function draw<R>(
  job: Job<R>,
  title: string,
  { writable }: ProgressOutput,
  clear: boolean,
): Promise<R> {
  let last: JobProgress | undefined;
  const bar = new ProgressBar({
    writable,
    clear,
    max: 1,
    barLength: BAR_LENGTH,
    fillChar: "█",
    emptyChar: "░",
    interval: FRAME_MS,
    formatter: ({ progressBar }) => lineOf(title, progressBar, last),
  });
  const watched = (async () => {
    for await (const progress of job.progress) {
      last = progress;
      bar.max = Math.max(1, progress.total);
      bar.value = progress.done;
    }
  })();
  try {
    return await job;
  } finally {
    await watched;
    await bar.stop();
  }
}

/** What a line says. */
function lineOf(
  title: string,
  bar: string,
  progress: JobProgress | undefined,
): string {
  if (progress === undefined) return `${title} ${bar}`;
  const { done, total, rate, etaMs } = progress;
  const line = `${title} ${bar} ${shown(done)} of ${shown(total)}`;
  if (done === total || !Number.isFinite(rate)) return line;
  const left = Number.isNaN(etaMs) ? "" : `, ${clock(etaMs)} left`;
  return `${line}, ${shown(rate)}/s${left}`;
}

function shown(count: number): string {
  const maximumFractionDigits = count < 10 ? 1 : 0;
  return count.toLocaleString("en", { maximumFractionDigits });
}

/** A time in milliseconds as a clock shows it: minutes and seconds, or hours too. */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  const pad = (n: number): string => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const short = `${pad(minutes % 60)}:${pad(seconds % 60)}`;
  return minutes < 60 ? short : `${Math.floor(minutes / 60)}:${short}`;
}
