/**
 * Taking messages of a queue, and saying what became of them.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { load } from "../memory/cells.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import { checkAwaited, type SyncWait, type Wait } from "../sync/wait.ts";
import { checkMost } from "./check_most.ts";
import { OverDoneError } from "./over_done_error.ts";
import { takeMany } from "./queue_batch.ts";
import { QueueClosedError } from "./queue_closed_error.ts";
import { done } from "./queue_done.ts";
import { TAKE } from "./queue_outcomes.ts";
import type { QueueDesk } from "./queue_desk.ts";
import { QUEUE } from "./queue_layout.ts";
import { checkSyncWait, waitFor, waitForSync } from "./queue_wait.ts";

/** See `Queue.take()`. */
export function takeNext(desk: QueueDesk, options?: Wait): Promise<unknown> {
  try {
    if (options !== undefined) checkAwaited("take", options);
    if (options?.signal?.aborted) throw options.signal.reason;
    const now = desk.takeSoon();
    if (now === TAKE.TAKEN) return Promise.resolve(desk.hand.open());
    if (now === TAKE.ENDED) throw endOf();
  } catch (error) {
    return Promise.reject(error);
  }
  return takeLater(desk, options ?? {});
}

async function takeLater(desk: QueueDesk, options: Wait): Promise<unknown> {
  const taken = await desk.takeLater(options);
  if (taken === undefined) throw endOf();
  return await taken.value;
}

/** See `Queue.takeSync()`. */
export function takeNextSync(desk: QueueDesk, options: SyncWait): unknown {
  checkSyncWait("take", options);
  const now = desk.takeSoon();
  if (now === TAKE.TAKEN) return desk.hand.openSync();
  const later = now === TAKE.ENDED ? undefined : desk.takeLaterSync(options);
  if (later === undefined) throw endOf();
  return later.value;
}

/** See `Queue.tryTake()`. */
export function tryTakeNext(desk: QueueDesk): { value: unknown } | undefined {
  const now = desk.takeNow();
  if (now === TAKE.ENDED) throw endOf();
  if (now === TAKE.NOTHING) return undefined;
  return { value: desk.hand.openSync() };
}

/** See `Queue.takeMany()`. */
export async function takeSeveral(
  desk: QueueDesk,
  most: number,
  options: Wait,
): Promise<unknown[]> {
  checkMost("take", "most", most);
  const taken = await takeMany(desk, most, options);
  if (taken.length === 0) throw endOf();
  return taken;
}

/** See `Queue.idle()`. */
export async function waitIdle(desk: QueueDesk, options: Wait): Promise<void> {
  checkAwaited("wait for a queue", options);
  options.signal?.throwIfAborted();
  if (!await waitFor(desk.core, desk.idler(), options)) {
    throw notIdle(desk, options);
  }
}

/** See `Queue.idleSync()`. */
export function waitIdleSync(desk: QueueDesk, options: SyncWait): void {
  checkSyncWait("wait for a queue", options);
  if (!waitForSync(desk.core, desk.idler(), options)) {
    throw notIdle(desk, options);
  }
}

function notIdle(desk: QueueDesk, { timeout = Infinity }: SyncWait): Error {
  const undone = load(desk.core.monitor.words, QUEUE.UNDONE) >>> 0;
  const { one, be } = undone === 1
    ? { one: "message", be: "is" }
    : { one: "messages", be: "are" };
  return new WaitTimeoutError(
    `Cannot wait any longer until all is done: ${undone} ${one} ${be} not, and the limit is ${timeout} ms; call done() for each that was taken`,
    { timeoutMs: timeout },
  );
}

/** See `Queue.done()`. */
export function sayDone(desk: QueueDesk, n: number): void {
  if (!(Number.isInteger(n) && n >= 1)) {
    throw new InvalidOptionError(
      `Cannot say that messages are done as 'n' must be a whole number from 1: current value is ${n}`,
      { option: "n", value: n },
    );
  }
  const taken = done(desk, n);
  if (taken < 0) return;
  throw new OverDoneError(
    `Cannot say that ${n} messages are done as so many were not taken: current number is ${taken}`,
  );
}

/** Nothing is left, and nothing comes any more. */
export function endOf(): QueueClosedError {
  return new QueueClosedError(
    "Cannot take as the queue is closed and nothing is left",
  );
}
