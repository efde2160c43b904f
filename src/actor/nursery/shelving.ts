/**
 * What becomes of the messages that an incarnation had put aside, when it has ended; see shelf.ts.
 *
 * @module
 */
import { LaneReader, LaneWriter } from "../../memory/lane.ts";
import type { LostMessage } from "../mail/dead_letter.ts";
import { KIND } from "../mail/protocol.ts";
import { type LastCall, lastCall } from "../thread/last_call.ts";
import { createShelf } from "../thread/shelf.ts";
import type { KeptShelf, Seat } from "./seat.ts";

/** A record of a shelf. */
interface Record {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly payload: Uint8Array;
}

type Lose = (message: LostMessage) => void;

/**
 * Makes the shelves of the next incarnation.
 *
 * @param epoch The one after the incarnation that has ended.
 * @param crashed Whether a message that had its turn may be delivered again.
 * @param lose Called with each message that nobody will handle.
 * @returns The message that had its turn.
 */
export function shelve(
  seat: Seat,
  epoch: number,
  crashed: boolean,
  lose: Lose,
): LastCall | undefined {
  seat.aside = [];
  const { urgent, plain } = seat.shelves;
  const calls = [urgent, plain].map((shelf) =>
    shelveOne(seat, shelf, epoch, crashed, lose)
  );
  return calls[0] ?? calls[1];
}

function shelveOne(
  seat: Seat,
  shelf: KeptShelf,
  epoch: number,
  crashed: boolean,
  lose: Lose,
): LastCall | undefined {
  if (shelf.memory === undefined) return undefined;
  const { redeliver = 0, dropMail = false } = seat.start ?? {};
  const reader = new LaneReader(shelf.memory, epoch & 1023);
  shelf.memory = undefined;
  const begun = reader.adopt("keep") === "inFlight";
  const records = readAll(reader);
  let call: LastCall | undefined;
  let retried = 0;
  const first = records[0];
  // One that was just put aside again is there twice.
  const isAgain = records.some(({ d }, at) => at > 0 && d === first?.d);
  if (begun && first !== undefined) {
    if (isAgain) records.shift();
    else {
      call = describe(seat, first);
      const times = (first.d === 0 ? shelf.retried : 0) + 1;
      const moved = first.e !== 0 &&
        seat.parcels.get(first.e)?.lost !== undefined;
      if (crashed && times <= redeliver && !moved) retried = times;
      else {
        records.shift();
        seat.parcels.delete(first.e);
        if (crashed && redeliver > 0 && first.kind === KIND.TELL) {
          lose(letter(seat, first, "poison"));
        }
      }
    }
  }
  shelf.retried = retried;
  records.sort((one, other) => one.d - other.d);
  const asks = records.filter(({ kind }) => kind === KIND.ASK);
  const aside = asks.map((record) => ({
    from: record.c,
    ask: record.b,
    begun: retried > 0 && record === records[0],
  }));
  seat.aside = [...seat.aside, ...aside];
  if (dropMail) {
    for (const record of records) {
      seat.parcels.delete(record.e);
      if (record.kind === KIND.TELL) lose(letter(seat, record, "emptied"));
    }
  } else if (records.length > 0) shelf.memory = written(seat, records);
  return call;
}

/** Reads what is left on the shelves of an actor that has ended for good. */
export function clearShelves(seat: Seat, epoch: number, lose: Lose): void {
  for (const shelf of Object.values(seat.shelves)) {
    if (shelf.memory === undefined) continue;
    const reader = new LaneReader(shelf.memory, epoch & 1023);
    shelf.memory = undefined;
    reader.adopt("keep");
    for (const record of readAll(reader)) {
      lose(letter(seat, record, "undelivered"));
    }
  }
}

function readAll(reader: LaneReader): Record[] {
  const records: Record[] = [];
  while (reader.take() === "taken") {
    const { kind, a, b, c, d, e, start, end } = reader;
    const payload = reader.bytes.slice(start, end);
    records.push({ kind, a, b, c, d, e, payload });
    reader.done();
  }
  return records;
}

function written(seat: Seat, records: readonly Record[]): SharedArrayBuffer {
  const { become } = seat.start!;
  const capacity = Math.max(become.stash, records.length);
  const memory = createShelf(become.address.endpoint, capacity);
  const writer = new LaneWriter(memory);
  records.forEach(({ kind, a, b, c, e, payload }, d) =>
    writer.tryWrite(kind, a, b, c, d, e, payload, payload.length)
  );
  return memory;
}

function describe(seat: Seat, record: Record): LastCall {
  const { payload } = record;
  const bytes = payload;
  const { length: end } = payload;
  return lastCall({ ...record, bytes, start: 0, end }, seat.methodOf(record.a));
}

function letter(
  seat: Seat,
  { kind, a: hash, c: from }: Record,
  why: LostMessage["why"],
): LostMessage {
  return {
    why,
    kind: kind === KIND.ASK ? "ask" : "tell",
    to: seat.address.endpoint,
    toName: seat.name,
    from,
    method: seat.methodOf(hash),
    hash,
  };
}
