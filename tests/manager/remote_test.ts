/** A Manager that other programs reach, as its clients have it. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  ActorStoppedError,
  AddressInUseError,
  AuthenticationError,
  ConnectionClosedError,
  DataCloneError,
  InvalidOptionError,
  listen,
  type ListRef,
  Manager,
  Refusal,
  System,
  TroupeError,
  VersionConflictError,
  WaitTimeoutError,
} from "../../mod.ts";
import { credit, Holder, misbehave } from "../fixtures/manager_tasks.ts";
import { KEY } from "../fixtures/connected.ts";
import { served } from "../fixtures/served.ts";

Deno.test("Manager.connect() leads to the state of another Manager by every kind of way", async () => {
  await using both = await served();
  const { manager, remote } = both;

  const stock = remote.map<string, number>("stock");
  await stock.set("tea", 3);
  assertEquals(await stock.update("tea", { add: 1 }), 4);
  assertEquals(await manager.map("stock").get("tea"), 4);
  const { version } = (await stock.entry("tea"))!;
  assertEquals(await stock.setIf("tea", 5, version - 1), undefined);
  assertEquals(await stock.reduce("tea", credit, [-3]), 1);
  await stock.setAll([["a", 1], ["b", 2]]);
  assertEquals(
    await stock.transaction([
      stock.plan.update("a", { add: 1 }),
      stock.plan.delete("b"),
    ]),
    [2, true],
  );
  assertEquals(await stock.entries(), [["tea", 1], ["a", 2]]);
  assertEquals([await stock.size(), await stock.has("b")], [2, false]);
  assertEquals(await stock.popItem(), ["tea", 1]);
  assertEquals([await stock.clear(), await stock.keys()], [1, []]);

  const log = remote.list<string>("log");
  assertEquals(await log.push("b", "a"), 2);
  await log.sort();
  await log.set(0, "c");
  assertEquals([await log.slice(), await log.at(-1)], [["c", "b"], "b"]);
  assertEquals([await log.pop(), await log.size()], ["b", 1]);

  const seen = remote.set<string>("seen");
  assertEquals([await seen.add("a"), await seen.add("a")], [true, false]);
  assertEquals(await manager.set("seen").values(), ["a"]);

  const limit = remote.value("limit", 10);
  assertEquals([await limit.get(), await limit.update({ add: 1 })], [10, 11]);
  assertEquals(await remote.counter("visits").add(2), 2);
  assertEquals(await manager.counter("visits").get(), 2);

  const settings = remote.namespace<{ title: string }>("settings");
  await settings.set("title", "x");
  assertEquals(await manager.namespace("settings").all(), { title: "x" });

  const pages = remote.cache<string, string>("pages", { capacity: 1 });
  await pages.set("a", "A");
  await pages.set("b", "B");
  assertEquals([await pages.get("a"), await pages.get("b")], [undefined, "B"]);
  assertEquals((await pages.stats()).evicted, 1);

  const jobs = remote.queue<string>("jobs");
  const taken = manager.queue<string>("jobs").take();
  await jobs.put("x", "y");
  assertEquals([await taken, await jobs.tryTake()], ["x", { value: "y" }]);
  await assertRejects(() => jobs.take({ timeout: 5 }), WaitTimeoutError);

  const online = remote.presence<string>("online");
  await online.enter("me", "here");
  assertEquals(await online.entries(), [["me", "here"]]);
  assertEquals(await manager.presence("online").entries(), [["me", "here"]]);
  assertEquals(await online.leave("me"), true);

  const items = remote.topic<string>("news").subscribe();
  const first = items.next();
  while (await manager.topic<string>("news").publish("hello") === 0);
  assertEquals((await first).value, { value: "hello" });
  await items.return();
});

Deno.test("RemoteManager refuses as a Manager does, and what it refuses disturbs nothing", async () => { // MA14
  await using both = await served();
  const { remote } = both;
  const map = remote.map<string, unknown>("m");
  await assertRejects(() => map.update("a", { add: 1 }), Refusal);
  await assertRejects(
    () => map.transaction([map.plan.expect("a", 7)]),
    VersionConflictError,
  );
  await assertRejects(() => map.set("a", () => {}), DataCloneError);
  const shared = new Int32Array(new SharedArrayBuffer(4));
  await assertRejects(() => map.set("a", shared), DataCloneError);
  await map.set("a", 1);
  assertEquals(await map.entries(), [["a", 1]]);
  for (const name of ["replica", "handle", "custom"] as const) {
    try {
      remote[name]("m");
      throw new Error(`${name}() was not refused`);
    } catch (error) {
      assertInstanceOf(error, InvalidOptionError);
    }
  }
});

Deno.test("RemoteManager watches a map, and a way to it may travel", async () => {
  await using both = await served();
  const { manager, remote, system } = both;
  const map = remote.map<string, number>("m");
  const watch = map.watch({ prefix: "a" });
  assertEquals((await watch.next()).value, {
    type: "snapshot",
    entries: [],
    missed: 0,
  });
  await manager.map("m").set("b", 1);
  await manager.map("m").set("a", 2);
  const change = (await watch.next()).value!;
  assert(change.type === "set");
  assertEquals([change.key, change.value], ["a", 2]);
  await watch.return();

  // To a thread of this program, which asks over the connection of this one.
  await using holder = await system.spawn(Holder, []);
  const fence = await holder.ask.lock(remote.lock("l"));
  assertEquals(await manager.lock("l").tryLock(), undefined);
  assert(fence > 0);
});

Deno.test("a way to a list in a value leads to the same list from either program", async () => {
  await using both = await served();
  const { manager, remote } = both;
  const ways = manager.map<string, ListRef<number>>("ways");
  await ways.set("here", manager.list("inner"));
  const far = (await remote.map<string, ListRef<number>>("ways").get("here"))!;
  await far.push(1);
  await remote.map<string, ListRef<number>>("ways").set("there", far);
  await (await ways.get("there"))!.push(2);
  assertEquals(await manager.list("inner").slice(), [1, 2]);
});

Deno.test("Manager.start() refuses an address that it cannot use, and starts nothing", async () => {
  await using system = new System();
  const address = "127.0.0.1:0";
  const bad: [string, Parameters<typeof Manager.start>[0]][] = [
    ["key", { system, address }],
    ["key", { system, address, key: "secret" as never }],
    ["key", { system, address, key: new Uint8Array(0) }],
    ["key", { system, key: KEY }],
    ["guests", { system, guests: {} }],
    ["address", { system, address: "1.2.3.4:80", key: KEY }],
    ["awayMs", { system, address, key: KEY, awayMs: -1 }],
    [
      "listen.heartbeat",
      { system, address, key: KEY, listen: { heartbeat: 1 } as never },
    ],
    [
      "heartbeatMs",
      { system, address, key: KEY, listen: { heartbeatMs: -1 } },
    ],
    ["guests.ada.reads", {
      system,
      address,
      key: KEY,
      guests: { ada: { key: KEY, reads: [] } as never },
    }],
    ["guests.ada.read", {
      system,
      address,
      key: KEY,
      guests: { ada: { key: KEY, read: [{ name: "m" }] as never } },
    }],
    ["guests.ada.key", {
      system,
      address,
      key: KEY,
      guests: { ada: { key: KEY } },
    }],
    ["guests.ada.key", {
      system,
      address,
      key: KEY,
      guests: { ada: { key: "secret" as never } },
    }],
  ];
  for (const [option, options] of bad) {
    const error = await assertRejects(
      () => Manager.start(options),
      InvalidOptionError,
    );
    assertEquals(error.option, option);
  }
  await using listener = await listen(address, { key: KEY, system });
  await assertRejects(
    () => Manager.start({ system, address: listener.address, key: KEY }),
    AddressInUseError,
  );
  assertEquals(system.tree(), []);
});

Deno.test("Manager.connect() refuses what is none, and leaves nothing behind", async () => {
  await using both = await served();
  const { manager, system } = both;
  const address = manager.address!;
  const count = system.tree().length;
  const key = crypto.getRandomValues(new Uint8Array(32));
  // MA33
  await assertRejects(
    () => Manager.connect(address, key, { system }),
    AuthenticationError,
  );
  for (
    const options of [
      { reconnectMs: -1 },
      { timeout: -1 },
      { heartbeatMs: 0.5 },
      { retries: 3 } as never,
    ]
  ) {
    await assertRejects(
      () => Manager.connect(address, KEY, { system, ...options as object }),
      InvalidOptionError,
    );
  }
  await assertRejects(
    () =>
      Manager.connect(address, KEY, { system, signal: AbortSignal.abort() }),
    DOMException,
  );
  // Somebody listens, and it is no Manager.
  await using listener = await listen("127.0.0.1:0", { key: KEY, system });
  const accepted = listener.accept();
  const silent = Manager.connect(listener.address, KEY, {
    system,
    timeout: 100,
  });
  silent.catch(() => {});
  const there = await accepted;
  await assertRejects(() => silent, WaitTimeoutError);
  await there.ended;
  const other = Manager.connect(listener.address, KEY, { system });
  other.catch(() => {});
  await (await listener.accept()).send("hello");
  await assertRejects(() => other, TroupeError, "none is there");
  await listener.close();
  await assertRejects(
    () => Manager.connect(listener.address, KEY, { system }),
    ConnectionClosedError,
  );
  assertEquals(system.tree().length, count);
  assertEquals(await both.remote.counter("c").add(1), 1);
});

Deno.test("Manager.connect() says that the other one is full, and that port 0 is none", async () => {
  await using both = await served({ listen: { maxConnections: 1 } });
  const { system, manager, remote } = both;
  using log = stub(console, "error");
  const full = await assertRejects(
    () => Manager.connect(manager.address!, KEY, { system }),
    ConnectionClosedError,
    "is full",
  );
  assertEquals([full.address, full.how], [manager.address!, "there"]);
  assertEquals(log.calls.length, 1);
  await assertRejects(
    () => Manager.connect("127.0.0.1:0", KEY, { system }),
    InvalidOptionError,
    "port 0",
  );
  assertEquals(await remote.counter("c").add(1), 1);
});

Deno.test("what an actor holds by a RemoteManager ends with it, and the next one is told", async () => {
  await using both = await served();
  const { manager, remote, system } = both;
  const holder = await system.spawn(Holder, []);
  await holder.ask.lock(remote.lock("l"));
  await holder.ask.enter(remote.presence("p"), "key");
  await holder.ask.wait(remote.queue("q"));
  const next = manager.lock("l").lock();
  await holder.stop();
  const held = await next;
  assertEquals(held.ownerDied, true);
  while ((await manager.presence("p").entries()).length > 0);
  await manager.queue<string>("q").put("for others");
  assertEquals(await manager.queue("q").tryTake(), { value: "for others" });
  await held.release();
});

Deno.test("RemoteManager.close() gives up what the program holds, and rejects what waits", async () => {
  await using both = await served();
  const { manager, remote } = both;
  const held = await remote.lock("l").lock();
  await remote.presence("p").enter("me", 1);
  const waiting = assertRejects(
    () => remote.queue("q").take(),
    ActorStoppedError,
  );
  // It waits for as long as the ask after it takes.
  await remote.counter("c").get();
  const next = manager.lock("l").lock();
  await remote.close();
  await waiting;
  assert((await next).fence > held.fence);
  assertEquals(await manager.presence("p").entries(), []);
  await assertRejects(() => remote.counter("c").get(), ActorStoppedError);
  assertEquals(await remote.ended, undefined);
  await remote.close();
});

Deno.test("Manager.stop() closes its connections, and a client that may not come back is told", async () => {
  await using both = await served({}, { reconnectMs: 0 });
  const { manager, remote } = both;
  const waiting = assertRejects(
    () => remote.lock("l").lock().then(() => remote.lock("l").lock()),
    ConnectionClosedError,
  );
  await remote.counter("c").get();
  await manager.stop();
  await waiting;
  assertInstanceOf(await remote.ended, ConnectionClosedError);
  await assertRejects(() => remote.counter("c").get(), ConnectionClosedError);
});

Deno.test("a system that closes takes the Manager that it has along, and its address is free", async () => {
  const system = new System();
  const options = { system, address: "127.0.0.1:0", key: KEY };
  const { address = "" } = await Manager.start(options);
  await using other = new System();
  await using remote = await Manager.connect(address, KEY, {
    system: other,
    reconnectMs: 0,
  });
  assertEquals(await remote.counter("c").add(1), 1);
  await system.close();
  const error = await remote.ended;
  assertInstanceOf(error, ConnectionClosedError);
  await using again = await Manager.start({
    ...options,
    system: other,
    address,
  });
  assertEquals(again.address, address);
});

Deno.test("a RemoteManager ends with the system that it belongs to", async () => {
  await using both = await served();
  const system = new System();
  const remote = await Manager.connect(both.manager.address!, KEY, { system });
  await remote.lock("l").lock();
  await system.close();
  assertEquals(await remote.ended, undefined);
  await using held = await both.manager.lock("l").lock();
  assert(held.fence > 0);
});

Deno.test("a Manager whose thread ends keeps its clients, and what they hold", async () => {
  await using both = await served();
  const { manager, remote } = both;
  const held = await remote.lock("l").lock();
  const counter = remote.counter("c");
  await counter.add(1);
  const watch = remote.map<string, number>("m").watch();
  await watch.next();
  const next = watch.next();
  await assertRejects(() =>
    manager.map<string, number[]>("v").reduce("v", misbehave, ["exit"], [])
  );
  assertEquals(await counter.add(1), 2);
  assertEquals((await next).value!.type, "snapshot");
  assertEquals(await manager.lock("l").tryLock(), undefined);
  assertEquals(await held.release(), true);
  await watch.return();
});

Deno.test({
  name: "a Manager is reached by a path",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/manager.sock`;
    {
      await using both = await served({ address: path });
      assertStrictEquals(both.manager.address, path);
      assertEquals(await both.remote.counter("c").add(1), 1);
    }
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    await Deno.remove(folder);
  },
});
