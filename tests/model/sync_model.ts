/** The memories of a scenario around one primitive of `src/sync/`, and the names of their words. */
import { LIVES, PLACE, PRIMITIVE } from "../../src/sync/layout.ts";
import { Lives } from "../../src/sync/lives.ts";
import { Monitor } from "../../src/sync/monitor.ts";
import { type Exploration, explore } from "./explorer.ts";

/** Which memory of a scenario is what. */
export const MEMORY = { LIVES: 0, PRIMITIVE: 1, NOTES: 2 } as const;

/** As many can wait at the primitive of a scenario. */
const PLACES = 8;
const MAX_THREADS = 4;

/** The name of the thread with that number, counted from 0, in the table of lives. */
export function whoOf(thread: number): number {
  return thread + 1;
}

/** A table in which four threads live, a primitive, and some words for what the threads note. */
export function syncSetup(
  kind: number,
  prepare: (monitor: Monitor) => void = () => {},
): SharedArrayBuffer[] {
  const lives = new Lives(undefined, MAX_THREADS + 1);
  for (let i = 0; i < MAX_THREADS; i++) lives.claim(0);
  const monitor = new Monitor(kind, PLACES);
  prepare(monitor);
  return [lives.memory, monitor.words.buffer, new SharedArrayBuffer(64)];
}

/** Threads around one primitive, and how many of their outcomes are right. */
export interface SyncScenario {
  /** The file with the threads. */
  readonly module: string;
  /** Of {@linkcode KIND}. */
  readonly kind: number;
  /** The threads; with a `nursery`, which fences thread 0, time passes. */
  readonly threads: readonly string[];
  /** What each thread logged, joined by commas, and all of them by semicolons. */
  readonly allowed: readonly string[];
  /** See {@linkcode Scenario.maxPreemptions}. */
  readonly maxPreemptions: number;
  /** Threads that may die. */
  readonly mayDie?: readonly string[];
  /** Writes what a constructor would. */
  readonly prepare?: (monitor: Monitor) => void;
  /** More memory, behind the notes. */
  readonly more?: () => SharedArrayBuffer[];
}

/** Explores such a scenario. */
export function exploreSync(scenario: SyncScenario): Promise<Exploration> {
  const { kind, prepare, allowed, more, ...rest } = scenario;
  return explore({
    ...rest,
    setup: () => [...syncSetup(kind, prepare), ...more?.() ?? []],
    outcome: ({ logs }) => logs.map((log) => log.join() || "-").join("; "),
    allowed: (outcome) => allowed.includes(outcome),
    words: SYNC_WORDS,
    timePasses: scenario.threads.includes("nursery") ||
      scenario.mayDie !== undefined,
  });
}

/** Names of the words of {@link syncSetup}. */
export const SYNC_WORDS: Readonly<Record<string, string>> = nameWords();

function nameWords(): Record<string, string> {
  const names: Record<string, string> = { "2:0": "INSIDE" };
  names[`0:${LIVES.DEATHS}`] = "DEATHS";
  for (let t = 0; t < MAX_THREADS; t++) {
    const row = LIVES.ROWS + whoOf(t) * LIVES.ROW_WORDS;
    names[`0:${row}`] = `life of ${t}`;
    names[`0:${row + 1}`] = `group of ${t}`;
  }
  for (const [field, word] of Object.entries(PRIMITIVE)) {
    names[`1:${word}`] = field;
  }
  const monitor = new Monitor(1, PLACES);
  for (let place = 0; place < PLACES; place++) {
    names[`1:${monitor.at(place, PLACE.STATE)}`] = `state of place ${place}`;
  }
  return names;
}
