/**
 * Waiting for a place in a monitor's memory to be told something.
 *
 * @module
 */
import { wait } from "../memory/cells.ts";
import { FencedError } from "./fenced_error.ts";
import { PLACE, PLACE_STATE, PRIMITIVE } from "./layout.ts";
import { ownLife } from "./lives.ts";
import { MainThreadWaitError } from "./main_thread_wait_error.ts";
import type { Monitor } from "./monitor.ts";
import { type Cell, type Outcome, park, parkAsync } from "./parker.ts";
import type { SyncWait, Wait } from "./wait.ts";

/** What a claim comes to when it need not wait, beside the number of the place where it waits. */
export const AT_ONCE: {
  /** All places are taken: it is to be made again. */
  readonly NO_ROOM: -1;
  /** It has it. */
  readonly GRANTED: -2;
  /** It has it from one who died. */
  readonly INHERITED: -3;
  /** It will never have it. */
  readonly REFUSED: -4;
} = { NO_ROOM: -1, GRANTED: -2, INHERITED: -3, REFUSED: -4 } as const;

/** One of {@link PLACE_STATE}: GRANTED, INHERITED or REFUSED, or WAITING when the time was over before. */
export type State = number;

/** How long a claim that found no room waits before it is made again, in milliseconds. */
const NO_ROOM_MS = 5;

const IS_MAIN = !("WorkerGlobalScope" in globalThis);

/**
 * Refuses what a thread that was given up may not do.
 *
 * @throws {FencedError} If this thread is one.
 */
export function mustLive(what: string): void {
  if (ownLife().fenced) throw fenced(what);
}

/**
 * Says that this thread was given up while it waited.
 *
 * @throws {FencedError} Always.
 */
export function throwFenced(what: string): never {
  throw fenced(what);
}

function fenced(what: string): FencedError {
  return new FencedError(
    `Cannot ${what} as this thread was given up: another may run in its place`,
  );
}

/**
 * Refuses to block the main thread.
 *
 * @throws {MainThreadWaitError} If this is the main thread and nobody asked for it.
 */
export function mayBlock(what: string, { onMain }: SyncWait): void {
  if (!IS_MAIN || onMain === true) return;
  throw new MainThreadWaitError(
    `Cannot ${what} as that would block the main thread: await it, or set 'onMain' to true`,
  );
}

function atOnce(place: number): State {
  if (place === AT_ONCE.GRANTED) return PLACE_STATE.GRANTED;
  return place === AT_ONCE.INHERITED
    ? PLACE_STATE.INHERITED
    : PLACE_STATE.REFUSED;
}

/** What it came to for who waited at `place`, which is free then; WAITING when it was woken for nothing. */
function conclude(
  monitor: Monitor,
  place: number,
  outcome: Outcome,
): State {
  const state = monitor.run(() => {
    if (monitor.of(place, PLACE.WHO) !== monitor.life.who) {
      return PLACE_STATE.FREE;
    }
    const state = monitor.of(place, PLACE.STATE);
    const arg = monitor.of(place, PLACE.ARG);
    if (state !== PLACE_STATE.WAITING) monitor.free(place);
    else if (outcome !== "changed") {
      monitor.abandon(place);
      monitor.onGivenUp();
    }
    if (state === PLACE_STATE.GRANTED || state === PLACE_STATE.INHERITED) {
      monitor.onTaken(arg);
    }
    return state;
  });
  if (state !== PLACE_STATE.WAITING || outcome !== "changed") {
    monitor.line.call();
  }
  return state;
}

/** Whether the wait is over; throws what it rejects with. */
function isOver(
  state: State,
  outcome: Outcome,
  what: string,
  signal?: AbortSignal,
): boolean {
  if (outcome === "fenced" || state === PLACE_STATE.FREE) throw fenced(what);
  if (state !== PLACE_STATE.WAITING) return true;
  // Who was told before it gave up has what it was told.
  if (outcome === "aborted") throw signal!.reason;
  // What woke it was undone: who told it died before all was told, or this thread needed it first.
  return outcome === "timed-out";
}

function cellOf(monitor: Monitor, place: number): Cell {
  const index = monitor.at(place, PLACE.STATE);
  return { words: monitor.words, index, value: PLACE_STATE.WAITING };
}

