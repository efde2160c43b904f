import { abortable } from "@std/async/abortable";

/** What a program gets to end in after the first signal, in milliseconds. */
const PATIENCE_MS = 4_500;
/** The signals that ask a program to end, with their numbers. Windows knows the first alone. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

type SignalName = keyof typeof SIGNALS;

/** A signal asked the program to end before its work was done. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  /** 128 plus the signal's number, as a shell has it: 130 after Ctrl-C, 143 after SIGTERM. */
  readonly exitCode: number;

  constructor(signal: SignalName) {
    super(`Interrupted by ${signal}`);
    this.exitCode = 128 + SIGNALS[signal];
  }
}

/**
 * SIGINT and SIGTERM as an abort signal, for as long as it is in scope. A program that has not left the scope 4.5 s
 * after the first, or gets a second, is ended as it stands: nobody should have to reach for `kill -9`.
 */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners = new Map<SignalName, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    for (const name of Object.keys(SIGNALS) as SignalName[]) {
      if (name === "SIGTERM" && Deno.build.os === "windows") continue;
      const listener = () => this.#hear(name);
      this.#listeners.set(name, listener);
      Deno.addSignalListener(name, listener);
    }
  }

  /** Aborted by the first signal, with an {@linkcode InterruptedError}. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for `promise`, but rejects with an {@linkcode InterruptedError} as soon as there is a signal. */
  orStop<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, this.signal);
  }

  /** Resolves at the first signal. */
  heard(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.signal.aborted) resolve();
    else {
      this.signal.addEventListener("abort", () => resolve(), { once: true });
    }
    return promise;
  }

  /** Gives the signals back to the system. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const [name, listener] of this.#listeners) {
      Deno.removeSignalListener(name, listener);
    }
  }

  #hear(name: SignalName): void {
    const error = new InterruptedError(name);
    if (this.signal.aborted) Deno.exit(error.exitCode);
    this.#timer = setTimeout(() => Deno.exit(error.exitCode), PATIENCE_MS);
    this.#controller.abort(error);
  }
}
