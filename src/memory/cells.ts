/**
 * The one door to atomics.
 *
 * Every word that two threads share is touched through these functions and
 * nowhere else. In production each is one `Atomics` call behind one branch that
 * is never taken. Under the model checker a {@linkcode Cells} stands in the
 * door, so that each operation becomes a point at which another thread may run.
 * JavaScript's `Atomics` are sequentially consistent, so the interleavings of
 * these operations are the whole truth about code that shares words only here.
 *
 * @module
 */

import { elsewhereOf } from "./elsewhere.ts";

/** The 32-bit words of a shared region: a view over a `SharedArrayBuffer`, or over mapped memory. */
export type Words = Int32Array;

/** What {@linkcode waitAsync} returns: at once when `async` is `false`, later when it is `true`. */
export type WaitAsyncResult =
  | { readonly async: false; readonly value: "not-equal" | "timed-out" }
  | { readonly async: true; readonly value: Promise<"ok" | "timed-out"> };

/** A stand-in for `Atomics`; see {@linkcode useModel}. Each method means what the function of the same name means. */
export interface Cells {
  /** Stands in for {@linkcode load}. */
  load(words: Words, index: number): number;
  /** Stands in for {@linkcode store}. */
  store(words: Words, index: number, value: number): number;
  /** Stands in for {@linkcode add}. */
  add(words: Words, index: number, value: number): number;
  /** Stands in for {@linkcode sub}. */
  sub(words: Words, index: number, value: number): number;
  /** Stands in for {@linkcode or}. */
  or(words: Words, index: number, value: number): number;
  /** Stands in for {@linkcode and}. */
  and(words: Words, index: number, value: number): number;
  /** Stands in for {@linkcode exchange}. */
  exchange(words: Words, index: number, value: number): number;
  /** Stands in for {@linkcode cas}. */
  cas(words: Words, index: number, expected: number, value: number): number;
  /** Stands in for {@linkcode wait}. */
  wait(
    words: Words,
    index: number,
    value: number,
    timeoutMs?: number,
  ): "ok" | "not-equal" | "timed-out";
  /** Stands in for {@linkcode waitAsync}. */
  waitAsync(
    words: Words,
    index: number,
    value: number,
    timeoutMs?: number,
  ): WaitAsyncResult;
  /** Stands in for {@linkcode notify}. */
  notify(words: Words, index: number, count?: number): number;
}

let model: Cells | undefined;

/**
 * Puts `cells` in the door for this isolate, or takes it away with `undefined`.
 * For the model checker only: it is called before the code under test runs.
 *
 * @param cells The stand-in for `Atomics`, or `undefined` for the real ones.
 */
export function useModel(cells: Cells | undefined): void {
  model = cells;
}

/**
 * Reads a word, and with it everything published before the write it sees.
 *
 * @param words The region.
 * @param index The word.
 * @returns The value.
 */
export function load(words: Words, index: number): number {
  return model === undefined
    ? Atomics.load(words, index)
    : model.load(words, index);
}

/**
 * Writes a word and publishes everything this thread wrote before.
 *
 * @param words The region.
 * @param index The word.
 * @param value The new value.
 * @returns The value written.
 */
export function store(words: Words, index: number, value: number): number {
  return model === undefined
    ? Atomics.store(words, index, value)
    : model.store(words, index, value);
}

/**
 * Adds to a word in one step; it wraps at 2^32.
 *
 * @param words The region.
 * @param index The word.
 * @param value What to add.
 * @returns The value before.
 */
export function add(words: Words, index: number, value: number): number {
  return model === undefined
    ? Atomics.add(words, index, value)
    : model.add(words, index, value);
}

/**
 * Subtracts from a word in one step; it wraps at 2^32.
 *
 * @param words The region.
 * @param index The word.
 * @param value What to subtract.
 * @returns The value before.
 */
export function sub(words: Words, index: number, value: number): number {
  return model === undefined
    ? Atomics.sub(words, index, value)
    : model.sub(words, index, value);
}

/**
 * Sets bits of a word in one step.
 *
 * @param words The region.
 * @param index The word.
 * @param value The bits to set.
 * @returns The value before.
 */
export function or(words: Words, index: number, value: number): number {
  return model === undefined
    ? Atomics.or(words, index, value)
    : model.or(words, index, value);
}

/**
 * Keeps only the given bits of a word in one step.
 *
 * @param words The region.
 * @param index The word.
 * @param value The bits to keep.
 * @returns The value before.
 */
export function and(words: Words, index: number, value: number): number {
  return model === undefined
    ? Atomics.and(words, index, value)
    : model.and(words, index, value);
}

/**
 * Replaces a word in one step.
 *
 * @param words The region.
 * @param index The word.
 * @param value The new value.
 * @returns The value before.
 */
export function exchange(words: Words, index: number, value: number): number {
  return model === undefined
    ? Atomics.exchange(words, index, value)
    : model.exchange(words, index, value);
}

/**
 * Replaces a word by `value` if it still is `expected`, in one step.
 *
 * @param words The region.
 * @param index The word.
 * @param expected The value the word must have.
 * @param value The new value.
 * @returns The value before: the exchange happened if it is `expected`.
 */
export function cas(
  words: Words,
  index: number,
  expected: number,
  value: number,
): number {
  return model === undefined
    ? Atomics.compareExchange(words, index, expected, value)
    : model.cas(words, index, expected, value);
}

