/**
 * Waiting for a word to change: with or without the thread, for a time, until a signal, through deaths.
 *
 * @module
 */
import { load, notify, patience, wait, waitAsync } from "../memory/cells.ts";
import { LIVES } from "./layout.ts";
import type { Lives } from "./lives.ts";
import { lifeAt } from "./plot.ts";

/** How a wait ended. */
export type Outcome = "changed" | "timed-out" | "aborted" | "fenced";

/** What is waited for. */
export interface Cell {
  /** The memory. */
  readonly words: Int32Array;
  /** The word. */
  readonly index: number;
  /** What it is as long as the wait goes on. */
  readonly value: number;
}

/** Longest sleep of a thread, in milliseconds: then it looks whether it was given up, or somebody else. */
const SLICE_MS = 20;
/** Longer timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Looks before a thread sleeps, at most: about 50 µs. A wake-up costs as much, and a reply that is looked for none. */
const MOST_LOOKS = 4_000;
/** And at least, where looking has not paid. */
const LEAST_LOOKS = 32;
/** Waits until it is tried whether looking pays again: so many, and twice as many after each try in vain. */
const FIRST_TRY = 32;
const LAST_TRY = 1_024;

let looks = MOST_LOOKS;
let tryEvery = FIRST_TRY;
let untilTry = FIRST_TRY;

/** Looks for as long as that has paid lately; says whether it was found. */
export function lookUntil(found: () => boolean): boolean {
  if (found()) return true;
  const isTry = --untilTry <= 0;
  for (let i = patience(isTry ? MOST_LOOKS : looks); i > 0; i--) {
    if (!found()) continue;
    looks = Math.min(MOST_LOOKS, looks * 2);
    tryEvery = untilTry = FIRST_TRY;
    return true;
  }
  looks = Math.max(LEAST_LOOKS, looks >> 1);
  if (isTry) untilTry = tryEvery = Math.min(LAST_TRY, tryEvery * 2);
  return false;
}

/**
 * Blocks the thread until the word has changed, for at most `timeoutMs`.
 *
 * Who changes the word notifies it. It wakes every 20 ms to look whether threads have died.
 *
 * @param deaths How many lives had ended when the caller last looked.
 * @param onDeath Called when more have.
 */
export function park(
  { words, index, value }: Cell,
  timeoutMs: number,
  deaths: number,
  onDeath: () => void,
): Outcome {
  if (lookUntil(() => load(words, index) !== value)) return "changed";
  const life = lifeAt(words);
  const { lives } = life;
  const end = timeoutMs === Infinity ? Infinity : performance.now() + timeoutMs;
  for (;;) {
    if (load(words, index) !== value) return "changed";
    if (life.fenced) return "fenced";
    const now = lives.deaths;
    if (now !== deaths) {
      deaths = now;
      onDeath();
      continue;
    }
    const left = end === Infinity ? Infinity : end - performance.now();
    if (left <= 0) return "timed-out";
    wait(words, index, value, Math.min(SLICE_MS, left));
  }
}

/**
 * As {@linkcode park}, without the thread. Once it is over, whoever waited sees to it that the word is notified: the
 * platform cannot take a wait back.
 */
export function parkAsync(
  { words, index, value }: Cell,
  { timeout = Infinity, signal }: { timeout?: number; signal?: AbortSignal },
  deaths: number,
  onDeath: () => void,
): Promise<Outcome> {
  const life = lifeAt(words);
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const settle = (outcome: Outcome): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    mourners.delete(mourn);
    forget(words, index, look);
    resolve(outcome);
  };
  const abort = (): void => settle("aborted");
  const mourn = (): void => {
    if (life.fenced) return settle("fenced");
    onDeath();
    // Whoever changed the word may have died before it said so.
    if (load(words, index) !== value) settle("changed");
  };
  const look = (): void => {
    if (over) return;
    // In a region nobody tells of deaths, nor of its end: a wait there ends every moment, and looks.
    if (life.lives.certain && life.fenced) return settle("fenced");
    if (load(words, index) !== value) return settle("changed");
    if (life.lives.certain && life.lives.deaths !== deaths) {
      deaths = life.lives.deaths;
      onDeath();
      return look();
    }
    const waiting = waitAsync(words, index, value);
    if (waiting.async) void waiting.value.then(look);
    else settle("changed");
  };
  look();
  if (over) return promise;
  remember(words, index, look);
  if (timeout <= MAX_TIMER_MS) {
    timer = setTimeout(() => settle("timed-out"), Math.ceil(timeout));
  }
  signal?.addEventListener("abort", abort);
  if (life.lives.certain) return promise;
  mourners.add(mourn);
  watchDeaths(life.lives);
  if (life.lives.deaths !== deaths) mourn();
  return promise;
}

/** Who waits on this thread, by memory and word. */
const sleepers: WeakMap<Int32Array, Map<number, Set<() => void>>> =
  new WeakMap();

function remember(words: Int32Array, index: number, look: () => void): void {
  let here = sleepers.get(words);
  if (here === undefined) sleepers.set(words, here = new Map());
  const looks = here.get(index);
  if (looks === undefined) here.set(index, new Set([look]));
  else looks.add(look);
}

function forget(words: Int32Array, index: number, look: () => void): void {
  const here = sleepers.get(words);
  const looks = here?.get(index);
  if (looks?.delete(look) && looks.size === 0) here!.delete(index);
}

/**
 * Wakes who waits for a word, on whatever thread.
 *
 * Those of this thread are woken directly: a wait of the platform would not keep the program alive until it is heard.
 */
export function rouse(words: Int32Array, index: number): void {
  notify(words, index);
  const looks = sleepers.get(words)?.get(index);
  if (looks === undefined) return;
  for (const look of looks) queueMicrotask(look);
}

/** Called at each death. */
const mourners: Set<() => void> = new Set();
let watching = false;

/** Has all mourners called when a life ends, as long as there are any. */
function watchDeaths(lives: Lives): void {
  if (watching || mourners.size === 0) return;
  const seen = lives.deaths;
  const waiting = waitAsync(lives.words, LIVES.DEATHS, seen);
  const tell = (): void => {
    watching = false;
    for (const mourn of [...mourners]) mourn();
    watchDeaths(lives);
  };
  watching = true;
  if (waiting.async) void waiting.value.then(tell);
  else queueMicrotask(tell);
}
