/** A RemoteManager whose connection breaks. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  AskTimeoutError,
  ConnectionClosedError,
  InDoubtError,
  Manager,
  type ManagerOptions,
  type RemoteManager,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import type { RemoteOptions } from "../../src/manager/mod.ts";
import { BreakableWire } from "../fixtures/breakable_wire.ts";
import { KEY } from "../fixtures/connected.ts";
import { Adder } from "../fixtures/manager_tasks.ts";

/** A Manager, and a client that reaches it by a wire that can be broken. */
interface Tied extends AsyncDisposable {
  readonly system: System;
  readonly manager: Manager;
  readonly remote: RemoteManager;
  readonly wire: BreakableWire;
}

async function tied(
  options: ManagerOptions = {},
  connecting: RemoteOptions = {},
): Promise<Tied> {
  const system = new System();
  const manager = await Manager.start({
    system,
    address: "127.0.0.1:0",
    key: KEY,
    ...options,
  });
  const wire = new BreakableWire(manager.address!);
  const remote = await Manager.connect(wire.address, KEY, {
    system,
    ...connecting,
  });
  return {
    system,
    manager,
    remote,
    wire,
    async [Symbol.asyncDispose]() {
      await remote.close();
      await wire[Symbol.asyncDispose]();
      await manager.stop();
      await system.close();
    },
  };
}

/** Resolves when the Manager has counted to `n`. */
async function counted(manager: Manager, n: number): Promise<void> {
  while (await manager.counter("c").get() < n);
}

Deno.test("a call whose answer was lost with the connection is done once, and answered over the next", async () => {
  await using both = await tied();
  const { manager, remote, wire } = both;
  const counter = remote.counter("c");
  for (let n = 1; n <= 10; n++) {
    wire.mute();
    const added = counter.add(1);
    await counted(manager, n);
    wire.break();
    assertEquals(await added, n);
  }
  assertEquals(await manager.counter("c").get(), 10);
});

Deno.test("many calls over a wire that breaks again and again are done once each, in their order", async () => {
  await using both = await tied();
  const { manager, remote, wire } = both;
  const list = remote.list<number>("l");
  const breaking = (async () => {
    for (let n = 1; n <= 8; n++) {
      await counted(manager, n * 20);
      wire.break();
    }
  })();
  for (let i = 0; i < 200; i++) {
    const pushed = list.push(i);
    const added = remote.counter("c").add(1);
    assertEquals([await pushed, await added], [i + 1, i + 1]);
  }
  await breaking;
  assertEquals(
    await manager.list("l").slice(),
    Array.from({ length: 200 }, (_, i) => i),
  );
});

Deno.test("what a program holds outlives a short break of its connection", async () => {
  await using both = await tied({ awayMs: 60_000 });
  const { manager, remote, wire } = both;
  const held = await remote.lock("l").lock();
  await remote.presence("p").enter("me", 1);
  const waiting = remote.queue<string>("q").take();
  await remote.counter("c").add(1);
  wire.break();
  await remote.counter("c").add(1);
  assertEquals(await manager.lock("l").tryLock(), undefined);
  assertEquals(await manager.presence("p").entries(), [["me", 1]]);
  await manager.queue<string>("q").put("item");
  assertEquals(await waiting, "item");
  assertEquals(await held.release(), true);
});

Deno.test("a program that is away is given no items, and waits on when it is back", async () => {
  await using both = await tied({ awayMs: 600_000 }, { reconnectMs: 600_000 });
  const { manager, remote, wire } = both;
  const jobs = manager.queue<string>("q");
  const waiting = remote.queue<string>("q").take();
  const leaving = new AbortController();
  const { signal } = leaving;
  const left = remote.queue<string>("other").take({ signal });
  await remote.counter("c").add(1);
  await wire.cut();
  const here = jobs.take();
  await jobs.put("first");
  assertEquals(await here, "first");
  await jobs.put("second");
  assertEquals(await jobs.size(), 1);
  leaving.abort();
  wire.open(true);
  assertEquals(await waiting, "second");
  await assertRejects(() => left, DOMException);
  // Nobody waits there any more.
  await manager.queue("other").put("third");
  assertEquals(await manager.queue("other").size(), 1);
});

Deno.test("a program that is away for too long loses what it holds, and a write without an answer is in doubt", async () => {
  await using both = await tied({ awayMs: 0 });
  const { manager, remote, wire } = both;
  const held = await remote.lock("l").lock();
  wire.open(false);
  wire.mute();
  const added = remote.counter("c").add(1);
  const read = remote.counter("c").get();
  await counted(manager, 1);
  wire.break();
  const next = await manager.lock("l").lock();
  assertEquals([next.ownerDied, next.fence > held.fence], [true, true]);
  wire.open(true);
  const error = await assertRejects(() => added, InDoubtError);
  assertEquals([error.method, error.mayHaveRun], ["update", true]);
  // To look changes nothing: it is done again.
  assertEquals(await read, 1);
  assertEquals(await held.release(), false);
  assertEquals(await manager.counter("c").get(), 1);
});

