/**
 * What a receiving end is beside its calls: a stream, and something to iterate over.
 *
 * @module
 */
import { ChannelAbortedError, toReason } from "./channel_aborted_error.ts";
import { ChannelClosedError } from "./channel_closed_error.ts";
import { PeerDiedError } from "./peer_died_error.ts";
import { rest, restIsDue } from "./rest.ts";

/** Whether nothing comes any more, and nothing went wrong. */
export function isEnd(error: unknown): boolean {
  return error instanceof ChannelClosedError &&
    !(error instanceof PeerDiedError || error instanceof ChannelAbortedError);
}

/** The stream of what is received; `cancel` ends that. */
export function streamOf<T>(
  receive: () => Promise<T>,
  cancel: (reason: unknown) => void,
): ReadableStream<T> {
  return new ReadableStream<T>({
    pull: async (controller) => {
      try {
        controller.enqueue(await receive());
      } catch (error) {
        if (!isEnd(error)) toReason(error);
        controller.close();
      }
    },
    cancel,
  }, { highWaterMark: 0 });
}

/** The iteration over what is received; it may be left, and taken up again by another. */
export function iterationOf<T>(receive: () => Promise<T>): AsyncIterator<T> {
  let done = false;
  let resting: Promise<void> | undefined;
  const finish = (error?: unknown): IteratorResult<T> => {
    done = true;
    if (error !== undefined && !isEnd(error)) throw error;
    return { value: undefined, done };
  };
  const wrap = (value: T): IteratorResult<T> => ({ value, done: false });
  const next = (): Promise<IteratorResult<T>> =>
    done ? Promise.resolve(finish()) : receive().then(wrap, finish);
  return {
    next: () => {
      if (restIsDue()) {
        resting ??= rest().then(() => {
          resting = undefined;
        });
      }
      // Who asks meanwhile is behind who asked before.
      return resting === undefined ? next() : resting.then(next);
    },
    return: () => Promise.resolve(finish()),
  };
}
