import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  type HeldLock,
  Manager,
  type MapChange,
  MapRef,
  QueueRef,
  Refusal,
  sharedArray,
  System,
} from "../../mod.ts";
import { VaultActor } from "../../src/manager/mod.ts";
import { served } from "../fixtures/served.ts";
import { until } from "../fixtures/until.ts";
import {
  Holder,
  Insistent,
  linger,
  misbehave,
} from "../fixtures/manager_tasks.ts";

/** Ends the thread of a Manager by a reducer that does what it must not. */
async function end(
  manager: Manager,
  how: "exit" | "close" | "hang",
): Promise<void> {
  const map: MapRef<string, number[]> = manager.map("victims");
  await assertRejects(
    () => map.reduce("v", misbehave, [how], []),
    ActorCrashedError,
  );
}

for (const how of ["exit", "close", "hang"] as const) {
  Deno.test(`Manager has all that it acknowledged after its thread ended by ${how}`, async () => {
    await using system = new System();
    await using manager = await Manager.start({ system, hangMs: 1_000 });
    const map = manager.map<string, unknown>("m");
    await map.set("a", { deep: [1] });
    await map.set("b", 1);
    await map.delete("b");
    const { version } = (await map.entry("a"))!;
    await manager.list<number>("l").push(1, 2, 3);
    await manager.list<number>("l").shift();
    await manager.queue<string>("q").put("x", "y");
    await manager.queue<string>("q").take();
    await manager.counter("c").add(7);
    await map.set("short", 1, { ttlMs: 3_600_000 });

    await end(manager, how);

    assertEquals(await map.entry("a"), { value: { deep: [1] }, version });
    assertEquals(await map.keys(), ["a", "short"]);
    assertEquals(await manager.list("l").slice(), [2, 3]);
    assertEquals(await manager.queue("q").tryTake(), { value: "y" });
    assertEquals(await manager.counter("c").add(1), 8);
    await map.set("a", 1);
    assert((await map.entry("a"))!.version > version + 1);
    if (how === "hang") return;
    // A second time: the other half of the journal.
    await end(manager, how);
    assertEquals([await map.get("a"), await manager.counter("c").get()], [
      1,
      8,
    ]);
  });
}

Deno.test("Manager goes on when its journal is full again and again, and refuses what does not fit", async () => {
  await using system = new System();
  const keepBytes = 65_536;
  await using manager = await Manager.start({ system, keepBytes });
  const map = manager.map<string, string>("m");
  const text = "x".repeat(1_000);
  for (let i = 0; i < 200; i++) await map.set(`${i % 10}`, text + i);
  const error = await assertRejects(
    () => map.set("large", "x".repeat(80_000)),
    Refusal,
  );
  assert(error.message.includes("keepBytes"));
  await end(manager, "exit");
  assertEquals(await map.size(), 10);
  assertEquals(await map.get("9"), text + 199);
});

Deno.test("Manager that keeps nothing is empty after a restart, and takes shared memory", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system, keep: false });
  const map = manager.map<string, Int32Array>("m");
  const shared = new Int32Array(new SharedArrayBuffer(4));
  await map.set("a", shared);
  (await map.get("a"))![0] = 5;
  assertEquals(shared[0], 5);
  await end(manager, "exit");
  assertEquals(await map.size(), 0);
  await using keeping = await Manager.start({ system });
  await assertRejects(() => keeping.map("m").set("a", shared), Refusal);
  assertEquals(await keeping.map("m").size(), 0);
});

Deno.test("MapRef.watch() goes on with a snapshot after a restart", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, number>("m");
  await map.set("a", 1);
  const watch = map.watch();
  assertEquals((await watch.next()).value, {
    type: "snapshot",
    entries: [["a", 1]],
    missed: 0,
  });
  const next = watch.next();
  await end(manager, "exit");
  await map.set("b", 2);
  const seen = new Map<string, number>();
  const note = (change: MapChange<string, number>): void => {
    if (change.type === "snapshot") {
      for (const [key, value] of change.entries) seen.set(key, value);
    } else if (change.type === "set") seen.set(change.key, change.value);
  };
  note((await next).value!);
  while (!seen.has("b")) note((await watch.next()).value!);
  assertEquals([...seen], [["a", 1], ["b", 2]]);
  await watch.return();
});

Deno.test("MapRef.watch() drops what waits and gives a snapshot to a watcher that lags", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, number>("m");
  const watch = map.watch({ capacity: 5, prefix: "k" });
  await watch.next();
  for (let i = 0; i < 100; i++) await map.set(`k${i % 3}`, i);
  await map.set("other", 1);
  const copy = new Map<string, number>();
  let missed = 0;
  while (copy.get("k0") !== 99) {
    const change = (await watch.next()).value!;
    if (change.type === "snapshot") {
      missed += change.missed;
      copy.clear();
      for (const [key, value] of change.entries) copy.set(key, value);
    } else if (change.type === "set") copy.set(change.key, change.value);
  }
  assert(missed > 50, `${missed} were missed`);
  assertEquals([...copy].sort(), [["k0", 99], ["k1", 97], ["k2", 98]]);
  await watch.return();
});

