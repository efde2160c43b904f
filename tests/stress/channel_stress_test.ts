import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  channel,
  ChannelClosedError,
  PeerDiedError,
  type Receiver,
  struct,
  System,
} from "../../mod.ts";
import { load } from "../../src/memory/cells.ts";
import {
  type Numbered,
  passOn,
  receiveNumbered,
  receiveRecords,
  sendNumbered,
  sendOn,
  sendRecords,
} from "./channel_stress_tasks.ts";

/** Records in all; `TROUPE_STRESS_MESSAGES` asks for more. */
const RECORDS = Number(Deno.env.get("TROUPE_STRESS_MESSAGES") ?? 1_000_000);
const MESSAGES = RECORDS / 10;
const KILLS = 20;

function words(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** Waits until so many messages are noted, or `over` says that there are no more. */
async function noted(
  counts: Int32Array,
  index: number,
  count: number,
): Promise<void> {
  while (load(counts, index) < count) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

Deno.test("a channel of records carries a million of them in order", async () => {
  await using system = new System({ spares: 2 });
  const { tx, rx } = channel(struct({ n: "u32" }), { capacity: 256 });
  const received = system.run(receiveRecords, [rx]);
  await system.run(sendRecords, [tx, RECORDS]);
  assertEquals(await received, RECORDS);
});

Deno.test("a channel carries messages of any size in order", async () => {
  await using system = new System({ spares: 2 });
  // Those of 400 bytes hardly fit: the ring goes round, fills and empties.
  const { tx, rx } = channel<Numbered>({ capacity: 64, capacityBytes: 2048 });
  const counts = words();
  const received = system.run(receiveNumbered, [rx, counts]);
  await system.run(sendNumbered, [tx, MESSAGES, counts]);
  assertEquals(await received, true);
  assertEquals([...counts], [MESSAGES, MESSAGES]);
});

Deno.test("a channel accounts for all that a killed sender sent", async () => {
  await using system = new System({ spares: 2 });
  for (let kill = 0; kill < KILLS; kill++) {
    const { tx, rx } = channel<Numbered>({ capacity: 8 });
    const counts = words();
    const job = system.run(sendNumbered, [tx, Infinity, counts]);
    job.catch(() => {});
    let next = 0;
    let end: unknown;
    try {
      for await (const { n } of rx) {
        assertEquals(n, next++);
        if (next === 1 + kill * 7) job.kill();
      }
    } catch (error) {
      end = error;
    }
    assertInstanceOf(end, PeerDiedError);
    const [sent] = counts;
    // Noted is what was sent; one more may have been sent and not noted.
    assert(next >= sent! && next <= sent! + 1, `${next} came of ${sent}`);
  }
});

Deno.test("a channel tells who sends of each receiver that is killed", async () => {
  await using system = new System({ spares: 2 });
  for (let kill = 0; kill < KILLS; kill++) {
    const { tx, rx } = channel<Numbered>({ capacity: 8 });
    const counts = words();
    const job = system.run(receiveNumbered, [rx, counts]);
    job.catch(() => {});
    const killing = noted(counts, 1, 1 + kill * 7).then(() => job.kill());
    let sent = 0;
    let end: unknown;
    try {
      for (;; sent++) {
        const ballast = new Uint8Array([0, 10, 100, 400][sent % 4]!);
        await tx.send({ n: sent, ballast });
      }
    } catch (error) {
      end = error;
    }
    await killing;
    assertInstanceOf(end, PeerDiedError);
    assertEquals((end.unsent as Numbered).n, sent);
    const received = load(counts, 1);
    // What it had not received is at most what the channel holds, and one that it had not noted.
    assert(sent - received <= 9, `${received} were received of ${sent}`);
  }
});

Deno.test("a channel loses nothing when its end goes from thread to thread", async () => {
  await using system = new System({ spares: 3 });
  const { tx, rx } = channel<number>({ capacity: 16 });
  const counts = words();
  const sending = system.run(sendOn, [tx, 2_000]);
  let end: Receiver<number> = rx;
  for (let turn = 0; load(counts, 0) < 2_000; turn++) {
    end = await system.run(passOn, [end, 50 + turn % 7 * 20, counts]);
  }
  await sending;
  assertEquals([...counts], [2_000, 0]);
  let over: unknown;
  await end.receive().catch((error) => over = error);
  assertInstanceOf(over, ChannelClosedError);
});
