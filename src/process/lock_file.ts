import { InvalidOptionError } from "../errors.ts";
import type { OptionNames } from "../option_names.ts";
import { checkAwaited, throwTooLate, type Wait } from "../sync/wait.ts";

/** How to lock a file. */
export interface LockFileOptions extends Wait {
  /**
   * Whether others who ask for it shared may hold it too.
   *
   * @default {false}
   */
  readonly shared?: boolean;
}

const NAMES: OptionNames<LockFileOptions> = {
  timeout: true,
  signal: true,
  shared: true,
};

/** The first and the longest pause between two looks, in milliseconds. */
const PAUSE_MS = { least: 1, most: 20 };

/**
 * A file that is locked until this is disposed, by `using` or `await using` at the end of the scope. Made by
 * {@linkcode lockFile}.
 */
export class FileLock implements Disposable, AsyncDisposable {
  /** The file, open at its first byte: to be read, and to be written unless the lock is shared. Closing it gives the lock back. */
  readonly file: Deno.FsFile;
  /** The path as it was given. */
  readonly path: string | URL;
  /** Whether others may hold it too. */
  readonly shared: boolean;
  #held = true;

  /**
   * What stands for a lock on `file`, which is held.
   *
   * @ignore
   */
  constructor(file: Deno.FsFile, path: string | URL, shared: boolean) {
    this.file = file;
    this.path = path;
    this.shared = shared;
  }

  /** Gives the lock back and closes the file; does nothing the second time. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    try {
      this.file.unlockSync();
      this.file.close();
    } catch (error) {
      // Closed by its user, who gave the lock back so.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  /** As `using` does: gives the lock back and closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    try {
      this[Symbol.dispose]();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/**
 * Opens a file and locks it against everybody else who does the same: other processes, other threads, and other calls of
 * this thread.
 *
 * - **Alone or shared:** alone, it is made if it is not there, and may be written. With `shared`, it must be there, is only
 *   read, and others may have it shared as well.
 * - **Deaths:** the system gives the lock back when its holder ends, by whatever means; nothing tells the next one of it.
 * - **Of its own accord:** it keeps out those who lock the file, and nobody else (`flock`, on Windows `LockFileEx`).
 * - **The file of that name:** a file that was moved away or replaced while this waited is left, and the new one is locked.
 * - **No queue:** who waits looks again after 1 ms, later after up to 20 ms, so that a wait can be left at any time; who comes
 *   next is up to chance, and a stream of shared locks that always overlap keeps out who wants it alone.
 * - **Permissions:** `--allow-read` and `--allow-write` for the path; with `shared` `--allow-read` alone.
 * - **Reach:** the processes of one machine. What locks are worth on a network drive is up to that drive.
 *
 * @param path The file.
 * @param options How long to wait, and whether others may hold it too. `timeout: 0` tries once.
 * @returns What gives the lock back, with the open file. Rejects with each of the errors below; nothing is left open then.
 * @throws {WaitTimeoutError} If the time is over.
 * @throws {InvalidOptionError} If an option is out of bounds.
 * @throws {Deno.errors.NotFound} If the folder is not there, or with `shared` the file.
 * @throws {Deno.errors.NotCapable} If a permission is missing.
 *
 * @example Add a line, whoever else does so
 * ```ts
 * import { lockFile } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * {
 *   using held = await lockFile(path, { timeout: 1_000 });
 *   await held.file.seek(0, Deno.SeekMode.End);
 *   await held.file.write(new TextEncoder().encode("one line\n"));
 * }
 * assertEquals(await Deno.readTextFile(path), "one line\n");
 * await Deno.remove(path);
 * ```
 */
export async function lockFile(
  path: string | URL,
  options: LockFileOptions = {},
): Promise<FileLock> {
  check(path, options);
  const { timeout = Infinity, signal, shared = false } = options;
  signal?.throwIfAborted();
  const deadline = performance.now() + timeout;
  for (
    let pause = PAUSE_MS.least;;
    pause = Math.min(pause * 2, PAUSE_MS.most)
  ) {
    const file = await tryOpen(path, shared);
    if (file !== undefined) {
      // Nobody wants it any more, who would give it back?
      if (signal?.aborted) file.close();
      else return new FileLock(file, path, shared);
    }
    signal?.throwIfAborted();
    const left = deadline - performance.now();
    if (left <= 0) throwTooLate(`lock "${path}"`, { timeout });
    // Not twice at the same time as another one.
    await rest(Math.min(left, pause * (0.5 + Math.random())), signal);
  }
}

function check(path: string | URL, options: LockFileOptions): void {
  checkAwaited("lock a file", options, NAMES);
  const { shared } = options;
  if (shared !== undefined && typeof shared !== "boolean") {
    throw wrong("shared", "true or false", shared);
  }
  if (typeof path !== "string" && !(path instanceof URL) || path === "") {
    throw wrong("path", "a path or a file URL", path);
  }
}

function wrong(option: string, wanted: string, value: unknown): Error {
  return new InvalidOptionError(
    `Cannot lock a file as '${option}' must be ${wanted}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/** The file at `path`, locked; `undefined` if somebody else has it. */
async function tryOpen(
  path: string | URL,
  shared: boolean,
): Promise<Deno.FsFile | undefined> {
  const file = await Deno.open(
    path,
    shared ? { read: true } : { read: true, write: true, create: true },
  );
  try {
    if (await file.tryLock(!shared) && await isAt(file, path)) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return undefined;
}

/** Whether `path` still names this file. Windows keeps a file where it is while it is open, and gives it no number. */
async function isAt(file: Deno.FsFile, path: string | URL): Promise<boolean> {
  const own = await file.stat();
  if (own.ino === null) return true;
  try {
    const there = await Deno.stat(path);
    return there.ino === own.ino && there.dev === own.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Waits `ms`, or rejects as soon as `signal` aborts. */
function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
