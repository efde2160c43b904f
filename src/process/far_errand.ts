import { cancelReason, type Errand, type JobState } from "../actor/errand.ts";
import { ProgressFeed } from "../actor/progress.ts";
import type { SpawnOptions } from "../actor/spawn_options.ts";
import type { ExitReport } from "../exit_report.ts";
import type { FarSide } from "../connection/far_line.ts";

let errands = 0;

/** A task that an actor in a process of its own runs: on a thread or a process of the program that started that. */
export class FarErrand implements Errand<unknown> {
  /** See {@link Errand.state}. */
  state: JobState = "running";
  /** See {@link Errand.result}. */
  readonly result: Promise<unknown>;
  /** See {@link Errand.progress}. */
  readonly progress: ProgressFeed = new ProgressFeed();
  /** See {@link Errand.exited}. */
  readonly exited: Promise<ExitReport>;
  /** See {@link Errand.name}. */
  readonly name: string;
  /** See {@link Errand.id}. */
  readonly id: number = ++errands;
  readonly #side: FarSide;
  readonly #abort: AbortController = new AbortController();
  readonly #outcome: PromiseWithResolvers<unknown> = Promise.withResolvers();

  /** Starts the task of `handle`. */
  constructor(
    side: FarSide,
    handle: { readonly module: string; readonly name: string },
    args: Uint8Array,
    options: SpawnOptions,
  ) {
    this.#side = side;
    this.name = options.name ?? handle.name;
    this.result = this.#outcome.promise;
    const running = side.call("run", this.id, handle, args, options);
    this.exited = side.call("jobExit", this.id) as Promise<ExitReport>;
    this.exited.catch(() => {});
    void running.then((value) => {
      if (this.state === "running") this.state = "done";
      this.#outcome.resolve(value);
    }, (error) => {
      if (this.state === "running") this.state = "failed";
      this.#outcome.reject(error);
    }).finally(() => this.progress.end());
  }

  /** See {@link Errand.signal}. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** See {@link Errand.cancel}. */
  cancel(reason: unknown): boolean {
    if (this.state !== "running") return this.state === "cancelled";
    const why = cancelReason(this.name, reason);
    this.state = "cancelled";
    this.result.catch(() => {});
    this.#outcome.reject(why);
    this.#abort.abort(why);
    this.#side.say("jobCancel", this.id, reason);
    return true;
  }

  /** See {@link Errand.stop}. */
  stop(reason: unknown): Promise<ExitReport> {
    return this.#end("stop", reason);
  }

  /** See {@link Errand.kill}. */
  kill(): Promise<ExitReport> {
    return this.#end("kill", undefined);
  }

  #end(how: "stop" | "kill", reason: unknown): Promise<ExitReport> {
    this.result.catch(() => {});
    const ended = this.#side.call("jobEnd", this.id, how, reason);
    return ended as Promise<ExitReport>;
  }
}