/**
 * Blocks this thread while the word is `value`, until a {@linkcode notify} or
 * until `timeoutMs` has passed. The word may be `value` again on return: callers
 * loop. A thread blocked here cannot be terminated, so waits are sliced and the
 * stopper changes the word and notifies first.
 *
 * @param words The region.
 * @param index The word.
 * @param value Blocks only if the word is this.
 * @param timeoutMs The longest wait, in milliseconds; for ever by default.
 * @returns `"ok"` if notified, `"not-equal"` if the word was another value, `"timed-out"` otherwise.
 */
export function wait(
  words: Words,
  index: number,
  value: number,
  timeoutMs?: number,
): "ok" | "not-equal" | "timed-out" {
  const door = model ?? elsewhereOf(words) ?? Atomics;
  return door.wait(words, index, value, timeoutMs);
}

/**
 * Waits as {@linkcode wait} does without blocking the thread. A pending wait
 * does not keep the event loop alive.
 *
 * @param words The region.
 * @param index The word.
 * @param value Waits only if the word is this.
 * @param timeoutMs The longest wait, in milliseconds; for ever by default.
 * @returns The outcome, or a promise of it that never rejects.
 */
export function waitAsync(
  words: Words,
  index: number,
  value: number,
  timeoutMs?: number,
): WaitAsyncResult {
  const door = model ?? elsewhereOf(words) ?? Atomics;
  return door.waitAsync(words, index, value, timeoutMs);
}

/**
 * Wakes threads that wait on a word, those that have waited longest first.
 *
 * @param words The region.
 * @param index The word.
 * @param count At most how many to wake; all by default.
 * @returns How many were woken.
 */
export function notify(words: Words, index: number, count?: number): number {
  const door = model ?? elsewhereOf(words) ?? Atomics;
  return door.notify(words, index, count);
}

/**
 * Reads a word with a plain access (1 ns, an atomic one costs 8 to 20).
 *
 * Sound only where one of these holds, and the caller's layout table says which:
 * the reader is the word's only writer; or the word was written before a
 * publishing operation whose effect the reader has already loaded; or the value
 * is a statistic of which any recent value will do. An aligned 32-bit access
 * never tears. The model checker does not see it.
 *
 * @param words The region.
 * @param index The word.
 * @returns The value.
 */
export function peek(words: Words, index: number): number {
  return words[index] as number;
}

/**
 * Writes a word with a plain access. Sound only for a word with one writer whose
 * next publishing operation makes the value visible, or for a statistic; see
 * {@linkcode peek}.
 *
 * @param words The region.
 * @param index The word.
 * @param value The new value.
 */
export function poke(words: Words, index: number, value: number): void {
  words[index] = value;
}

/** Integers of any width that atomics work on. */
export type Integers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** How an element of such a view is read and written in one step; the model checker does not see it. */
type Atomic = (
  cells: Integers,
  index: number,
  ...values: readonly unknown[]
) => never;

/** The methods, without the distinction between widths that their overloads make. */
const atomics = Atomics as unknown as Readonly<
  Record<
    | "load"
    | "store"
    | "add"
    | "sub"
    | "and"
    | "or"
    | "xor"
    | "exchange"
    | "compareExchange",
    Atomic
  >
>;

/** Reads an element of any width; see {@linkcode load}. */
export function loadOf<I extends Integers>(cells: I, index: number): I[number] {
  return atomics.load(cells, index);
}

/** Writes an element of any width; see {@linkcode store}. */
export function storeOf<I extends Integers>(
  cells: I,
  index: number,
  value: I[number],
): void {
  atomics.store(cells, index, value);
}

/** Adds to an element of any width, which wraps; returns the value before. */
export function addOf<I extends Integers>(
  cells: I,
  index: number,
  value: I[number],
): I[number] {
  return atomics.add(cells, index, value);
}

/** Subtracts from an element of any width, which wraps; returns the value before. */
export function subOf<I extends Integers>(
  cells: I,
  index: number,
  value: I[number],
): I[number] {
  return atomics.sub(cells, index, value);
}

/** Keeps only the given bits of an element of any width; returns the value before. */
export function andOf<I extends Integers>(
  cells: I,
  index: number,
  value: I[number],
): I[number] {
  return atomics.and(cells, index, value);
}

/** Sets bits of an element of any width; returns the value before. */
export function orOf<I extends Integers>(
  cells: I,
  index: number,
  value: I[number],
): I[number] {
  return atomics.or(cells, index, value);
}

/** Flips bits of an element of any width; returns the value before. */
export function xorOf<I extends Integers>(
  cells: I,
  index: number,
  value: I[number],
): I[number] {
  return atomics.xor(cells, index, value);
}

/** Replaces an element of any width; returns the value before. */
export function exchangeOf<I extends Integers>(
  cells: I,
  index: number,
  value: I[number],
): I[number] {
  return atomics.exchange(cells, index, value);
}

/** Replaces an element of any width if it is `expected`; see {@linkcode cas}. */
export function casOf<I extends Integers>(
  cells: I,
  index: number,
  expected: I[number],
  value: I[number],
): I[number] {
  return atomics.compareExchange(cells, index, expected, value);
}

/**
 * How often to look at a word before waiting for it: `looks`, or not at all under the model checker, to which a loop
 * of looks is an endless schedule.
 *
 * @param looks How often it pays.
 * @returns How often to look.
 */
export function patience(looks: number): number {
  return model === undefined ? looks : 0;
}
