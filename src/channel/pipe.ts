import { definePortable, revivePortable } from "../memory/portable.ts";
import type { SyncWait, Wait } from "../sync/wait.ts";
import { channel, type ChannelOptions } from "./channel.ts";
import type { Claim } from "./claim.ts";
import type { Lease } from "./lease.ts";
import type { Receiver } from "./receiver.ts";
import { defineHidden, travelOf } from "./hidden.ts";
import { type Selectable, selectable } from "./selectable.ts";
import type {
  ChannelSendOptions,
  ChannelSendSyncOptions,
  TransferOption,
} from "./send_options.ts";
import type { Sender } from "./sender.ts";

/**
 * One end of a pipe: it sends to the other end, and receives from there. It keeps what {@linkcode Sender} and
 * {@linkcode Receiver} promise, and travels as a whole. `size`, `pending` and `closed` are those of its receiving side.
 */
export interface PipeEnd<Out, In> extends Sender<Out>, Receiver<In> {
  /** Sends nothing more, and receives on; see {@linkcode Sender.close}. */
  closeSending(): void;

  /** Sends and receives nothing more. Idempotent. */
  close(): void;
}

/** One end of a pipe, as its thread has it. */
class DuplexEnd<Out, In> implements PipeEnd<Out, In> {
  readonly #tx: Sender<Out>;
  readonly #rx: Receiver<In>;

  /** Made by {@linkcode pipe}, and where an end arrives. */
  constructor(tx: Sender<Out>, rx: Receiver<In>) {
    this.#tx = tx;
    this.#rx = rx;
  }

  /** Messages that each direction holds. */
  get capacity(): number {
    return this.#tx.capacity;
  }

  /** Messages sent to this end and not received. */
  get size(): number {
    return this.#rx.size;
  }

  /** Whether there is a message to receive now. */
  get pending(): boolean {
    return this.#rx.pending;
  }

  /** Whether nothing can be received by this end any more. */
  get closed(): boolean {
    return this.#rx.closed;
  }

  /** Sends a message; see {@linkcode Sender.send}. */
  send(value: Out, options?: ChannelSendOptions): Promise<void> {
    return this.#tx.send(value, options);
  }

  /** Sends a message if there is room for it now; see {@linkcode Sender.trySend}. */
  trySend(value: Out, options?: TransferOption): boolean {
    return this.#tx.trySend(value, options);
  }

  /** Sends messages one after the other; see {@linkcode Sender.sendMany}. */
  sendMany(values: Iterable<Out>, options?: ChannelSendOptions): Promise<void> {
    return this.#tx.sendMany(values, options);
  }

  /** Sends a message, blocking the thread; see {@linkcode Sender.sendSync}. */
  sendSync(value: Out, options?: ChannelSendSyncOptions): void {
    this.#tx.sendSync(value, options);
  }

  /** Receives a message; see {@linkcode Receiver.receive}. */
  receive(options?: Wait): Promise<In> {
    return this.#rx.receive(options);
  }

  /** Receives a message if there is one; see {@linkcode Receiver.tryReceive}. */
  tryReceive(): { value: In } | undefined {
    return this.#rx.tryReceive();
  }

  /** Receives all messages that are there; see {@linkcode Receiver.receiveMany}. */
  receiveMany(max: number, options?: Wait): Promise<In[]> {
    return this.#rx.receiveMany(max, options);
  }

  /** Receives a message, blocking the thread; see {@linkcode Receiver.receiveSync}. */
  receiveSync(options?: SyncWait): In {
    return this.#rx.receiveSync(options);
  }

  /** Claims room for a message of bytes; see {@linkcode Sender.claim}. */
  claim(bytes: number, options?: Wait): Promise<Claim> {
    return (this.#tx as Sender<unknown> as Sender<Uint8Array>).claim(
      bytes,
      options,
    );
  }

  /** Claims room for a message of bytes, if there is some now; see {@linkcode Sender.tryClaim}. */
  tryClaim(bytes: number): Claim | undefined {
    return (this.#tx as Sender<unknown> as Sender<Uint8Array>).tryClaim(bytes);
  }

  /** Receives a message of bytes in place; see {@linkcode Receiver.lease}. */
  lease(options?: Wait): Promise<Lease> {
    return (this.#rx as Receiver<unknown> as Receiver<Uint8Array>).lease(
      options,
    );
  }

  /** Receives a message of bytes in place, if there is one; see {@linkcode Receiver.tryLease}. */
  tryLease(): Lease | undefined {
    return (this.#rx as Receiver<unknown> as Receiver<Uint8Array>).tryLease();
  }

  /** Waits until there is a message; see {@linkcode Receiver.ready}. */
  ready(options?: Wait): Promise<boolean> {
    return this.#rx.ready(options);
  }

  /** A stream of the messages; see {@linkcode Receiver.readable}. */
  get readable(): ReadableStream<In> {
    return this.#rx.readable;
  }

  /** A stream that sends each chunk; see {@linkcode Sender.writable}. */
  get writable(): WritableStream<Out> {
    return this.#tx.writable;
  }

  /** Sends nothing more, and receives on; see {@linkcode Sender.close}. */
  closeSending(): void {
    this.#tx.close();
  }

  /** Sends and receives nothing more. Idempotent. */
  close(): void {
    this.#tx.close();
    this.#rx.close();
  }

  /** As {@linkcode PipeEnd.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Receives message after message; see {@linkcode Receiver}. */
  [Symbol.asyncIterator](): AsyncIterator<In> {
    return this.#rx[Symbol.asyncIterator]();
  }

  static {
    defineHidden<DuplexEnd<unknown, unknown>>(this.prototype, {
      travel: (end) => {
        const parts = [travelOf(end.#tx), travelOf(end.#rx)];
        return {
          kind: "pipe",
          data: parts.map(({ data }) => data),
          sent: () => {
            const backs = parts.map(({ sent }) => sent?.());
            return () => backs.forEach((back) => back?.());
          },
          losses: parts.flatMap(({ losses = [] }) => losses),
        };
      },
      show: (end) =>
        `PipeEnd(${Deno.inspect(end.#tx)}, ${Deno.inspect(end.#rx)})`,
      select: (end) => end.#rx[selectable],
    });
  }
}

/** It can be one of several; see {@linkcode Selectable}. */
interface DuplexEnd<Out, In> extends Selectable<In> {}

/**
 * Makes a pipe: two ends, each of which sends to the other.
 *
 * @param options How much each direction holds.
 * @returns Both ends, which this thread has until it sends them away.
 * @throws {InvalidOptionError} If an option is out of its bounds.
 *
 * @example There and back
 * ```ts
 * import { pipe } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const [here, there] = pipe<string, number>();
 * await here.send("how many?");
 * assertEquals(await there.receive(), "how many?");
 * await there.send(3);
 * assertEquals(await here.receive(), 3);
 * ```
 */
export function pipe<Out, In = Out>(
  options?: ChannelOptions,
): [PipeEnd<Out, In>, PipeEnd<In, Out>] {
  const there = channel<Out>(options);
  const back = channel<In>(options);
  return [
    new DuplexEnd(there.tx, back.rx),
    new DuplexEnd(back.tx, there.rx),
  ];
}

definePortable("pipe", (data) => {
  const [tx, rx] = Array.isArray(data) ? data : [];
  return new DuplexEnd(
    revivePortable("channel.sender", tx) as Sender<unknown>,
    revivePortable("channel.receiver", rx) as Receiver<unknown>,
  );
});
