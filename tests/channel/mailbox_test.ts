import { assertEquals } from "@std/assert";
import { Mailbox } from "../../src/channel/mailbox.ts";
import { createLane, LaneWriter, sealLane } from "../../src/memory/lane.ts";

const NOTHING = { ring: () => {}, drained: () => {} };

/** A lane from `from` with one message. */
function laneFrom(from: number): SharedArrayBuffer {
  const memory = createLane({ from, to: 9 });
  new LaneWriter(memory).tryWrite(1, 0, 0, from, 0, 0, new Uint8Array(), 0);
  return memory;
}

// M27
Deno.test("Mailbox.sealedFrom() names the lanes of who has ended, and not those of who has its row now", () => {
  const mailbox = new Mailbox(0, NOTHING);
  const [ended, alive, other] = [laneFrom(3), laneFrom(3), laneFrom(4)];
  for (const lane of [ended, alive, other]) mailbox.adopt(lane, false, false);
  sealLane(ended);
  sealLane(other);
  assertEquals(mailbox.sealedFrom(3), [ended]);
});

// M27
Deno.test("Mailbox.sealedFrom() forgets a lane that was read to its end", () => {
  const drained: SharedArrayBuffer[] = [];
  const mailbox = new Mailbox(0, {
    ring: () => {},
    drained: (lane) => drained.push(lane),
  });
  const lane = laneFrom(3);
  mailbox.adopt(lane, false, false);
  sealLane(lane);
  const taken = mailbox.takeMail();
  assertEquals(mailbox.sealedFrom(3), [lane]);
  if (typeof taken === "object") mailbox.finish(taken);
  assertEquals(mailbox.takeMail(), undefined);
  assertEquals([mailbox.sealedFrom(3), drained], [[], [lane]]);
});
