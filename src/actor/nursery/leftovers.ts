import { ENDPOINT, type EndpointTable } from "../../memory/endpoints.ts";
import { LaneReader, sealLane } from "../../memory/lane.ts";
import type { DeadLetterBundle, LostMessage } from "../mail/dead_letter.ts";
import { KIND, type LaneInfo } from "../mail/protocol.ts";
import { clearShelves } from "./shelving.ts";
import type { Seat } from "./seat.ts";

/** Hears of a message that nobody will read. */
type Lose = (message: LostMessage) => void;

/** Why the messages of a lane are lost, and whom they were meant for. */
type Addressee = Pick<LostMessage, "why" | "to" | "toName">;

/**
 * Closes the mailbox of an actor that has ended for good: a message is either found here, or refused at its sender.
 *
 * @param tell Called with each message that is left and that somebody misses.
 * @returns Whether an ask is left.
 */
export function closeMailbox(
  seat: Seat,
  table: EndpointTable,
  tell: Lose,
): boolean {
  let asked = false;
  const lose: Lose = (message) => {
    if (message.kind === "ask") {
      asked = true;
      if (seat.start?.unmissed === true) return;
    }
    tell(message);
  };
  const { address, name, links } = seat;
  for (const link of links) sealLane(link.lane.memory);
  // One that no incarnation had: those that still run are fenced.
  const epoch = table.bump(address.endpoint, ENDPOINT.EPOCH) + 1;
  clearShelves(seat, epoch, lose);
  const to = address.endpoint;
  const about: Addressee = { why: "undelivered", to, toName: name };
  for (const { from, lane } of links) {
    if (!lane.express) readLane(lane, from, epoch, about, lose);
  }
  return asked;
}

/** Reads what is left in a sealed lane, as its consumer `epoch`. */
export function readLane(
  lane: LaneInfo,
  from: number,
  epoch: number,
  about: Addressee,
  lose: Lose,
): void {
  const reader = new LaneReader(lane.memory, epoch & 1023);
  reader.adopt("skip");
  while (reader.take() === "taken") {
    const kind = reader.kind === KIND.ASK ? "ask" : "tell";
    // Who asks one that has ended already is refused, as on its own thread.
    if (kind === "tell" || about.why === "undelivered") {
      lose({ ...about, kind, from, hash: reader.a });
    }
    reader.done();
  }
}

/** The name of the actor at `endpoint`, or what stands for it. */
export function nameOf(
  endpoint: number,
  seats: ReadonlyMap<number, Seat>,
): string {
  if (endpoint === 0) return "main";
  return seats.get(endpoint)?.name ?? `#${endpoint}`;
}

/** A bundle with the names that the thread it comes from cannot know. */
export function named(
  bundle: DeadLetterBundle,
  seats: ReadonlyMap<number, Seat>,
): DeadLetterBundle {
  const letters = bundle.letters.map((letter) => ({
    ...letter,
    toName: letter.toName ?? seats.get(letter.to)?.name,
    fromName: letter.fromName ?? seats.get(letter.from)?.name,
  }));
  return { ...bundle, letters };
}
