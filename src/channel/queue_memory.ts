/**
 * How a queue is made.
 *
 * @module
 */
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { poke } from "../memory/cells.ts";
import type { RecordLayout } from "../memory/record.ts";
import { KIND } from "../sync/layout.ts";
import { Monitor } from "../sync/monitor.ts";
import { OVERFLOW } from "./queue_outcomes.ts";
import { FLAG, QUEUE } from "./queue_layout.ts";
import { bytesFor, inscribe } from "./queue_records.ts";
import { heapWords } from "./queue_ring.ts";
import { checkCount, refuseOption } from "./refuse_option.ts";

/** What becomes of a message that finds no room in a queue; see {@linkcode QueueOptions.overflow}. */
export type QueueOverflow = "wait" | "fail" | "dropNewest" | "dropOldest";

/** How a queue is made. */
export interface QueueOptions<T = unknown> {
  /**
   * Messages that may wait, a whole number from 0 to 1,048,576. With 0 each message is handed over: a put is over when
   * somebody has taken it; `"dropOldest"` is `"wait"` then, as there is no oldest.
   *
   * @default {1024}
   */
  readonly capacity?: number;
  /**
   * Bytes that may wait, as encoded and with 32 for each message: a whole number from 1,024 to 1,073,741,824, rounded up to
   * a power of two. The largest message is 32 bytes less. Memory not yet used is not paid for.
   *
   * @default {1048576; of records, as many as `capacity` of them need}
   */
  readonly capacityBytes?: number;
  /**
   * What becomes of a message that finds no room.
   *
   * | policy         | the message                                  | its sender is told                              |
   * |----------------|----------------------------------------------|-------------------------------------------------|
   * | `"wait"`       | waits in its thread, behind those before it  | then: the put is over when it is in the queue   |
   * | `"fail"`       | is refused                                   | at once, by `QueueFullError`                    |
   * | `"dropNewest"` | is dropped                                   | no; `tryPut()` answers `false`                  |
   * | `"dropOldest"` | takes the place of the oldest, which is dropped | no                                           |
   *
   * @default {"wait"}
   */
  readonly overflow?: QueueOverflow;
  /**
   * Whether a message is its taker's only until it is acknowledged with `done()`: if the taker's thread ends before, the
   * message is the next one again. Those that are not acknowledged take up bytes, and so does what came behind the oldest.
   *
   * @default {false}
   */
  readonly ack?: boolean;
  /**
   * Whether messages with a greater {@linkcode PutOptions.priority} come first; equal ones come in the order in which they
   * were put. Not where `capacity` is 0, nor with `"dropOldest"`; what was taken and is not acknowledged counts as waiting.
   *
   * A function says how great the priority of a message is, where {@linkcode PutOptions} say nothing. It stays where the
   * queue was made: on another thread a message has the priority that it is put with, or 0.
   *
   * @default {false}
   */
  readonly priority?: boolean | ((message: T) => number);
}

const POLICIES: Readonly<Record<QueueOverflow, number>> = {
  wait: OVERFLOW.WAIT,
  fail: OVERFLOW.FAIL,
  dropNewest: OVERFLOW.DROP_NEWEST,
  dropOldest: OVERFLOW.DROP_OLDEST,
};
const NAMES: OptionNames<QueueOptions> = {
  capacity: true,
  capacityBytes: true,
  overflow: true,
  ack: true,
  priority: true,
};
const WHAT = "make a queue";
const MAX_CAPACITY = 2 ** 20;
const MIN_BYTES = 2 ** 10;
const MAX_BYTES = 2 ** 30;
/** Writes in one section for each place: who waits is told, and what it waited for changes hands. */
const WRITES = 24;

/**
 * The memory of a new, empty queue.
 *
 * @param places How many can wait.
 * @param layout What its messages are; by default anything.
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is no such option.
 */
export function createQueue(
  options: QueueOptions<never>,
  places?: number,
  layout?: RecordLayout<unknown>,
): SharedArrayBuffer {
  checkOptionNames(`Cannot ${WHAT}`, options, NAMES);
  const {
    capacity = 1_024,
    capacityBytes = layout === undefined ? 2 ** 20 : bytesFor(capacity, layout),
    overflow = "wait",
    ack = false,
    priority: ranked = false,
  } = options;
  const priority = ranked === true || typeof ranked === "function";
  checkCount(WHAT, "capacity", capacity, 0, MAX_CAPACITY);
  checkCount(WHAT, "capacityBytes", capacityBytes, MIN_BYTES, MAX_BYTES);
  if (!Object.hasOwn(POLICIES, overflow)) {
    refuseOption(WHAT, "overflow", overflow, Object.keys(POLICIES).join(", "));
  }
  if (typeof ack !== "boolean") refuseOption(WHAT, "ack", ack, "true or false");
  if (!priority && ranked !== false) {
    refuseOption(WHAT, "priority", ranked, "true, false or a function");
  }
  if (priority && overflow === "dropOldest") {
    refuseOption(
      WHAT,
      "overflow",
      overflow,
      "another one where 'priority' is set",
    );
  }
  if (priority && capacity === 0) {
    refuseOption(
      WHAT,
      "capacity",
      capacity,
      "1 or more where 'priority' is set",
    );
  }
  const units = 2 ** Math.ceil(Math.log2(capacityBytes / 8));
  const text = new TextEncoder().encode(layout?.fingerprint);
  const ring = heapWords(priority ? capacity : 0) + 2 * units;
  const monitor = new Monitor(KIND.QUEUE, places, {
    writes: WRITES,
    words: ring + ((text.length + 3) >> 2),
  });
  const made = monitor.words;
  inscribe(made, monitor.extra + ring, text);
  // Plain: handing the memory over publishes it.
  poke(made, QUEUE.CAPACITY, capacity);
  poke(made, QUEUE.UNITS, units);
  poke(
    made,
    QUEUE.FLAGS,
    POLICIES[overflow] | (ack ? FLAG.ACK : 0) | (priority ? FLAG.PRIORITY : 0),
  );
  return made.buffer;
}
