/**
 * What raw threads are told to do.
 *
 * @module
 */

import type { BytesManner } from "./raw_bytes.ts";

/** A job for a raw thread; each answers with one message, when it is done unless it says otherwise. */
export type RawOrder =
  /** Answers every number that comes over `port` with the next one; replies at once. */
  | { readonly job: "answer"; readonly port: MessagePort }
  /** Asks over `port`; replies with the {@linkcode AskResult}. */
  | {
    readonly job: "ask";
    readonly port: MessagePort;
    readonly plan: AskPlan;
  }
  /** Swaps words; replies with the microseconds of a round trip. */
  | {
    readonly job: "swap";
    readonly words: Int32Array;
    readonly first: boolean;
    readonly count: number;
  }
  /** Takes items that come over `port`, and tells their {@linkcode Total} over it when told that it was the last; replies at once. */
  | { readonly job: "collect"; readonly port: MessagePort }
  /** Sends items over `port`; replies with the {@linkcode FloodResult}. */
  | {
    readonly job: "flood";
    readonly port: MessagePort;
    readonly count: number;
  }
  /** Counts the bytes of messages that come over `port`, and tells their {@linkcode Total} over it when told that it was the last; replies at once. */
  | { readonly job: "collectBytes"; readonly port: MessagePort }
  /** Sends messages of so many bytes over `port`; replies with the {@linkcode FloodResult}. */
  | {
    readonly job: "floodBytes";
    readonly port: MessagePort;
    readonly count: number;
    readonly bytes: number;
    readonly manner?: BytesManner;
  }
  /** Adds up items that come over `port` until `count` came; replies with the `Heard`. */
  | {
    readonly job: "hear";
    readonly port: MessagePort;
    readonly count: number;
  }
  /** Sends each of so many items over all `ports`; replies when it began, by the clock of all threads. */
  | {
    readonly job: "say";
    readonly ports: readonly MessagePort[];
    readonly count: number;
  }
  /** Takes records out of a ring; replies with their {@linkcode Total}. */
  | {
    readonly job: "drain";
    readonly ring: SharedArrayBuffer;
    readonly count: number;
  }
  /** Puts records into a ring; replies with the milliseconds until all were taken. */
  | {
    readonly job: "fill";
    readonly ring: SharedArrayBuffer;
    readonly count: number;
  }
  /** Computes for so many rounds; replies with the sum. */
  | { readonly job: "crunch"; readonly rounds: number }
  /** Adds one to a word so many times; replies with when. */
  | {
    readonly job: "count";
    readonly words: Int32Array;
    readonly count: number;
  }
  /** Imports a module that exports `Started`, and replies with what one of it answers. */
  | { readonly job: "import"; readonly module: string };

/** How to ask. */
export interface AskPlan {
  /** How often. */
  readonly count: number;
  /** Time between two asks in milliseconds; 0 asks again at once. */
  readonly pauseMs: number;
}

/** What asking came to. */
export interface AskResult {
  /** Sum of all answers; see {@linkcode answersOf}. */
  readonly sum: number;
  /** Microseconds of a round trip: the mean of hot asks, the median of paused ones. */
  readonly roundTripUs: number;
}

/** What must come out when 0 to `count` - 1 are answered with the next number each. */
export function answersOf(count: number): number {
  return count * (count + 1) / 2;
}

/** What came through. */
export interface Total {
  /** How many items. */
  readonly count: number;
  /** Sum of what they carried; see {@linkcode totalOf}. */
  readonly sum: number;
}

/** What flooding came to. */
export interface FloodResult extends Total {
  /** Milliseconds from the first item sent until the receiver's total was back. */
  readonly ms: number;
}

/** The small object that is sent. */
export interface Item {
  /** Its number. */
  readonly id: number;
  /** A short text. */
  readonly name: string;
  /** Half of its number. */
  readonly x: number;
  /** A quarter of its number, negative. */
  readonly y: number;
}

/** The item of number `id`. */
export function itemOf(id: number): Item {
  return { id, name: "sensor-7", x: id / 2, y: -id / 4 };
}

/** What an item adds to the sum: every field counts. */
export function weightOf({ id, name, x, y }: Item): number {
  return id + name.length + x + y;
}

/** The sum that `count` items from number 0 must have; exact, as all parts are quarters. */
export function totalOf(count: number): number {
  return count * (count - 1) / 2 * 1.25 + count * "sensor-7".length;
}
