/**
 * What a successor finds in the lanes that lead to an actor: decided once, when an incarnation has ended.
 *
 * @module
 */
import { mourn } from "./mourn.ts";
import { LaneReader, takeUnsettled } from "../../memory/lane.ts";
import type { DeadLetterBatch, LostMessage } from "../mail/dead_letter.ts";
import { type LastCall, lastCall } from "../thread/last_call.ts";
import { KIND } from "../mail/protocol.ts";
import { shelve } from "./shelving.ts";
import type { Link, Seat } from "./seat.ts";

/**
 * Takes the lanes of `seat` away from the incarnation that has ended: nothing that it still does to them counts.
 *
 * @param epoch The one after that incarnation.
 * @param crashed Whether the message in flight may be delivered again, as the start says.
 * @param letters Takes each message that nobody will handle, but for one that was in flight and is not to come again; sent
 *   on before this returns, as whoever is told of the end next may forget who that was.
 * @returns The message that was in flight.
 */
export function fenceLanes(
  seat: Seat,
  epoch: number,
  crashed: boolean,
  letters: Pick<DeadLetterBatch, "add" | "flush">,
): LastCall | undefined {
  const lose = (message: LostMessage): void => letters.add(message);
  let call: LastCall | undefined;
  const aside = isAside(seat);
  for (const link of seat.links) {
    const { express, memory } = link.lane;
    if (express) mourn(seat, link, lose);
    let reader = new LaneReader(memory, epoch & 1023);
    if (reader.adopt("keep") === "inFlight" && reader.take() === "taken") {
      if (!express) call ??= lastCall(reader, seat.methodOf(reader.a));
      if (
        !express && crashed && !aside && comesAgain(seat, link, reader, lose)
      ) {
        // As if it had not been taken.
        reader = new LaneReader(memory, epoch & 1023);
        reader.adopt("keep");
      } else if (aside && !express) reader.done();
      else finish(seat, reader);
    }
    link.begun = reader.finished;
    link.kept = link.retried?.at === link.begun ? 1 : 0;
    if (!express && seat.start?.dropMail) drop(seat, link, reader, lose);
    link.dropped = reader.finished;
  }
  const shelved = shelve(seat, epoch, crashed, lose);
  letters.flush();
  return call ?? shelved;
}

/** Whether the message in flight was put aside: it comes again from there, with what came with it. */
function isAside({ shelves: { urgent, plain } }: Seat): boolean {
  return [urgent, plain].some(({ memory }) =>
    memory !== undefined && takeUnsettled(memory).count > 0
  );
}

/** Whether the message that `reader` has in flight is delivered once more; counts it if so. */
function comesAgain(
  seat: Seat,
  link: Link,
  reader: LaneReader,
  lose: (message: LostMessage) => void,
): boolean {
  const redeliver = seat.start?.redeliver ?? 0;
  // What was moved along with it is gone.
  if (redeliver === 0 || isMoved(seat, reader)) {
    return false;
  }
  const at = reader.finished;
  if (link.retried?.at !== at) link.retried = { at, times: 0 };
  if (++link.retried.times <= redeliver) return true;
  link.retried = undefined;
  if (reader.kind === KIND.TELL) {
    lose(lostMessage(seat, link, reader, "poison"));
  }
  return false;
}

/** Whether something of the message can only be moved, and was. */
function isMoved(seat: Seat, { e: parcel }: LaneReader): boolean {
  return parcel !== 0 && seat.parcels.get(parcel)?.lost !== undefined;
}

/** The message is over, and what came with it. */
function finish(seat: Seat, reader: LaneReader): void {
  seat.parcels.delete(reader.e);
  reader.done();
}

function drop(
  seat: Seat,
  link: Link,
  reader: LaneReader,
  lose: (message: LostMessage) => void,
): void {
  while (reader.take() === "taken") {
    if (reader.kind === KIND.TELL) {
      lose(lostMessage(seat, link, reader, "emptied"));
    }
    finish(seat, reader);
  }
}

function lostMessage(
  seat: Seat,
  link: Link,
  reader: LaneReader,
  why: "poison" | "emptied",
): LostMessage {
  const to = seat.address.endpoint;
  const { from } = link;
  return {
    why,
    kind: "tell",
    to,
    toName: seat.name,
    from,
    method: seat.methodOf(reader.a),
    hash: reader.a,
  };
}
