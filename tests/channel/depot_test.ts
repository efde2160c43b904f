import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { System } from "../../mod.ts";
import { Depository } from "../../src/actor/nursery/depository.ts";
import {
  type Answer,
  type Collect,
  collect,
  collectSync,
  deposit,
  discard,
} from "../../src/channel/depot.ts";
import { ParcelLostError } from "../../src/channel/parcel_lost_error.ts";
import { load } from "../../src/memory/cells.ts";
import { ownLife } from "../../src/sync/lives.ts";
import {
  fetch,
  fetchLater,
  forget,
  leave,
  leaveAndStay,
  leavePort,
} from "./depot_tasks.ts";

/** Waits until the first word is not 0. */
async function filled(words: Int32Array): Promise<void> {
  const { async, value } = Atomics.waitAsync(words, 0, 0);
  if (async) await value;
}

function shared(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(8));
}

// -- One thread alone --

Deno.test("deposit() gives no number when there is nothing to leave", () => {
  assertEquals(deposit(undefined), 0);
});

Deno.test("collect() gives what was left here, once", async () => {
  const memory = new SharedArrayBuffer(4);
  const { who } = ownLife();
  const id = deposit([memory, 1n]);
  const [found, one] = await collect(id, who);
  new Int32Array(memory)[0] = 5;
  assertEquals(new Int32Array(found as SharedArrayBuffer)[0], 5);
  assertEquals(one, 1n);
  await assertRejects(() => collect(id, who), ParcelLostError);
  assertThrows(() => collectSync(id, who), ParcelLostError);
});

Deno.test("collect() that keeps leaves it there until it is discarded", () => {
  const { who } = ownLife();
  const id = deposit([1]);
  assertEquals(collectSync(id, who, true), [1]);
  assertEquals(collectSync(id, who, true), [1]);
  discard(id, who);
  assertThrows(() => collectSync(id, who), ParcelLostError);
});

Deno.test("collect() gives what can only be moved once, kept or not", () => {
  const { who } = ownLife();
  const { port1, port2 } = new MessageChannel();
  const id = deposit([port2]);
  const [port] = collectSync(id, who, true);
  assert(port instanceof MessagePort);
  assertThrows(() => collectSync(id, who, true), ParcelLostError);
  discard(id, who);
  port1.close();
  port.close();
});

Deno.test("deposit() moves buffers away at once", () => {
  const bytes = new Uint8Array([1, 2]);
  const id = deposit([bytes.buffer], [bytes.buffer]);
  assertEquals(bytes.length, 0);
  const [found] = collectSync(id, ownLife().who);
  assertEquals(new Uint8Array(found as ArrayBuffer), new Uint8Array([1, 2]));
});

Deno.test("deposit() throws when something was moved before, and leaves nothing", () => {
  const { buffer } = new Uint8Array(1);
  structuredClone(buffer, { transfer: [buffer] });
  assertThrows(() => deposit([buffer], [buffer]), DOMException);
});

// -- Threads of one system --

Deno.test("collect() finds what a thread left that has ended since", async () => {
  await using system = new System({ spares: 1 });
  const [id, who] = await system.run(leave, []);
  const [memory] = await collect(id!, who!);
  assertEquals(new Int32Array(memory as SharedArrayBuffer)[0], 7);
  await assertRejects(() => collect(id!, who!), ParcelLostError);
});

Deno.test("collect() finds on other threads what the main thread left", async () => {
  await using system = new System({ spares: 1 });
  const { who } = ownLife();
  const memory = new SharedArrayBuffer(4);
  assertEquals(await system.run(fetch, [deposit([memory]), who, false]), 1);
  assertEquals(await system.run(fetch, [deposit([memory]), who, true]), 2);
  assertEquals(new Int32Array(memory)[0], 2);
});

Deno.test("collect() finds on other threads what one of them left", async () => {
  await using system = new System({ spares: 1 });
  const [id, who] = await system.run(leave, []);
  assertEquals(await system.run(fetch, [id!, who!, true, true]), 8);
  assertEquals(await system.run(fetch, [id!, who!, false, false]), 9);
  const late = system.run(fetch, [id!, who!, false]);
  await assertRejects(() => late, ParcelLostError);
});

Deno.test("collect() finds what a thread of another system left", async () => {
  await using one = new System({ spares: 1 });
  await using other = new System({ spares: 1 });
  const [id, who] = await one.run(leave, []);
  assertEquals(await other.run(fetch, [id!, who!, false]), 8);
});

Deno.test("collect() hands a port on, and it works", async () => {
  await using system = new System({ spares: 1 });
  const words = shared();
  const job = system.run(leavePort, [words]);
  await filled(words);
  const [port] = await collect(load(words, 1), load(words, 0));
  assert(port instanceof MessagePort);
  const answer = Promise.withResolvers<number>();
  port.onmessage = ({ data }) => answer.resolve(data);
  port.postMessage(21);
  assertEquals(await answer.promise, 42);
  port.close();
  await job;
});

Deno.test("collect() rejects when who should have left it is killed", async () => {
  await using system = new System({ spares: 2 });
  const words = shared();
  const job = system.run(leaveAndStay, [words, false]);
  job.catch(() => {});
  await filled(words);
  // A number that nobody has given out: it waits until its sender has ended.
  const here = assertRejects(
    () => collect(0x7fff_0000, load(words, 0)),
    ParcelLostError,
  );
  const there = system.run(fetch, [0x7fff_0001, load(words, 0), true]);
  const refused = assertRejects(() => there, ParcelLostError);
  job.kill();
  await here;
  await refused;
});

