import { RegionError } from "../memory/region_errors.ts";

// So that the checker sees it.
export type {} from "./region_keeper_entry.ts";

const ENTRY = new URL("./region_keeper_entry.ts", import.meta.url);

/** How long a keeper may take to come up, to answer or to end before it is killed, in milliseconds. */
const LIMIT_MS = 30_000;

/** A process of its own that unlinks regions when this one ends; see region_keeper_entry.ts. */
export class RegionKeeper {
  /** Number of the process. */
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #names: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<Uint8Array>;
  readonly #limitMs: number;
  readonly #decoder = new TextDecoder();
  #rest = "";

  private constructor(child: Deno.ChildProcess, limitMs: number) {
    this.#limitMs = limitMs;
    this.pid = child.pid;
    this.#child = child;
    this.#names = child.stdin.getWriter();
    this.#answers = child.stdout.getReader();
    // Whoever writes to one that died hears of it there.
    this.#names.closed.catch(() => {});
    this.#answers.closed.catch(() => {});
  }

  /**
   * Starts one.
   *
   * @param limitMs How long it may take for each thing before it counts as dead, in milliseconds.
   * @throws {RegionError} If it does not come up; what it complains of is on the standard error of the program.
   * @throws {Deno.errors.NotCapable} Without `--allow-run`.
   */
  static async start(limitMs: number = LIMIT_MS): Promise<RegionKeeper> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-config",
        "--no-prompt",
        "--allow-ffi",
        ENTRY.href,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const keeper = new RegionKeeper(child, limitMs);
    if (await keeper.#inTime(keeper.#hears("ready"))) {
      // A program that has nothing else to do ends, and with it this process.
      child.unref();
      return keeper;
    }
    await keeper.end();
    throw new RegionError(
      `Cannot start the keeper of regions as its process ended at once, or did not come up within ${limitMs} ms: see what it wrote to the standard error`,
      { region: "" },
    );
  }

  /** Has a region unlinked at the end: it may be made now. Says `false` if the keeper is dead, or hangs and was killed. */
  async note(name: string): Promise<boolean> {
    this.#child.ref();
    try {
      return await this.#inTime(this.#tell(name));
    } catch {
      return false;
    } finally {
      this.#child.unref();
    }
  }

  /** Has it unlink all there is, and waits until it has ended; one that hangs is killed, and unlinks nothing. */
  async end(): Promise<void> {
    this.#child.ref();
    await this.#inTime(this.#close());
  }

  async #tell(name: string): Promise<boolean> {
    await this.#names.write(new TextEncoder().encode(`${name}\n`));
    return await this.#hears("noted");
  }

  async #close(): Promise<void> {
    // One that died has closed its pipe.
    await this.#names.close().catch(() => {});
    while (await this.#hears("")) { /* It may have been about to answer. */ }
    await this.#child.status;
  }

  /** What the process is asked for; killed, it is at the end of all its pipes, so this settles. */
  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const late = setTimeout(() => {
      try {
        this.#child.kill("SIGKILL");
      } catch { /* It has ended meanwhile. */ }
    }, this.#limitMs);
    try {
      return await answer;
    } finally {
      clearTimeout(late);
    }
  }

  /** Reads a line, or to the end if none is expected; whether it is that one. */
  async #hears(word: string): Promise<boolean> {
    while (!this.#rest.includes("\n")) {
      const { done, value } = await this.#answers.read()
        .catch(() => ({ done: true, value: undefined }));
      if (done) return false;
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
    const at = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + 1);
    return word === "" || line === word;
  }
}
