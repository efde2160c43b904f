import { enterTask, type TaskRunning } from "../actor/current.ts";

/** Who hands on what a task says of itself. */
interface Reports {
  report(batch: number, index: number, value: unknown): void;
}

/** What a worker of a pool runs now, as `current` shows it: one task after the other. */
export class RunningTask implements TaskRunning {
  /** Number of its batch, of the pool; -1 while nothing runs. */
  batch = -1;
  /** Its index in the batch. */
  index = -1;
  /** What aborts its signal, once somebody has looked at that; a task that begins has none. */
  abort: AbortController | undefined;
  readonly #reports: Reports;
  readonly #look: () => void;
  #stop: AbortSignal | undefined;

  /**
   * None yet.
   *
   * @param reports Hands on what it reports.
   * @param look Called at each look at its signal: sees whether it was cancelled, also in code that never awaits.
   */
  constructor(reports: Reports, look: () => void = () => {}) {
    this.#reports = reports;
    this.#look = look;
  }

  /** The worker is to stop when `signal` is aborted, and so is what runs then. */
  stopBy(signal: AbortSignal): void {
    this.#stop = signal;
    signal.addEventListener("abort", () => this.abort?.abort(signal.reason));
  }

  /** The task at `index` of a batch begins. */
  begin(batch: number, index: number): void {
    this.batch = batch;
    this.index = index;
    this.abort = undefined;
    enterTask(this);
  }

  /** Nothing runs any more. */
  end(): void {
    this.batch = -1;
    enterTask(undefined);
  }

  /** Its job was cancelled. */
  cancel(reason: unknown): void {
    (this.abort ??= new AbortController()).abort(reason);
  }

  /** Whether its signal was aborted. */
  get aborted(): boolean {
    return this.abort?.signal.aborted === true;
  }

  /** See {@link TaskRunning.signal}. */
  get signal(): AbortSignal {
    const abort = this.abort ??= new AbortController();
    if (this.#stop?.aborted) abort.abort(this.#stop.reason);
    this.#look();
    return abort.signal;
  }

  /** See {@link TaskRunning.report}. */
  report(value: unknown): void {
    this.#reports.report(this.batch, this.index, value);
  }
}
