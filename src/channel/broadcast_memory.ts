/**
 * How a broadcast is made.
 *
 * @module
 */
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { poke } from "../memory/cells.ts";
import { KIND } from "../sync/layout.ts";
import { Monitor } from "../sync/monitor.ts";
import { slotsFor } from "./broadcast_core.ts";
import {
  BROADCAST,
  POLICY,
  SLOT,
  SUBSCRIBER,
  SUBSCRIBERS,
} from "./broadcast_layout.ts";
import { checkCount, refuseOption } from "./refuse_option.ts";

/** What becomes of a message when the slowest subscriber leaves no room; see {@linkcode BroadcastOptions.overflow}. */
export type BroadcastOverflow = "wait" | "dropOldest" | "dropNewest";

/** How a broadcast is made. */
export interface BroadcastOptions {
  /**
   * Messages that are kept for those who have not received them, a whole number from 1 to 65,536.
   *
   * @default {1024}
   */
  readonly capacity?: number;
  /**
   * Bytes that are kept, as encoded: a whole number from 1,024 to 1,073,741,824, rounded up to 8. No message can be larger.
   * Memory not yet used is not paid for.
   *
   * @default {1048576}
   */
  readonly capacityBytes?: number;
  /**
   * What becomes of a message when the slowest subscriber leaves no room.
   *
   * | policy         | the message                                | the slow subscriber                  |
   * |----------------|--------------------------------------------|--------------------------------------|
   * | `"wait"`       | waits, and so does who publishes it        | misses nothing                       |
   * | `"dropOldest"` | takes the place of the oldest              | misses the oldest; `lag` counts them |
   * | `"dropNewest"` | is published to nobody; `dropped` counts it | misses it, as all do; `lag` counts it |
   *
   * @default {"wait"}
   */
  readonly overflow?: BroadcastOverflow;
}

const POLICIES: Readonly<Record<BroadcastOverflow, number>> = {
  wait: POLICY.WAIT,
  dropOldest: POLICY.DROP_OLDEST,
  dropNewest: POLICY.DROP_NEWEST,
};
const NAMES: OptionNames<BroadcastOptions> = {
  capacity: true,
  capacityBytes: true,
  overflow: true,
};
const WHAT = "make a broadcast";
const MAX_CAPACITY = 2 ** 16;
const MIN_BYTES = 2 ** 10;
const MAX_BYTES = 2 ** 30;
/** Writes in one section for each place: when threads have died, subscriptions leave as well. */
const WRITES = 12;

/**
 * The memory of a new broadcast.
 *
 * @param places How many can wait.
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is no such option.
 */
export function createBroadcast(
  options: BroadcastOptions,
  places?: number,
): SharedArrayBuffer {
  checkOptionNames(`Cannot ${WHAT}`, options, NAMES);
  const { capacity = 1_024, capacityBytes = 2 ** 20, overflow = "wait" } =
    options;
  checkCount(WHAT, "capacity", capacity, 1, MAX_CAPACITY);
  checkCount(WHAT, "capacityBytes", capacityBytes, MIN_BYTES, MAX_BYTES);
  if (!Object.hasOwn(POLICIES, overflow)) {
    refuseOption(WHAT, "overflow", overflow, Object.keys(POLICIES).join(", "));
  }
  const units = Math.ceil(capacityBytes / 8);
  const words = slotsFor(capacity) * SLOT.WORDS +
    SUBSCRIBERS * SUBSCRIBER.WORDS +
    2 * units;
  const extra = { writes: WRITES, words };
  const made = new Monitor(KIND.BROADCAST, places, extra).words;
  // Plain: handing the memory over publishes it.
  poke(made, BROADCAST.CAPACITY, capacity);
  poke(made, BROADCAST.UNITS, units);
  poke(made, BROADCAST.OVERFLOW, POLICIES[overflow]);
  return made.buffer;
}
