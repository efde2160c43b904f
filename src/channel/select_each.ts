import { checkOptionNames } from "../option_names.ts";
import { checkWait } from "../sync/wait.ts";
import { choiceOf, type Chosen, entriesOf, type Sources } from "./select.ts";
import { Selecting } from "./selecting.ts";
import { Selector } from "./selector.ts";

/**
 * Takes message after message of several sources, as {@linkcode select} does, until all have ended.
 *
 * - **Each end is told once,** and the source left out after it; a promise or signal has its value once.
 * - **Fair, and clean:** as `select()`; the iteration may be left while it waits, and has taken nothing then.
 * - **Cheaper** than `select()` in a loop: sources that have nothing are looked at when they have something.
 *
 * @param sources A list, or an object with names.
 * @param options `signal` ends the iteration with its reason.
 * @throws {InvalidOptionError} If a source is none, or there is none, or `signal` is no signal.
 *
 * @example Two queues until both are done
 * ```ts
 * import { Queue, selectEach } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const a = new Queue<number>();
 * const b = new Queue<string>();
 * await a.put(1);
 * await b.put("one");
 * for (const queue of [a, b]) queue.close();
 * const seen = [];
 * for await (const { key, ended, value } of selectEach({ a, b })) {
 *   seen.push(`${key} ${ended ? "has ended" : value}`);
 * }
 * assertEquals(seen, ["a 1", "b one", "a has ended", "b has ended"]);
 * ```
 */
export function selectEach<const S extends Sources>(
  sources: S,
  options: { readonly signal?: AbortSignal } = {},
): AsyncIterableIterator<Chosen<S>, undefined> & AsyncDisposable {
  checkOptionNames<{ readonly signal?: AbortSignal }>(
    "Cannot select",
    options,
    { signal: true },
  );
  const { signal } = options;
  checkWait("select", signal === undefined ? {} : { signal });
  return new Selecting(new Selector(entriesOf(sources), "each"), {
    tell: (hit) => ({ value: choiceOf<S>(hit) }),
    signal,
  });
}