Deno.test("MapRef.watch() and TopicRef.subscribe() end with the Manager, and by their signal", async () => {
  await using system = new System();
  const manager = await Manager.start({ system });
  const ended = manager.map("m").watch();
  await ended.next();
  const topic = manager.topic<number>("t").subscribe();
  const item = topic.next();
  const { signal, abort } = abortable();
  const left = manager.map("m").watch({ signal });
  await left.next();
  const rejected = assertRejects(() => left.next(), Error, "Enough");
  abort();
  await rejected;
  const last = ended.next();
  await manager.stop();
  assertEquals([(await last).done, (await item).done], [true, true]);
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error("Enough"));
  return { signal: controller.signal, abort };
}

// MA18
Deno.test("LockRef is free again when its holder ends, and the next one is told", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const lock = manager.lock("l");
  const holder = await system.spawn(Holder, []);
  const fence = await holder.ask.lock(lock);
  assertEquals(await lock.tryLock(), undefined);
  const next = lock.lock();
  await holder.kill();
  const held = await next;
  assertEquals([held.ownerDied, held.fence > fence], [true, true]);
  assertEquals([await held.release(), await held.release()], [true, false]);
  await using again = await lock.lock();
  assertEquals(again.ownerDied, false);
});

Deno.test("LockRef is served in order, past those who leave", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const lock = manager.lock("l");
  const first = await lock.lock();
  const order: number[] = [];
  const wait = async (n: number, signal?: AbortSignal): Promise<HeldLock> => {
    const held = await lock.lock(signal ? { signal } : {});
    order.push(n);
    return held;
  };
  const { signal, abort } = abortable();
  const second = wait(2, signal);
  const third = wait(3);
  const fourth = wait(4);
  const left = assertRejects(() => second, Error, "Enough");
  abort();
  await left;
  await assertRejects(() => lock.lock({ timeout: 1 }), Error, "timeout");
  await first.release();
  await (await third).release();
  await (await fourth).release();
  assertEquals(order, [3, 4]);
});

Deno.test("LockRef is held by whom it was held by before a restart", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const lock = manager.lock("mine");
  const held = await lock.lock();
  const theirs = manager.lock("theirs");
  const holder = await system.spawn(Holder, []);
  await holder.ask.lock(theirs);
  await end(manager, "exit");
  assertEquals([await lock.tryLock(), await theirs.tryLock()], [
    undefined,
    undefined,
  ]);
  assertEquals(await held.release(), true);
  await using next = (await lock.tryLock())!;
  assert(next.fence > held.fence);
  await holder.kill();
  await using freed = await theirs.lock();
  assertEquals(freed.ownerDied, true);
});

for (const way of ["lock", "tryLock"] as const) {
  Deno.test(`LockRef.${way}() holds nothing when the Manager ended before it could say so`, async () => {
    await using system = new System();
    await using manager = await Manager.start({ system });
    const lock = manager.lock("l");
    const victims = manager.map<string, number[]>("victims");
    await assertRejects(() => victims.reduce("v", misbehave, ["throw"], []));
    // What comes while its thread is kept is handled in one turn: the lock is given, and the thread ends.
    const words = sharedArray(Int32Array, 2);
    const kept = manager.map<string, number>("m").reduce(
      "a",
      linger,
      [words],
      0,
    )
      .catch(() => {});
    await until("it lingers", () => Atomics.load(words, 1) === 1);
    const locking = assertRejects(() => lock[way](), ActorCrashedError);
    const ending = end(manager, "exit");
    Atomics.store(words, 0, 1);
    await Promise.all([kept, locking, ending]);
    await using _held = await lock.lock({ timeout: 20_000 });
  });
}

Deno.test("PresenceRef has no entry of an actor that ended, before and after a restart", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const online = manager.presence<string>("online");
  const [one, two] = [
    await system.spawn(Holder, []),
    await system.spawn(Holder, []),
  ];
  await one.ask.enter(online, "one");
  await two.ask.enter(online, "two");
  await online.enter("me", "main");
  const keys = async () => (await online.entries()).map(([key]) => key);
  assertEquals(await keys(), ["one", "two", "me"]);
  await one.kill();
  while ((await keys()).length > 2);
  await end(manager, "exit");
  assertEquals(await keys(), ["two", "me"]);
  await two.kill();
  while ((await keys()).length > 1);
  assertEquals([await online.leave("me"), await keys()], [true, []]);
});

