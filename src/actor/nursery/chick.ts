import type { FromNursery, ToNursery } from "../mail/protocol.ts";

/** What a chick is spoken to through: the worker itself, or a port of it when another thread made it. */
export interface Line {
  /** Called with each message of the worker. */
  onmessage: ((event: MessageEvent) => void) | null;
  /** Sends a message to the worker. */
  postMessage(message: unknown, transfer: Transferable[]): void;
}

/** One worker as the nursery holds it. */
export class Chick {
  /** Whether the entry has run and the lock is held. */
  ready = false;
  /** Whether it has nothing left to prepare. */
  warm = false;
  /** What kind of process it has started ahead, if it has. */
  ahead: string | undefined;
  /** Whether it has said its last word: its thread sleeps from then on. */
  frozen = false;
  /** Whether the worker was let go. */
  released = false;
  /** Whether it counts as a zombie now. */
  zombie = false;
  /** Whether the thread has ended. */
  gone = false;
  readonly #line: Line;
  readonly #terminate: () => void;

  /** A worker that holds, or will hold, the lock `id`. */
  constructor(
    readonly id: string,
    line: Line,
    terminate: () => void,
    onMessage: (message: ToNursery) => void,
  ) {
    this.#line = line;
    this.#terminate = terminate;
    line.onmessage = (event) => onMessage(event.data as ToNursery);
  }

  /** Sends a message. */
  post(message: FromNursery, transfer: Transferable[] = []): void {
    this.#line.postMessage(message, transfer);
  }

  /** Lets the thread go. One that is in synchronous code goes on until it returns. */
  terminate(): void {
    this.released = true;
    this.#terminate();
  }
}
