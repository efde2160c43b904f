import { errorToWire, type WireError } from "../../error_wire.ts";
import { encode } from "../../memory/codec.ts";
import type { StreamDesk } from "./stream_desk.ts";
import { STREAM_OP } from "./stream_op.ts";
import type { StreamSource } from "./stream_source.ts";

/** Elements that are made one right after the other; then the thread has its turn. */
const STEPS = 256;
const ELEMENT = { root: "element" };

/** What a stream needs of the actor that produces it. */
export interface OutflowHost {
  /** Does something as that actor. */
  run<T>(act: () => T): T;
  /** An error left the method: what the reader is told. */
  failed(error: unknown): Error;
  /** Something ran that may have changed the actor's state. */
  changed(): void;
  /** The stream is over. */
  over(outflow: Outflow): void;
}

/** Who reads a stream. */
export interface StreamReader {
  /** Its row. */
  readonly endpoint: number;
  /** Owner count of that row. */
  readonly life: number;
  /** Number of the stream there. */
  readonly id: number;
}

/**
 * A stream at who produces it: makes elements as long as it has credit.
 *
 *   waiting → making   it was given credit
 *   making → waiting   the element is on its way, and no credit is left
 *   any → over         it ended, failed, was closed, or its reader is gone
 */
export class Outflow {
  readonly #desk: StreamDesk;
  readonly #source: StreamSource;
  readonly #host: OutflowHost;
  #credit = 0;
  #making = false;
  /** Nothing more is begun: it is about to be over. */
  #ending = false;
  #over = false;
  #steps = 0;

  /** A stream out of `source` for `reader`. */
  constructor(
    desk: StreamDesk,
    readonly reader: StreamReader,
    source: StreamSource,
    host: OutflowHost,
  ) {
    this.#desk = desk;
    this.#source = source;
    this.#host = host;
  }

  /** So many more elements may be made. */
  grant(count: number): void {
    this.#credit += count;
    this.#go();
  }

  /** Ends it for its reader with `error`, after what it makes now if that is done at once, and closes it. */
  async fail(error: Error): Promise<void> {
    if (this.#over) return;
    this.#ending = true;
    // An element that was given may be on its way from the generator to here.
    if (this.#making) await nextTurn();
    if (this.#over) return;
    this.#tellEnd(errorToWire(error));
    await this.close();
  }

  /**
   * Ends it, and waits for its `finally`; but not for what it waits for itself, which may take for ever.
   *
   * @returns What its `finally` threw.
   */
  async close(): Promise<Error | undefined> {
    if (this.#over) return undefined;
    this.#finish();
    const closing = this.#closeSource();
    if (!this.#making || this.#source.interruptible) return await closing;
    // What it makes now may be done at once.
    return await Promise.race([closing, nextTurn()]);
  }

  #go(): void {
    if (this.#making || this.#ending || this.#over) return;
    if (this.#credit === 0) return;
    this.#credit--;
    this.#making = true;
    this.#host.run(() => this.#source.next()).then(
      (step) => this.#made(step),
      (error) => this.#threw(error),
    );
  }

  #made({ done, value }: IteratorResult<unknown>): void {
    this.#making = false;
    this.#host.changed();
    if (this.#over) return;
    if (done === true) {
      this.#finish();
      return this.#tellEnd(null);
    }
    try {
      const encoded = encode(value, ELEMENT);
      this.#desk.send(this.reader, STREAM_OP.ELEMENT, 0, encoded);
    } catch (error) {
      // Its actor goes on, as after an answer that cannot travel.
      return void this.fail(error as Error);
    }
    if (++this.#steps % STEPS === 0) setImmediate(() => this.#go());
    else this.#go();
  }

  #threw(error: unknown): void {
    this.#making = false;
    const told = this.#host.failed(error);
    if (this.#over) return;
    this.#finish();
    this.#tellEnd(errorToWire(told));
  }

  async #closeSource(): Promise<Error | undefined> {
    try {
      await this.#host.run(() => this.#source.close());
      this.#host.changed();
      return undefined;
    } catch (error) {
      return this.#host.failed(error);
    }
  }

  #finish(): void {
    this.#over = true;
    this.#host.over(this);
  }

  #tellEnd(error: WireError | null): void {
    this.#desk.send(this.reader, STREAM_OP.END, 0, encode([error]));
  }
}

/** Resolves when all that needs no more than promises is done. */
function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}
