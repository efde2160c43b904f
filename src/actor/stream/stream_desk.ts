/**
 * The streams that one thread reads or produces, and what comes in for them.
 *
 * @module
 */
import {
  errorFromWire,
  errorToWire,
  type WireError,
} from "../../error_wire.ts";
import { encode, type Encoded } from "../../memory/codec.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { LaneReader } from "../../memory/lane.ts";
import { Ask } from "../mail/ask_book.ts";
import { type Address, KIND, type WireReport } from "../mail/protocol.ts";
import type { RefCore } from "../mail/ref_core.ts";
import { isSameAddress } from "../mail/same_address.ts";
import type { Isolate } from "../thread/isolate.ts";
import type { Inlet } from "./inlet.ts";
import type { Outflow, StreamReader } from "./outflow.ts";
import { STREAM_OP } from "./stream_op.ts";

const NO_TRANSFER: readonly Transferable[] = [];
/** The longest that the end of a stream is waited for, unless said otherwise, in milliseconds. */
const CLOSE_MS = 5_000;

/** The streams that one thread reads or produces. */
export class StreamDesk {
  readonly #isolate: Isolate;
  readonly #inlets: Map<number, Inlet<unknown>> = new Map();
  readonly #outflows: Map<number, Outflow> = new Map();
  // Not those of an incarnation before, whose streams may not have ended everywhere.
  #next = crypto.getRandomValues(new Int32Array(1))[0]!;
  /** Who waits for an element right now. */
  waiting = 0;

  /** The streams of the thread of `isolate`. */
  constructor(isolate: Isolate) {
    this.#isolate = isolate;
  }

  /** Enters a stream that is read here; returns its number. */
  read(inlet: Inlet<unknown>): number {
    do this.#next = (this.#next + 1) | 0; while (this.#inlets.has(this.#next));
    this.#inlets.set(this.#next, inlet);
    return this.#next;
  }

  /** Nobody reads that stream any more. */
  drop(id: number): void {
    this.#inlets.delete(id);
  }

  /** Enters a stream that is produced here. */
  produce(outflow: Outflow): void {
    this.#outflows.set(keyOf(outflow.reader), outflow);
  }

  /** The stream of that reader is over. */
  forget(reader: StreamReader): void {
    this.#outflows.delete(keyOf(reader));
  }

  /** Whether a stream of the actor at `address` is read here. */
  reads(address: Address): boolean {
    return this.#inlets.values().some(({ from }) =>
      isSameAddress(from, address)
    );
  }

  /** The incarnation of a thread that lives; -1 if it is gone. */
  epochOf({ endpoint, life }: Address): number {
    const { table } = this.#isolate;
    return table.get(endpoint, ENDPOINT.LIFE) === life
      ? table.get(endpoint, ENDPOINT.EPOCH)
      : -1;
  }

  /** Sends an order about a stream; see stream_op.ts. */
  send(
    to: { readonly endpoint: number; readonly life: number; id: number },
    op: number,
    b: number,
    encoded: Encoded,
    ask?: Ask,
  ): void {
    const { endpoint, life, id } = to;
    this.#isolate.send(
      { endpoint, life },
      true,
      { kind: KIND.STREAM, a: op, b, d: id, encoded, transfer: NO_TRANSFER },
      Infinity,
      ask,
    );
  }

  /** Gives credit to the producer of a stream. */
  grant({ address }: RefCore, id: number, count: number): void {
    this.send({ ...address, id }, STREAM_OP.CREDIT, count, encode([]));
  }

  /** Has its producer close a stream; resolves with what its `finally` threw. */
  async close(
    core: RefCore,
    id: number,
    method: string,
    timeoutMs: number = CLOSE_MS,
  ): Promise<Error | undefined> {
    const { asks } = this.#isolate;
    const [error] = await new Promise<unknown>((resolve, reject) => {
      const ask = new Ask(
        asks,
        core,
        method,
        [],
        timeoutMs,
        resolve,
        reject,
      );
      ask.light = { begun: true, sent: false, capacity: 1 };
      asks.add(ask);
      const to = { ...core.address, id };
      this.send(to, STREAM_OP.CLOSE, ask.id, encode([]), ask);
      this.#isolate.wake();
    }) as [WireError | null];
    return error === null ? undefined : errorFromWire(error);
  }

  /** Takes a record of the kind `STREAM`; it is freed when this returns. */
  receive(lane: LaneReader): void {
    const { a: op, b, c: endpoint, d: id } = lane;
    if (op === STREAM_OP.ELEMENT) {
      const slot = this.#inlets.get(id)?.expect();
      // One that nobody waits for is looked at too: it may have to give a parcel back.
      this.#isolate.readLater(lane, (read) => slot?.fill(read));
    } else if (op === STREAM_OP.END) {
      this.#isolate.readLater(lane, (read) => {
        const [error] = read() as [WireError | null];
        this.#inlets.get(id)?.end(
          error === null ? undefined : { reason: errorFromWire(error) },
        );
      });
    } else if (op === STREAM_OP.CREDIT) {
      this.#outflows.get(keyOf({ endpoint, id }))?.grant(b);
    } else void this.#close(endpoint, id, b);
  }

  /** An incarnation of the thread at `address` ended: what it read or produced is over. */
  gone(address: Address, report: WireReport): void {
    for (const inlet of this.#inlets.values()) inlet.gone(address, report);
    for (const outflow of [...this.#outflows.values()]) {
      const { endpoint, life } = outflow.reader;
      if (endpoint === address.endpoint && life === address.life) {
        void outflow.close();
      }
    }
  }

  /** The system is closed. */
  end(reason: Error): void {
    for (const inlet of [...this.#inlets.values()]) inlet.end({ reason });
  }

  async #close(endpoint: number, id: number, askId: number): Promise<void> {
    const error = await this.#outflows.get(keyOf({ endpoint, id }))?.close();
    const wire = error === undefined ? null : errorToWire(error);
    const life = this.#isolate.table.get(endpoint, ENDPOINT.LIFE);
    const { kind, encoded } = { kind: KIND.REPLY, encoded: encode([wire]) };
    this.#isolate.send(
      { endpoint, life },
      true,
      { kind, a: 0, b: askId, encoded, transfer: NO_TRANSFER },
      Infinity,
    );
  }
}

/** One number for a reader's thread and the number of the stream there. */
function keyOf({ endpoint, id }: Omit<StreamReader, "life">): number {
  return endpoint * 2 ** 32 + (id >>> 0);
}