Deno.test("collect() finds what a thread left before it was killed", async () => {
  await using system = new System({ spares: 2 });
  const words = shared();
  const job = system.run(leaveAndStay, [words, true]);
  job.catch(() => {});
  await filled(words);
  // Both may be on their way: the parcel is there first.
  const waiting = system.run(fetchLater, [words]);
  assert(await waiting);
  job.kill();
});

Deno.test("discard() forgets on every thread what any of them left", async () => {
  await using system = new System({ spares: 1 });
  const [id, who] = await system.run(leave, []);
  discard(id!, who!);
  await assertRejects(() => collect(id!, who!), ParcelLostError);
  const mine = ownLife().who;
  const own = deposit([new SharedArrayBuffer(4)]);
  await system.run(forget, [own, mine]);
  const late = system.run(fetch, [own, mine, false]);
  await assertRejects(() => late, ParcelLostError);
});

Deno.test("collect() rejects when the system is closed meanwhile", async () => {
  const system = new System({ spares: 1 });
  const words = shared();
  system.run(leaveAndStay, [words, false]).catch(() => {});
  await filled(words);
  const lost = assertRejects(
    () => collect(0x7fff_0002, load(words, 0)),
    ParcelLostError,
  );
  await system.close({ timeoutMs: 0 });
  await lost;
});

// -- Orders in which messages may come --

/** A depot among threads 5, which lives, and 6, which does not; with what it says to the main thread. */
function depotOf(): { depot: Depository; said: unknown[] } {
  const said: unknown[] = [];
  const depot = new Depository({
    lives: (who) => who === 5,
    toMain: (message) => said.push(message),
  });
  return { depot, said };
}

/** Asks for a parcel; `answer` is what is answered. */
function asked(
  id: number,
  who: number,
): { collect: Collect; answer: Promise<Answer> } {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<Answer>((resolve) =>
    port1.onmessage = ({ data }) => {
      port1.close();
      resolve(data);
    }
  );
  const collect = { type: "collect", id, who, keep: false, port: port2 };
  return { collect: collect as Collect, answer };
}

const PARCEL = {
  type: "deposit",
  id: 1,
  attachments: [3],
  transfer: [],
  losses: [],
} as const;

Deno.test("Depository.receive() lets a request wait for what it overtook", async () => {
  const { depot } = depotOf();
  const { collect, answer } = asked(1, 5);
  depot.receive(collect, 1);
  depot.receive(PARCEL, 2);
  assertEquals(await answer, { attachments: [3] });
});

Deno.test("Depository.receive() drops what was no longer wanted before it came", async () => {
  const { depot } = depotOf();
  depot.receive({ type: "forget", id: 1, who: 5, lost: true }, 1);
  depot.receive(PARCEL, 2);
  const { collect, answer } = asked(1, 6);
  depot.receive(collect, 0);
  assertEquals(await answer, {});
});

Deno.test("Depository tells of what is lost with what nobody has, not of what somebody has or is given back", async () => {
  const { depot } = depotOf();
  const { buffer: memory } = shared();
  const words = new Int32Array(memory);
  const losses = [{ memory, at: 0, from: 0, to: 7, bell: 1 }];
  const forget = { type: "forget", id: 1, who: 5 } as const;
  depot.receive({ ...PARCEL, losses }, 5);
  depot.receive({ ...forget, lost: false }, 1);
  assertEquals(words[0], 0);
  depot.receive({ ...PARCEL, losses }, 5);
  const { collect, answer } = asked(1, 5);
  depot.receive({ ...collect, keep: true }, 1);
  await answer;
  depot.receive({ ...forget, lost: true }, 1);
  assertEquals(words[0], 0);
  depot.receive({ ...PARCEL, losses }, 5);
  depot.receive({ ...forget, lost: true }, 1);
  assertEquals(words[0], 7);
  words[0] = 0;
  // In the other order.
  depot.receive({ ...forget, lost: true }, 1);
  assertEquals(words[0], 0);
  depot.receive({ ...PARCEL, losses }, 5);
  assertEquals(words[0], 7);
});

Deno.test("Depository.ended() gives up what never came, and nothing that did", async () => {
  const { depot } = depotOf();
  const missing = asked(2, 5);
  depot.receive(missing.collect, 1);
  depot.receive(PARCEL, 2);
  depot.ended(5);
  assertEquals(await missing.answer, {});
  const there = asked(1, 6);
  depot.receive(there.collect, 1);
  assertEquals(await there.answer, { attachments: [3] });
});

Deno.test("Depository.receive() asks the main thread for what is elsewhere, unless that asks", async () => {
  const { depot, said } = depotOf();
  const { collect } = asked(1, 6);
  depot.receive(collect, 1);
  depot.receive({ type: "forget", id: 9, who: 6, lost: true }, 1);
  assertEquals(said, [collect, { type: "forget", id: 9, who: 6, lost: true }]);
  collect.port.postMessage({});
  collect.port.close();
  const mains = asked(1, 6);
  depot.receive(mains.collect, 0);
  assertEquals(await mains.answer, {});
  assertEquals(said.length, 2);
});
