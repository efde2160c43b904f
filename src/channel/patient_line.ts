import type { Wait } from "../sync/wait.ts";

/** Longer timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One who waits. */
export interface Patient {
  /** Is done with waiting, for good or bad. */
  reject(reason: unknown): void;
}

/** Those who wait at one end of a channel, in order, each for as long as it may. */
export class PatientLine<P extends Patient> {
  readonly #waiting: Map<P, () => void> = new Map();
  readonly #left: () => void;

  /** An empty line; `left` is called when one has given up. */
  constructor(left: () => void) {
    this.#left = left;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Who has waited longest. */
  get first(): P | undefined {
    return this.#waiting.keys().next().value;
  }

  /** Adds one to the end, who gives up in time or when told to; `late` makes what it is rejected with. */
  add(patient: P, { timeout, signal }: Wait, late: () => Error): void {
    const giveUp = (reason: unknown): void => {
      this.remove(patient);
      patient.reject(reason);
      this.#left();
    };
    const abort = (): void => giveUp(signal!.reason);
    const timer = timeout !== undefined && timeout <= MAX_TIMER_MS
      ? setTimeout(() => giveUp(late()), Math.ceil(timeout))
      : undefined;
    signal?.addEventListener("abort", abort);
    this.#waiting.set(patient, () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
  }

  /** Removes one, who has what it waited for. */
  remove(patient: P): void {
    this.#waiting.get(patient)?.();
    this.#waiting.delete(patient);
  }

  /** Removes and rejects all. */
  rejectAll(reason: (patient: P) => unknown): void {
    for (const patient of [...this.#waiting.keys()]) {
      this.remove(patient);
      patient.reject(reason(patient));
    }
  }
}
