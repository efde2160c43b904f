import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkWait, type Wait } from "../sync/wait.ts";
import type { Selectable } from "./selectable.ts";
import { type Hit, Selector } from "./selector.ts";
import type { Source, ValueOf } from "./sources.ts";

const NAMES: OptionNames<Wait> = { timeout: true, signal: true };

/** Sources, by their index or by names. */
export type Sources =
  | readonly Source<unknown>[]
  | Readonly<Record<string, Source<unknown>>>;

/** A message of a source. */
export interface ChosenMessage<K, T> {
  /** Which source: its index, or its name. */
  readonly key: K;
  /** It is a message. */
  readonly ended: false;
  /** The message. */
  readonly value: T;
}

/** A source has ended: nothing comes of it any more. */
export interface ChosenEnd<K> {
  /** Which source: its index, or its name. */
  readonly key: K;
  /** It is the end. */
  readonly ended: true;
  /** Not there. */
  readonly value?: undefined;
}

/** What `select()` comes to for a source `S` called `K`: a message, or its end. Promises and signals have no end. */
export type Choice<K, S> =
  | ChosenMessage<K, ValueOf<S>>
  | (S extends Selectable<unknown> ? ChosenEnd<K> : never);

/** What `select()` comes to for all of these: a union that `key` and `ended` tell apart. */
export type Chosen<S extends Sources> = S extends readonly unknown[]
  ? { [I in keyof S]: Choice<IndexOf<I>, S[I]> }[number]
  : { [K in keyof S]: Choice<K, S[K]> }[keyof S];

/** The number that an index of a tuple is. */
export type IndexOf<I> = I extends `${infer N extends number}` ? N : number;

/**
 * Takes one message of one of several sources: the first that has one.
 *
 * - **Sources:** queues, the receiving ends of channels and pipes, subscriptions, {@linkcode after} and
 *   {@linkcode every}, promises such as `ref.exited`, signals; other things that are iterated by {@linkcode sourceOf}.
 * - **Fair:** of those that have something the one whose turn was longest ago has the next, over all calls on this thread.
 *   Only what is made anew for each call may have to wait as long as another one always has something.
 * - **Clean:** what is not returned was not taken. After the call nothing is left of it at any source.
 * - **Ends** are told: a source that has ended comes up as `ended` as often as it is selected from, so leave it out then, or
 *   use {@linkcode selectEach}. Promises and signals that are settled have their value each time.
 * - **Queues with `ack`:** acknowledge what was taken with `done()`.
 *
 * @param sources A list, or an object with names.
 * @param options `timeout` in milliseconds, none by default, at once if it is 0 or less; `signal` ends the wait.
 * @returns A promise of what came; with a `timeout`, of `undefined` when the time is over. It rejects with each of the
 *   errors below; with the reason of the signal; with that of a promise that was rejected; and with what taking a message
 *   from the source rejects with.
 * @throws {InvalidOptionError} If a source is none, there is none, or an option is out of bounds.
 * @throws {EndMovedError} If a source is the end of a channel that was sent away.
 *
 * @example Whichever comes first
 * ```ts
 * import { after, channel, Queue, select } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * using jobs = new Queue<{ id: number }>();
 * const { tx, rx } = channel<string>();
 * await tx.send("stop");
 * const hit = await select({ jobs, orders: rx, late: after(1_000) });
 * if (hit.key === "orders" && !hit.ended) assertEquals(hit.value, "stop");
 * assertEquals(hit.key, "orders");
 * tx.close();
 * ```
 *
 * @example Those that are ready, without waiting
 * ```ts
 * import { Queue, select } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * using a = new Queue<number>();
 * using b = new Queue<string>();
 * assertEquals(await select([a, b], { timeout: 0 }), undefined);
 * await b.put("here");
 * assertEquals(await select([a, b], { timeout: 0 }), {
 *   key: 1,
 *   ended: false,
 *   value: "here",
 * });
 * ```
 */
export function select<const S extends Sources>(
  sources: S,
  options?: { readonly signal?: AbortSignal },
): Promise<Chosen<S>>;
/** As above, for a time. */
export function select<const S extends Sources>(
  sources: S,
  options: Wait,
): Promise<Chosen<S> | undefined>;
export async function select<S extends Sources>(
  sources: S,
  options: Wait = {},
): Promise<Chosen<S> | undefined> {
  checkOptionNames("Cannot select", options, NAMES);
  const { timeout = Infinity, signal } = options;
  const wait = {
    timeout: timeout < 0 ? 0 : timeout,
    ...(signal && { signal }),
  };
  checkWait("select", wait);
  const selector = new Selector(entriesOf(sources), "once");
  try {
    const hit = await selector.next(wait);
    return hit && choiceOf<S>(hit);
  } finally {
    selector.close();
  }
}

/** The sources with their keys. */
export function entriesOf(sources: Sources): [PropertyKey, unknown][] {
  const entries: [PropertyKey, unknown][] = Array.isArray(sources)
    ? sources.map((source, index) => [index, source])
    : Object.entries(sources ?? {});
  if (entries.length > 0) return entries;
  throw new InvalidOptionError(
    "Cannot select as there must be a source at least: current number is 0",
    { option: "sources", value: sources },
  );
}

/** What is told of a hit. */
export function choiceOf<S extends Sources>(
  { key, selected }: Hit,
): Chosen<S> {
  const choice = selected === undefined
    ? { key, ended: true }
    : { key, ended: false, value: selected.value };
  return choice as Chosen<S>;
}
