import { portable } from "../../memory/portable.ts";
import { isThenable } from "../is_thenable.ts";

/** Where the elements of a stream come from. */
export interface StreamSource {
  /** The next element. */
  next(): PromiseLike<IteratorResult<unknown>>;
  /** No more are wanted: its `finally` runs. */
  close(): PromiseLike<unknown>;
  /** Whether a close has its effect also while the next element is being made. */
  readonly interruptible: boolean;
}

/** Key of the source that an object stands for, which is no stream for anything else. */
export const SOURCE: unique symbol = Symbol("source");

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

/** What `value` gives one after the other, if it is a stream, an iterator or a collection. */
export function sourceOf(value: unknown): StreamSource | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (SOURCE in value) return value[SOURCE] as StreamSource;
  if (value instanceof ReadableStream) return ofReadable(value);
  if (Symbol.asyncIterator in value) {
    return ofIterator(
      (value as AsyncIterable<unknown>)[Symbol.asyncIterator](),
    );
  }
  if (Symbol.iterator in value) {
    return ofIterator((value as Iterable<unknown>)[Symbol.iterator]());
  }
  return undefined;
}

/** Whether `value` makes its elements as they are asked for, so that it cannot be the answer to an ask. */
export function isStream(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  // A handle travels as it is, though it may be read like a stream.
  if (value instanceof ReadableStream || portable in value) return false;
  return Symbol.asyncIterator in value ||
    (Symbol.iterator in value && "next" in value);
}

function ofIterator(iterator: AnyIterator): StreamSource {
  return {
    interruptible: false,
    async next() {
      const step = await iterator.next();
      // An iterator that is not asynchronous may give promises, as in `for await`.
      return isThenable(step.value)
        ? { done: step.done === true, value: await step.value }
        : step;
    },
    close: async () => await iterator.return?.(),
  };
}

function ofReadable(stream: ReadableStream<unknown>): StreamSource {
  const reader = stream.getReader();
  return {
    interruptible: true,
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    close: () => reader.cancel(),
  };
}