/**
 * Waits at a place until it is told something.
 *
 * @param deaths How many lives had ended before the place was taken.
 * @param timeout Milliseconds.
 * @returns What it was told; WAITING if the time was over before.
 * @throws {FencedError} If this thread is given up meanwhile.
 */
export async function waitAt(
  monitor: Monitor,
  place: number,
  deaths: number,
  what: string,
  { timeout = Infinity, signal }: Wait,
): Promise<State> {
  const start = timeout === Infinity ? 0 : performance.now();
  const cell = cellOf(monitor, place);
  const bury = (): void => monitor.bury();
  for (;;) {
    const left = leftOf(timeout, start);
    const until = { timeout: Math.max(0, left), ...(signal && { signal }) };
    const outcome = await parkAsync(cell, until, deaths, bury);
    const state = conclude(monitor, place, outcome);
    if (isOver(state, outcome, what, signal)) return state;
  }
}

/**
 * As {@linkcode waitAt}, blocking the thread.
 *
 * @throws {FencedError} If this thread is given up meanwhile.
 */
export function waitAtSync(
  monitor: Monitor,
  place: number,
  deaths: number,
  what: string,
  { timeout = Infinity }: SyncWait,
): State {
  const start = timeout === Infinity ? 0 : performance.now();
  const cell = cellOf(monitor, place);
  const bury = (): void => monitor.bury();
  for (;;) {
    const outcome = park(cell, leftOf(timeout, start), deaths, bury);
    const state = conclude(monitor, place, outcome);
    if (isOver(state, outcome, what)) return state;
  }
}

/** What is left of a time that began at `start`, in milliseconds; not above 0 once it is over. */
export function leftOf(timeout: number, start: number): number {
  return timeout === Infinity
    ? Infinity
    : timeout - (performance.now() - start);
}

/**
 * Makes a claim and waits for what comes of it.
 *
 * @param claim In a section: has it at once, or takes a place.
 * @throws {FencedError} If this thread is given up meanwhile.
 */
export async function obtain(
  monitor: Monitor,
  claim: () => number,
  what: string,
  { timeout = Infinity, signal }: Wait,
): Promise<State> {
  const start = timeout === Infinity ? 0 : performance.now();
  const { lives } = monitor.life;
  const { line } = monitor;
  // Behind those of this thread who found no room.
  let mine = line.isEmpty ? undefined : line.join();
  try {
    for (;;) {
      const left = leftOf(timeout, start);
      const { deaths } = lives;
      const place = mine === undefined || line.isFirst(mine)
        ? monitor.run(claim)
        : AT_ONCE.NO_ROOM;
      if (place >= 0) {
        if (mine !== undefined) line.leave(mine);
        mine = undefined;
        const until = { timeout: Math.max(0, left), ...(signal && { signal }) };
        return await waitAt(monitor, place, deaths, what, until);
      }
      if (place !== AT_ONCE.NO_ROOM) return atOnce(place);
      if (left <= 0) return PLACE_STATE.WAITING;
      mine ??= line.join();
      await line.called(mine, left, NO_ROOM_MS, signal);
      signal?.throwIfAborted();
    }
  } finally {
    if (mine !== undefined) line.leave(mine);
  }
}

/**
 * As {@linkcode obtain}, blocking the thread.
 *
 * @throws {FencedError} If this thread is given up meanwhile.
 */
export function obtainSync(
  monitor: Monitor,
  claim: () => number,
  what: string,
  { timeout = Infinity }: SyncWait,
): State {
  const start = timeout === Infinity ? 0 : performance.now();
  const { lives } = monitor.life;
  for (;;) {
    const left = leftOf(timeout, start);
    const { deaths } = lives;
    const place = monitor.run(claim);
    if (place >= 0) {
      return waitAtSync(monitor, place, deaths, what, { timeout: left });
    }
    if (place !== AT_ONCE.NO_ROOM) return atOnce(place);
    if (left <= 0) return PLACE_STATE.WAITING;
    wait(monitor.words, PRIMITIVE.ROOT, lives.root, NO_ROOM_MS);
  }
}
