/**
 * Queues between processes.
 *
 * @module
 */
import type { RecordLayout } from "../memory/record.ts";
import type { Region } from "../memory/region_room.ts";
import { meetIn } from "../sync/handles.ts";
import { KIND } from "../sync/layout.ts";
import { createQueue, type QueueOptions } from "./queue_memory.ts";
import { bytesFor, checkedLayout } from "./queue_records.ts";

/** How a queue is made in a region; see {@linkcode QueueOptions}. */
export interface RegionQueueOptions<T = unknown> extends QueueOptions<T> {
  /**
   * Bytes that may wait; see {@linkcode QueueOptions.capacityBytes}. They are taken from the room of the region at once.
   *
   * @default {65536; of records, as many as `capacity` of them need}
   */
  readonly capacityBytes?: number;
  /**
   * What its messages are, if they are records: what `struct()` gives.
   *
   * @default {messages of any kind}
   */
  readonly layout?: RecordLayout<unknown>;
}

/** How many can wait in sections' memory: a region has not as much as a program. */
const PLACES = 64;
const CAPACITY = 1_024;
const CAPACITY_BYTES = 2 ** 16;

/**
 * The queue of that name in a region.
 *
 * @throws {InvalidOptionError} If an argument is out of its bounds.
 */
export function queueIn<Q extends object>(
  region: Region,
  name: string,
  options: RegionQueueOptions<never>,
  stand: (memory: SharedArrayBuffer) => Q,
): Q {
  const { layout, ...rest } = options;
  if (layout !== undefined) checkedLayout(layout);
  const { capacity = CAPACITY } = rest;
  const capacityBytes = rest.capacityBytes ??
    (layout === undefined ? CAPACITY_BYTES : bytesFor(capacity, layout));
  const whole = { ...rest, capacity, capacityBytes };
  // First, as it checks them all.
  const memory = createQueue(whole, PLACES, layout);
  const { overflow = "wait", ack = false, priority = false } = rest;
  const made = [
    `queue of ${capacity} in ${capacityBytes} bytes`,
    overflow,
    ...(ack ? ["ack"] : []),
    ...(priority === false ? [] : ["priority"]),
    layout?.fingerprint ?? "any",
  ].join(", ");
  const make = (): Q => stand(memory);
  return meetIn(region, name, {
    what: "queue",
    number: KIND.QUEUE,
    made,
    make,
    stand,
  });
}
