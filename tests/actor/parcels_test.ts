import { assertEquals } from "@std/assert";
import { System } from "../../mod.ts";
import { ParcelShelf } from "../../src/actor/thread/parcel_shelf.ts";
import type { Parcel } from "../../src/actor/mail/protocol.ts";
import { createLane, LaneReader, LaneWriter } from "../../src/memory/lane.ts";
import { Carrier, Taker } from "../fixtures/carriers.ts";

/** A lane with a record that has the parcel `id`. */
function laneWith(id: number): LaneReader {
  const memory = createLane({ from: 1, to: 2 });
  new LaneWriter(memory).tryWrite(1, 0, 0, 1, 0, id, new Uint8Array(), 0);
  const lane = new LaneReader(memory, 0);
  lane.adopt("skip");
  lane.take();
  return lane;
}

/** The parcel `id`. */
function parcel(id: number): Parcel {
  const nothing = { spill: undefined, attachments: [], transfer: [] };
  return { type: "parcel", to: 2, from: 1, id, ...nothing };
}

Deno.test("ParcelShelf.silence() gives up what is missing of a lane, and nothing else", () => {
  const shelf = new ParcelShelf();
  const [here, missing, other] = [laneWith(5), laneWith(6), laneWith(7)];
  shelf.put(parcel(5));
  const looked: number[] = [];
  shelf.await(6, () => looked.push(6));
  shelf.await(7, () => looked.push(7));
  shelf.silence([here.memory, missing.memory]);
  assertEquals(looked.sort(), [6, 7]);
  assertEquals([here, missing, other].map((lane) => shelf.lost(lane)), [
    false,
    true,
    false,
  ]);
});

/** Waits until `word` is no longer 0. */
async function begun(word: Int32Array): Promise<void> {
  const { async, value } = Atomics.waitAsync(word, 0, 0);
  if (async) await value;
}

Deno.test("an actor goes on when what it was sent is lost with a sender that is killed", async () => {
  await using system = new System({ spares: 2 });
  const taker = await system.spawn(Taker, []);
  for (let round = 0; round < 10; round++) {
    const carrier = await system.spawn(Carrier, []);
    await carrier.ask.greet(taker);
    const word = new Int32Array(new SharedArrayBuffer(4));
    carrier.tell.send(taker, 200, word);
    await begun(word);
    await carrier.kill();
    await taker.ask.count();
  }
});
