import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkWait } from "../sync/wait.ts";
import { type Mergeable, mergeUntil } from "./merge.ts";
import { refuseOption } from "./refuse_option.ts";

/** Where messages can go: a queue, a sending end, a broadcast, a stream. */
export type Sink<T> =
  | { put(value: T): Promise<unknown>; close(): void }
  | { send(value: T): Promise<unknown>; close(): void }
  | { publish(value: T): Promise<unknown>; close(): void }
  | WritableStream<T>;

/** How messages are led on. */
export interface PipeToOptions {
  /**
   * Whether the sink is closed when the source has ended.
   *
   * @default {true}
   */
  readonly close?: boolean;
  /** Ends it: no more is taken, what was taken is put, and the promise rejects with the reason. The sink stays open. */
  readonly signal?: AbortSignal;
}

const WHAT = "lead messages on";
const NAMES: OptionNames<PipeToOptions> = { close: true, signal: true };

/**
 * Leads the messages of a source into a sink, until the source has ended.
 *
 * - **One at a time:** the next message is taken when the one before is in the sink, so the source is as slow as the sink.
 * - **Nothing is lost** between queues, channels and broadcasts: what the sink refuses is in the error as `unsent`; if the
 *   source is a queue with `ack`, the message is acknowledged when it is in the sink, and else has its turn again.
 *
 * @param source A queue, a receiving end, a stream or what else is iterated.
 * @param sink A queue, a sending end, a broadcast or a stream.
 * @param options Whether to close the sink, and what ends it.
 * @returns A promise of how many messages it was. It rejects with each of the errors below, with the reason of the signal,
 *   and with what the source or the sink fails with.
 * @throws {InvalidOptionError} If the source or the sink is none.
 *
 * @example From a queue into a channel
 * ```ts
 * import { channel, pipeTo, Queue } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new Queue<number>();
 * for (const n of [1, 2, 3]) await queue.put(n);
 * queue.close();
 * const { tx, rx } = channel<number>();
 * const count = pipeTo(queue, tx);
 * assertEquals(await Array.fromAsync(rx), [1, 2, 3]);
 * assertEquals(await count, 3);
 * ```
 */
export async function pipeTo<T>(
  source: Mergeable<T>,
  sink: Sink<T>,
  options: PipeToOptions = {},
): Promise<number> {
  checkOptionNames(`Cannot ${WHAT}`, options, NAMES);
  const { close = true, signal } = options;
  if (typeof close !== "boolean") {
    refuseOption(WHAT, "close", close, "true or false");
  }
  checkWait(WHAT, signal === undefined ? {} : { signal });
  await using messages = mergeUntil(WHAT, [source], signal);
  // After that: the writer of a stream is not locked for a source that is none.
  const into = intakeOf(sink);
  let count = 0;
  try {
    for await (const message of messages) {
      await into.put(message);
      count++;
    }
    if (close) await into.close();
  } finally {
    into.leave();
  }
  return count;
}

interface Intake<T> {
  put(value: T): Promise<unknown>;
  close(): unknown;
  leave(): void;
}

function intakeOf<T>(sink: Sink<T>): Intake<T> {
  if (sink instanceof WritableStream) {
    const writer = sink.getWriter();
    return {
      put: async (value) => {
        await writer.ready;
        await writer.write(value);
      },
      close: () => writer.close(),
      leave: () => writer.releaseLock(),
    };
  }
  const put = putterOf(sink);
  if (typeof sink.close !== "function") refuseSink(sink);
  return { put, close: () => sink.close(), leave: () => {} };
}

function putterOf<T>(
  sink: Exclude<Sink<T>, WritableStream<T>>,
): (value: T) => Promise<unknown> {
  if (typeof sink === "object" && sink !== null) {
    if (can(sink, "put")) return (value) => sink.put(value);
    if (can(sink, "send")) return (value) => sink.send(value);
    if (can(sink, "publish")) return (value) => sink.publish(value);
  }
  refuseSink(sink);
}

function can<K extends PropertyKey>(
  sink: object,
  method: K,
): sink is Record<K, (value: unknown) => Promise<unknown>> {
  return method in sink &&
    typeof (sink as Record<K, unknown>)[method] === "function";
}

function refuseSink(sink: unknown): never {
  const wanted = "a queue, a sender, a broadcast or a stream";
  refuseOption(WHAT, "sink", sink, wanted);
}
