/**
 * What a subject is: one question, Troupe's answer to it, and whom that is compared with.
 *
 * @module
 */

/** How much is measured. */
export interface Effort {
  /** Everything in 60 s instead of in minutes. */
  readonly quick: boolean;
  /** How often each contender is measured, in turns. */
  readonly rounds: number;
}

/** A contender that is set up and waits to be measured. */
export interface Trial {
  /**
   * Measures once, in the subject's unit.
   *
   * @throws {WrongResultError} If what came out is not what must come out.
   */
  round(): Promise<number>;
  /** Ends its threads. */
  close(): Promise<void> | void;
}

/** Somebody who can be measured. */
export interface Contender {
  /** Sets up, or answers `undefined` where what it needs is not installed. */
  open(effort: Effort): Promise<Trial | undefined> | Trial | undefined;
}

/** What is asked of the result. */
export interface Bar {
  /** As it is printed. */
  readonly text: string;
  /** Whether a result meets it, `null` if nothing is asked; `ratio` is ours / theirs, `NaN` without a peer. */
  readonly meets: (ours: number, ratio: number) => boolean | null;
}

/** Somebody to be compared with. Without a contender there is only the bar. */
export interface Peer {
  /** As it is printed. */
  readonly name: string;
  /** What is asked of Troupe beside it. */
  readonly bar: Bar;
  /** The one who is measured; left out where the bar is absolute. */
  readonly contender?: Contender;
}

/** One thing that is measured. */
export interface Subject {
  /** As it is given on the command line. */
  readonly name: string;
  /** The question in one line. */
  readonly about: string;
  /** Unit of every figure. */
  readonly unit: string;
  /** Which figures are good. */
  readonly better: "lower" | "higher";
  /** Troupe. */
  readonly ours: Contender;
  /** The others; at least one. */
  readonly peers: readonly Peer[];
}

/** One line of the result: a subject beside one peer. Figures are medians over the rounds. */
export interface Row {
  /** Name of the subject. */
  readonly subject: string;
  /** Name of the peer. */
  readonly peer: string;
  /** Unit of `ours` and `theirs`. */
  readonly unit: string;
  /** Which figures are good. */
  readonly better: "lower" | "higher";
  /** Troupe's median. */
  readonly ours: number;
  /** The peer's median; `null` where it is absent or the bar is absolute. */
  readonly theirs: number | null;
  /** `ours` / `theirs`. */
  readonly ratio: number | null;
  /** What is asked. */
  readonly bar: string;
  /** Whether it is met; `null` where the peer is absent or nothing is asked. */
  readonly met: boolean | null;
  /** How often each was measured. */
  readonly rounds: number;
  /** Width of the ratios of the rounds as a share of their median; without a peer, of our figures. */
  readonly spread: number;
}

/** A contender did not do its work: its figure means nothing. */
export class WrongResultError extends Error {
  /** See {@linkcode Error.name}. */
  override readonly name: string = "WrongResultError";
}

/**
 * Checks a result.
 *
 * @param what Whose result it is.
 * @throws {WrongResultError} If `actual` is not `expected`.
 */
export function expectResult(
  what: string,
  actual: number,
  expected: number,
): void {
  if (Object.is(actual, expected)) return;
  throw new WrongResultError(
    `Cannot count this round as ${what} came out wrong: current value is ${actual}, expected ${expected}`,
  );
}

/** A figure to look at: nothing is asked. */
export const NO_BAR: Bar = { text: "none", meets: () => null };

/** A bar on the ratio: at most `limit`, printed as `text`. */
export function ratioAtMost(limit: number, text: string): Bar {
  return { text, meets: (_, ratio) => ratio <= limit };
}

/** A bar on the ratio: at least `limit`, printed as `text`. */
export function ratioAtLeast(limit: number, text: string): Bar {
  return { text, meets: (_, ratio) => ratio >= limit };
}

/** A bar on our own median: at most `limit`, printed as `text`. */
export function oursAtMost(limit: number, text: string): Bar {
  return { text, meets: (ours) => ours <= limit };
}

/** A bar on our own median: at least `limit`, printed as `text`. */
export function oursAtLeast(limit: number, text: string): Bar {
  return { text, meets: (ours) => ours >= limit };
}
