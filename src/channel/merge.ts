import { type Selectable, selectable } from "./selectable.ts";
import { entriesOf } from "./select.ts";
import { Selecting } from "./selecting.ts";
import { Selector } from "./selector.ts";
import { refuseOption } from "./refuse_option.ts";
import { isSource, type IterableSource, sourceOf } from "./sources.ts";

/** What can be merged: a queue, a receiving end, a timer; a stream or what else is iterated. */
export type Mergeable<T> = Selectable<T> | AsyncIterable<T>;

/**
 * The messages of several sources as one, until all have ended.
 *
 * - **Order:** those of one source keep theirs.
 * - **Fair:** of the sources that have something the one whose turn was longest ago has the next.
 * - **Clean:** it may be left while it waits. Queues and ends stay open, and have all that was not returned; of other
 *   sources one message may have been read ahead, and their iteration is left as well.
 * - **Errors:** the first of a source is that of the merge, which leaves all others.
 *
 * @throws {InvalidOptionError} If a source is none, or there is none.
 *
 * @example A queue and a stream
 * ```ts
 * import { merge, Queue } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const queue = new Queue<number>();
 * for (const n of [1, 2]) await queue.put(n);
 * queue.close();
 * const all = await Array.fromAsync(merge(queue, ReadableStream.from([3])));
 * assertEquals(all.sort(), [1, 2, 3]);
 * ```
 */
export function merge<T>(
  ...sources: readonly Mergeable<T>[]
): AsyncIterableIterator<T, undefined> & AsyncDisposable {
  return mergeUntil("merge", sources, undefined);
}

/** As {@linkcode merge}; the signal ends it with its reason, and `what` cannot be done if a source is none. */
export function mergeUntil<T>(
  what: string,
  sources: readonly Mergeable<T>[],
  signal: AbortSignal | undefined,
): Selecting<T> {
  const { entries, leave } = springsOf(what, sources);
  return new Selecting<T>(new Selector(entries, "each"), {
    tell: ({ selected }) => selected as { value: T } | undefined,
    leave,
    signal,
  });
}

/**
 * What sources are for a selector, and what leaves those that were made for it.
 *
 * @throws {InvalidOptionError} If one is none, or there is none.
 */
export function springsOf(
  what: string,
  sources: readonly Mergeable<unknown>[],
): { entries: [PropertyKey, unknown][]; leave: () => Promise<unknown> } {
  const wrong = sources.findIndex((source) => !isSource(source));
  if (wrong >= 0) {
    refuseOption(
      what,
      sources.length === 1 ? "source" : `sources[${wrong}]`,
      sources[wrong],
      "a queue, a receiver, a timer, a stream or what else is iterated with 'for await'",
    );
  }
  const made: IterableSource<unknown>[] = [];
  const all = sources.map((source): Selectable<unknown> => {
    if (!isIterated(source)) return source;
    const one = sourceOf(source);
    made.push(one);
    return one;
  });
  return {
    entries: entriesOf(all),
    leave: () => Promise.all(made.map((one) => one.close())),
  };
}

function isIterated(
  source: Mergeable<unknown>,
): source is AsyncIterable<unknown> {
  return typeof source === "object" && source !== null &&
    !(selectable in source) && Symbol.asyncIterator in source;
}
