/**
 * The ends of a channel of records.
 *
 * @module
 */
import type { Rec, RecInit } from "../memory/record.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";

/** The sending end of a channel of records. */
export interface TypedSender<F> extends Sender<RecInit<F>> {
  /**
   * Has records written where they will be read, and publishes them at once. Never waits, allocates nothing.
   *
   * @param count At most how many, 1 or more.
   * @param write Sets every field of the record it is given, which holds what was there before and is valid only during the
   * call. If it throws, nothing is published.
   * @returns How many there was room for; 0 also if messages wait for room.
   * @throws {PeerDiedError} If the thread with the other end crashed, hung or was killed.
   * @throws {ChannelClosedError} If either end is closed.
   * @throws {EndMovedError} If this end was sent away.
   *
   * @example Write in place
   * ```ts
   * import { channel, struct } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * const { tx, rx } = channel(struct({ id: "u32", x: "f64" }), { capacity: 4 });
   * tx.fill(3, (record, i) => {
   *   record.id = i;
   *   record.x = i / 2;
   * });
   * assertEquals(await rx.receiveMany(9), [
   *   { id: 0, x: 0 },
   *   { id: 1, x: 0.5 },
   *   { id: 2, x: 1 },
   * ]);
   * ```
   */
  fill(
    count: number,
    write: (record: Rec<F>, index: number) => void,
  ): number;
}

/** The receiving end of a channel of records. */
export interface TypedReceiver<F> extends Receiver<Rec<F>> {
  /**
   * Shows records where they lie, and frees their room at once. Never waits, allocates nothing.
   *
   * @param visit Is given a record that is valid only during the call. If it throws, those that it has seen are received.
   * @param max At most how many; all that are there by default.
   * @returns How many there were; 0 also if somebody waits for a message.
   * @throws {ChannelClosedError} If this end is closed.
   * @throws {EndMovedError} If this end was sent away.
   *
   * @example Read in place
   * ```ts
   * import { channel, struct } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * const { tx, rx } = channel(struct({ id: "u32", x: "f64" }));
   * await tx.sendMany([{ id: 1, x: 0.5 }, { id: 2, x: 0.25 }]);
   * let sum = 0;
   * assertEquals(rx.drain(({ x }) => sum += x), 2);
   * assertEquals(sum, 0.75);
   * ```
   */
  drain(visit: (record: Rec<F>) => void, max?: number): number;
}