Deno.test("QueueRef serves those who wait in order, and nobody who has ended", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const queue = manager.queue<string>("q");
  const taker = await system.spawn(Holder, []);
  await taker.ask.wait(queue);
  const { signal, abort } = abortable();
  const left = assertRejects(() => queue.take({ signal }), Error, "Enough");
  await assertRejects(() => queue.take({ timeout: 1 }), Error, "timeout");
  const [b, c] = [queue.take(), queue.take()];
  abort();
  await left;
  assertEquals(await queue.put("a"), 0);
  await taker.kill();
  assertEquals(await queue.put("b", "c", "d"), 1);
  assertEquals([await b, await c, await queue.take()], ["b", "c", "d"]);
  assertEquals(await queue.tryTake(), undefined);
});

Deno.test("QueueRef.take() and LockRef.lock() reject at once when the Manager stops", async () => {
  await using system = new System();
  const manager = await Manager.start({ system });
  const held = await manager.lock("l").lock();
  const waiting = [
    manager.queue("q").take(),
    manager.lock("l").lock(),
  ].map((wait) => assertRejects(() => wait, Error, "stop"));
  assertEquals(await manager.counter("c").get(), 0);
  await manager.stop();
  await Promise.all(waiting);
  await assertRejects(() => held.release());
});

for (const where of ["manager", "remote"] as const) {
  Deno.test(`who waits for what a Manager holds hears that it failed, and goes on with the next: ${where}`, async () => {
    await using both = await served();
    const { manager, [where]: state } = both;
    const held = await manager.lock("l").lock();
    const [queue, lock] = [state.queue<string>("q"), state.lock("l")];
    const items = queue[Symbol.asyncIterator]();
    const told = [queue.take(), lock.lock(), items.next()].map((wait) =>
      assertRejects(() => wait, ActorCrashedError)
    );
    assertEquals(await state.counter("c").get(), 0);
    await manager.map<string, number[]>("m").reduce("v", misbehave, [
      "stray",
    ], []);
    await Promise.all(told);
    const taken = queue.take();
    await manager.queue<string>("q").put("item");
    assertEquals(await taken, "item");
    assertEquals(await held.release(), true);
    assertEquals(await (await lock.lock()).release(), true);
    // One that is wanted is the end of what is read.
    const more = queue[Symbol.asyncIterator]().next();
    assertEquals(await state.counter("c").get(), 0);
    if (where === "manager") await manager.stop();
    else await both.remote.close();
    assertEquals(await more, { done: true, value: undefined });
  });
}

Deno.test("what reads on and on rejects when the Manager has failed for good", async () => {
  await using system = new System();
  const vault = await system.spawn(VaultActor, [], { concurrency: 8 });
  const [map, queue] = [
    new MapRef<string, number[]>(vault, "m"),
    new QueueRef<number>(vault, "q"),
  ];
  const watch = map.watch();
  await watch.next();
  await map.reduce("v", misbehave, ["stray"], []);
  assertEquals((await vault.exited).kind, "crashed");
  // It may have been told of the change first.
  await assertRejects(async () => {
    while ((await watch.next()).done !== true);
  }, ActorStoppedError);
  const items = queue[Symbol.asyncIterator]();
  await assertRejects(() => items.next(), ActorStoppedError);
});

for (const way of ["stop", "close"] as const) {
  Deno.test(`Manager that ends by ${way}() tells those who ask, and leaves no dead letters`, async () => {
    const system = new System();
    const manager = await Manager.start({ system });
    const users = await Promise.all(
      Array.from(
        { length: 2 },
        () => system.spawn(Insistent, [], { concurrency: 4 }),
      ),
    );
    const [map, lock] = [manager.map<string, number>("m"), manager.lock("l")];
    const [q, r] = [manager.queue<number>("q"), manager.queue<number>("r")];
    const told = users.flatMap((user) => {
      const { ask } = user.with({ timeout: 60_000 });
      return [ask.get(map), ask.lock(lock), ask.take(q), ask.leave(r)];
    });
    for (let n = 0; n < 100; n++) await map.set("a", n);
    if (way === "stop") await manager.stop();
    else await system.close();
    const names = await Promise.allSettled(told);
    await system.close();
    if (way === "stop") {
      assertEquals(
        names.map((one) => one.status === "fulfilled" && one.value),
        Array(8).fill("ActorStoppedError"),
      );
    }
    assertEquals(system.deadLetters.count, 0);
  });
}

// MA10 MA11
Deno.test("Manager.custom() gives one actor for a name, restarted as the Manager is", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const [one, two] = await Promise.all([
    manager.custom("h", Holder),
    manager.custom("h", Holder),
  ]);
  assertEquals(one, two);
  await assertRejects(() => one.ask.fail(), ActorCrashedError, "As asked");
  const lock = manager.lock("l");
  assert(await one.ask.lock(lock) > 0);
});
