/**
 * Many messages by few sections.
 *
 * @module
 */
import { throwFenced } from "../sync/obtain.ts";
import { checkAwaited, type Wait } from "../sync/wait.ts";
import { MessageOverCapacityError } from "./message_over_capacity_error.ts";
import { nameUnsent } from "./name_unsent.ts";
import { QueueClosedError } from "./queue_closed_error.ts";
import { TAKE } from "./queue_outcomes.ts";
import type { PutAsked, QueueDesk } from "./queue_desk.ts";
import { QueueFullError } from "./queue_full_error.ts";
import { RECORD } from "./queue_layout.ts";
import { rest, restIsDue } from "./rest.ts";
import { Supply } from "./supply.ts";
import type { Freight } from "./queue_ring.ts";

/** Messages that one section puts, or takes. */
const AT_ONCE = 64;
/** Bytes that one section copies; a message with more is put alone. */
const BYTES_AT_ONCE = 1 << 15;

/** Messages that are encoded and not yet put; nothing is waited for in between. */
const packed: Uint8Array = new Uint8Array(BYTES_AT_ONCE);

/** See `Queue.putMany()`. */
export async function putMany(
  desk: QueueDesk,
  values: Iterable<unknown>,
  options: PutAsked,
): Promise<void> {
  const supply = new Supply("put", values);
  let batch: readonly unknown[] = [];
  let at = 0;
  let before = 0;
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      if (at === batch.length) {
        before += at;
        at = 0;
        batch = supply.next(AT_ONCE);
        if (batch.length === 0) return;
      }
      at = putSome(desk, batch, at, options);
      if (at < batch.length) {
        await desk.put(batch[at], options);
        at++;
      }
      // Where there is always room, as for what drops, there is nothing to wait for.
      if (restIsDue()) await rest();
    }
  } catch (error) {
    throw carrying(error, batch.slice(at), before + at);
  } finally {
    supply.leave();
  }
}

/** The error of one message, for that one and those behind it. */
function carrying(
  error: unknown,
  unsent: readonly unknown[],
  at: number,
): unknown {
  if (error instanceof QueueFullError) {
    const { capacity, message } = error;
    return new QueueFullError(message, { unsent, capacity });
  }
  if (error instanceof QueueClosedError) {
    return new QueueClosedError(error.message, { unsent });
  }
  if (error instanceof MessageOverCapacityError) {
    const { bytes, limit, message } = error;
    return new MessageOverCapacityError(message, { bytes, limit, unsent });
  }
  return nameUnsent(error, unsent, at);
}

/** Puts what may be put at once, from `from` on. Returns behind the last. */
function putSome(
  desk: QueueDesk,
  values: readonly unknown[],
  from: number,
  options: PutAsked,
): number {
  const { core, hand } = desk;
  let at = from;
  while (at < values.length && desk.line.empty) {
    const freights: Freight[] = [];
    let bytes = 0;
    while (freights.length < AT_ONCE && at + freights.length < values.length) {
      try {
        desk.pack(values[at + freights.length], options);
      } catch (error) {
        if (freights.length === 0) {
          // It has its turn alone, and fails then, when those before it are counted.
          if (at > from) return at;
          throw error;
        }
        // First those before it.
        break;
      }
      const { goods, length, priority } = hand.load;
      // What the depot is given is put alone.
      if (goods !== undefined || bytes + length > BYTES_AT_ONCE) {
        hand.drop(hand.load);
        break;
      }
      packed.set(hand.load.bytes.subarray(0, length), bytes);
      freights.push({ bytes: packed, start: bytes, length, goods, priority });
      bytes += (length + 3) & ~3;
    }
    let put = 0;
    core.run(() => {
      if (!core.enter()) return;
      while (put < freights.length && core.putNow(freights[put]!) === 0) put++;
    });
    hand.sweep();
    at += put;
    // It is put alone, and says why it is not.
    if (put < freights.length || put === 0) return at;
  }
  return at;
}

/**
 * See `Queue.takeMany()`.
 *
 * @returns Some, or none at the end.
 */
export async function takeMany(
  desk: QueueDesk,
  most: number,
  options: Wait,
): Promise<unknown[]> {
  checkAwaited("take", options);
  options.signal?.throwIfAborted();
  const there = takeSome(desk, most);
  if (there.length > 0) return there;
  const now = desk.takeSoon();
  if (now === TAKE.ENDED) return [];
  const first = now === TAKE.TAKEN
    ? desk.opened()
    : await desk.takeLater(options);
  if (first === undefined) return [];
  return [await first.value, ...takeSome(desk, most - 1)];
}

/** Takes up to `most` messages that are there. One that this thread cannot read is taken alone, and fails alone. */
function takeSome(desk: QueueDesk, most: number): unknown[] {
  const { core, hand } = desk;
  const values: unknown[] = [];
  for (let all = true; all && values.length < most;) {
    const positions: number[] = [];
    const left = Math.min(most - values.length, AT_ONCE);
    if (!core.run(() => gather(desk, positions, left))) throwFenced("take");
    let read = 0;
    try {
      for (; read < positions.length; read++) {
        hand.note(positions[read]!);
        values.push(hand.view());
      }
      all = read > 0;
    } catch {
      // It has its turn again, and those behind it.
      all = false;
    }
    if (positions.length > 0) part(desk, positions, read);
  }
  return values;
}

/** In a section: records whose bytes say all become this thread's. */
function gather(desk: QueueDesk, positions: number[], most: number): boolean {
  const { core } = desk;
  if (!core.enter()) return false;
  while (positions.length < most && core.hasMessage) {
    if (core.ring.of(core.ring.first(), RECORD.PARCEL) !== 0) break;
    positions.push(core.take());
  }
  return true;
}

/** The first of some records have been read, and the others have their turn again. */
function part(desk: QueueDesk, positions: number[], read: number): void {
  const { core, hand } = desk;
  const own = core.run(() => {
    if (!core.enter()) return false;
    for (const position of positions.slice(read)) core.giveBack(position);
    if (!core.ack) {
      for (const position of positions.slice(0, read)) core.release(position);
    }
    core.serve();
    return true;
  });
  if (!own) throwFenced("take");
  if (core.ack) hand.held.push(...positions.slice(0, read));
}