Deno.test("a write that was not sent when its deadline passed is never sent", async () => {
  await using both = await tied({}, { reconnectMs: 600_000 });
  const { system, manager, remote, wire } = both;
  const adder = await system.spawn(Adder, []);
  const counter = remote.counter("c");
  assertEquals(await counter.add(1), 1);
  await wire.cut();
  const late = [
    counter.add(1),
    remote.map("m").set("a", 1),
    // It is asked from another thread, where there is no connection.
    adder.with({ timeout: 60_000 }).ask.add(counter),
  ];
  const told = await Promise.allSettled(late);
  wire.open(true);
  for (const one of told) {
    const { reason } = one as PromiseRejectedResult;
    const { cause = reason } = reason as Error;
    assertInstanceOf(cause, AskTimeoutError);
    assertEquals([cause.begun, cause.timeoutMs], [false, 5_000]);
    assert(cause.message.includes("will not be"), cause.message);
  }
  // What waits for the connection goes in order: those would have come before.
  assertEquals(await counter.add(1), 2);
  assertEquals(await manager.map("m").size(), 0);
});

Deno.test("a write that was sent and is not answered in time is in doubt, and a lock is given back later", async () => {
  await using both = await tied({ awayMs: 600_000 }, {
    reconnectMs: 600_000,
    heartbeatMs: 600_000,
  });
  const { manager, remote, wire } = both;
  const held = await remote.lock("l").lock();
  wire.mute();
  const added = remote.counter("c").add(1);
  const read = remote.counter("c").get();
  await counted(manager, 1);
  const [error] = await Promise.all([
    assertRejects(() => added, InDoubtError, "5000 ms"),
    assertRejects(() => read, AskTimeoutError),
  ]);
  assertEquals(error.method, "update");
  await wire.cut();
  await assertRejects(() => held.release(), AskTimeoutError, "is done when");
  assertEquals(await manager.lock("l").tryLock(), undefined);
  wire.open(true);
  await using next = await manager.lock("l").lock({ timeout: 60_000 });
  assertEquals(next.ownerDied, false);
  assertEquals(await remote.counter("c").get(), 1);
});

Deno.test("who waits for a lock goes on waiting when the Manager knows nothing of it any more", async () => {
  await using both = await tied({ awayMs: 0 });
  const { manager, remote, wire } = both;
  const mine = await manager.lock("l").lock();
  const waiting = remote.lock("l").lock();
  await remote.counter("c").add(1);
  wire.open(false);
  wire.break();
  // When the door is gone, its turn is too.
  while (!(await isGone(manager, remote, wire)));
  await mine.release();
  const held = await waiting;
  assertEquals(await manager.lock("l").tryLock(), undefined);
  await held.release();
});

/** Whether the entry that the program had before has gone with its door; lets it come back. */
async function isGone(
  manager: Manager,
  remote: RemoteManager,
  wire: BreakableWire,
): Promise<boolean> {
  wire.open(true);
  await remote.counter("c").get();
  return (await manager.presence("p").entries()).length === 0;
}

Deno.test("a watch goes on with a snapshot after a break, a topic with what comes then", async () => {
  await using both = await tied();
  const { manager, remote, wire } = both;
  const map = manager.map<string, number>("m");
  const watch = remote.map<string, number>("m").watch();
  await watch.next();
  const items = remote.topic<number>("t").subscribe();
  const item = items.next();
  while (await manager.topic<number>("t").publish(1) === 0);
  assertEquals((await item).value, { value: 1 });
  const change = watch.next();
  wire.break();
  await map.set("a", 1);
  const first = (await change).value!;
  // It was on its way, or comes with the snapshot.
  assert(first.type !== "delete");
  if (first.type === "snapshot") {
    const rest = first.entries.length === 0
      ? (await watch.next()).value!
      : first;
    assert(rest.type === "snapshot" || rest.type === "set");
  }
  const later = items.next();
  while (await manager.topic<number>("t").publish(2) === 0);
  const { value } = await later;
  assertEquals(value, { value: 2 });
  await watch.return();
  await items.return();
});

Deno.test("a wait has its end also while nobody can be reached", async () => {
  await using both = await tied();
  const { manager, remote, wire } = both;
  const mine = await manager.lock("l").lock();
  wire.open(false);
  wire.break();
  await assertRejects(
    () => remote.lock("l").lock({ timeout: 20 }),
    WaitTimeoutError,
  );
  const leave = new AbortController();
  const reason = new Error("enough");
  const taken = remote.queue("q").take({ signal: leave.signal });
  leave.abort(reason);
  assertEquals(await assertRejects(() => taken), reason);
  wire.open(true);
  await mine.release();
  // Nothing was left behind that would get it.
  await using held = await remote.lock("l").lock();
  assertEquals(held.ownerDied, false);
  await manager.queue("q").put("item");
  assertEquals(await remote.queue("q").size(), 1);
});

Deno.test("a Manager that does not come back is given up in time", async () => {
  await using both = await tied({}, { reconnectMs: 50 });
  const { remote, wire } = both;
  const waiting = remote.lock("l").lock().then(() => remote.lock("l").lock());
  waiting.catch(() => {});
  const taking = remote.queue("q").take();
  taking.catch(() => {});
  await remote.counter("c").add(1);
  wire.open(false);
  wire.break();
  await assertRejects(
    () => waiting,
    ConnectionClosedError,
    "did not come back",
  );
  await assertRejects(() => taking, InDoubtError);
  const end = (await remote.ended)!;
  assertEquals([end.how, end.address], ["lost", wire.address]);
  await assertRejects(() => remote.counter("c").get(), ConnectionClosedError);
});

Deno.test("RemoteManager.close() ends the attempts to come back", async () => {
  await using both = await tied();
  const { remote, wire } = both;
  wire.open(false);
  wire.break();
  const waiting = remote.counter("c").add(1);
  waiting.catch(() => {});
  await remote.close();
  await assertRejects(() => waiting);
  assertEquals(await remote.ended, undefined);
});
