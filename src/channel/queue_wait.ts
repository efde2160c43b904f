/**
 * Waiting at a place of a queue or a broadcast, with or without the thread.
 *
 * @module
 */
import type { OptionNames } from "../option_names.ts";
import { wait } from "../memory/cells.ts";
import { PLACE_STATE, PRIMITIVE } from "../sync/layout.ts";
import { leftOf, mayBlock, throwFenced } from "../sync/obtain.ts";
import { type Cell, type Outcome, park, parkAsync } from "../sync/parker.ts";
import { checkBlocking, type SyncWait, type Wait } from "../sync/wait.ts";
import { PLACE } from "../sync/layout.ts";
import type { Monitor } from "../sync/monitor.ts";
import { CAME } from "./queue_layout.ts";

/** How long who found no place waits before it asks again, in milliseconds. */
const NO_PLACE_MS = 5;

/** Where one waits. */
export interface Sections {
  /** The memory with the places. */
  readonly monitor: Monitor;
  /** Runs `body` in a section. */
  run<T>(body: () => T): T;
  /** Begins a section. Returns whether this thread may do anything. */
  enter(): boolean;
}

/** Somebody who wants something of a queue. */
export interface Waiter {
  /** What it does, for messages. */
  readonly what: string;
  /** Where it waits; -1: nowhere. */
  readonly place: number;
  /** Ends a wait that another has brought to its end. */
  readonly kick?: AbortController;
  /** In a section: goes on as far as it can. Answers one of {@linkcode CAME}, and OVER again when it is over. */
  step(): number;
  /** In a section: gives up; it is not over, and leaves no trace. */
  quit(): void;
  /** Right after the section in which it was over, which may be one more than once: reads what that left. */
  finish(): void;
}

/** Goes on as far as it can without waiting. Says whether it is over, waits, or found no place. */
function advance(core: Sections, waiter: Waiter): number {
  for (;;) {
    const came = core.run(() => waiter.step());
    if (came === CAME.AGAIN) continue;
    if (came === CAME.FENCED) throwFenced(waiter.what);
    if (came === CAME.OVER) waiter.finish();
    return came;
  }
}

/** Gives up, unless it is over by now; then it has what it wanted. */
function withdraw(core: Sections, waiter: Waiter): boolean {
  for (;;) {
    const came = core.run(() => {
      const now = waiter.step();
      if (now === CAME.WAITING) waiter.quit();
      return now;
    });
    if (came === CAME.AGAIN) continue;
    if (came === CAME.FENCED) throwFenced(waiter.what);
    if (came === CAME.OVER) waiter.finish();
    return came === CAME.OVER;
  }
}

function cellOf(core: Sections, waiter: Waiter): Cell {
  const { monitor } = core;
  const index = monitor.at(waiter.place, PLACE.STATE);
  return { words: monitor.words, index, value: PLACE_STATE.WAITING };
}

/**
 * Waits until it is over.
 *
 * @returns Whether it is; `false`: the time was.
 * @throws The reason of the signal.
 * @throws {FencedError} If this thread is given up meanwhile.
 */
export async function waitFor(
  core: Sections,
  waiter: Waiter,
  { timeout = Infinity, signal }: Wait,
): Promise<boolean> {
  const start = timeout === Infinity ? 0 : performance.now();
  const { lives } = core.monitor.life;
  for (;;) {
    const { deaths } = lives;
    const came = advance(core, waiter);
    if (came === CAME.OVER) return true;
    const left = leftOf(timeout, start);
    if (left <= 0 || signal?.aborted) {
      if (withdraw(core, waiter)) return true;
      signal?.throwIfAborted();
      return false;
    }
    if (came === CAME.NO_PLACE) {
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(left, NO_PLACE_MS))
      );
      continue;
    }
    const outcome = await sleep(core, waiter, deaths, left, signal);
    if (outcome === "fenced") throwFenced(waiter.what);
  }
}

/** Waits until its place is told something, another has brought it to its end, or it may not wait any longer. */
function sleep(
  core: Sections,
  waiter: Waiter,
  deaths: number,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const { kick } = waiter;
  const stop = kick?.signal ?? signal;
  const until = { timeout, ...(stop && { signal: stop }) };
  const cell = cellOf(core, waiter);
  const sleeping = parkAsync(cell, until, deaths, () => bury(core));
  if (kick === undefined || signal === undefined) return sleeping;
  const forward = (): void => kick.abort();
  signal.addEventListener("abort", forward);
  return sleeping.finally(() => signal.removeEventListener("abort", forward));
}

/**
 * As {@linkcode waitFor}, blocking the thread.
 *
 * @throws {FencedError} If this thread is given up meanwhile.
 */
export function waitForSync(
  core: Sections,
  waiter: Waiter,
  { timeout = Infinity }: SyncWait,
): boolean {
  const start = timeout === Infinity ? 0 : performance.now();
  const { lives } = core.monitor.life;
  for (;;) {
    const { deaths } = lives;
    const came = advance(core, waiter);
    if (came === CAME.OVER) return true;
    const left = leftOf(timeout, start);
    if (left <= 0) return withdraw(core, waiter);
    if (came === CAME.NO_PLACE) {
      const { words } = core.monitor;
      wait(words, PRIMITIVE.ROOT, lives.root, Math.min(left, NO_PLACE_MS));
      continue;
    }
    const outcome = park(cellOf(core, waiter), left, deaths, () => bury(core));
    if (outcome === "fenced") throwFenced(waiter.what);
  }
}

function bury(core: Sections): void {
  core.run(core.monitor.onDeath);
}

/** Checks how long to wait, and whether the thread may. */
export function checkSyncWait<W extends SyncWait>(
  what: string,
  options: W,
  names?: OptionNames<W>,
): void {
  checkBlocking(what, options, names);
  mayBlock(what, options);
}
