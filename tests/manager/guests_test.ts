/** What a guest of a Manager may do, and what nobody may. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  type ActorRef,
  AuthenticationError,
  connect,
  type Connection,
  type ListRef,
  Manager,
  NotPermittedError,
  Refusal,
  type RemoteManager,
  System,
} from "../../mod.ts";
import type { GuestOptions } from "../../src/manager/mod.ts";
import { FrameReader } from "../../src/connection/frame.ts";
import {
  HANDSHAKE_LIMIT,
  secretOf,
  shakeHands,
} from "../../src/connection/shake_hands.ts";
import type { Door } from "../../src/manager/remote/door.ts";
import { KEY } from "../fixtures/connected.ts";
import { credit } from "../fixtures/manager_tasks.ts";
import { SaidLines } from "../fixtures/said_lines.ts";
import { square } from "../fixtures/ledger.ts";

const GUEST_KEY = new Uint8Array(32).fill(9);

/** A Manager with one guest. */
interface Visited extends AsyncDisposable {
  readonly system: System;
  readonly manager: Manager;
  readonly refused: Error[];
  /** The guest, as a client. */
  guest(): Promise<RemoteManager>;
  /** The guest, as somebody who says what he likes. */
  rude(session?: string): Promise<Rude>;
}

/** A client that keeps to no rule. */
interface Rude {
  readonly connection: Connection;
  readonly door: ActorRef<Door>;
  call(method: unknown, ...args: unknown[]): Promise<unknown>;
}

async function visited(
  rights: Omit<GuestOptions, "key">,
): Promise<Visited> {
  const system = new System();
  const refused: Error[] = [];
  const manager = await Manager.start({
    system,
    address: "127.0.0.1:0",
    key: KEY,
    guests: { ada: { key: GUEST_KEY, ...rights } },
    listen: { onRefused: (error) => refused.push(error) },
  });
  const address = manager.address!;
  const guests: RemoteManager[] = [];
  const connections: Connection[] = [];
  return {
    system,
    manager,
    refused,
    async guest() {
      const guest = await Manager.connect(address, GUEST_KEY, { system });
      guests.push(guest);
      return guest;
    },
    async rude(session = crypto.randomUUID()) {
      const connection = await connect(address, { key: GUEST_KEY, system });
      connections.push(connection);
      await connection.send({ session, pending: [] });
      const { door, link } = await connection.receive() as {
        door: ActorRef<Door>;
        link: number;
      };
      let id = 0;
      return {
        connection,
        door,
        call: (method, ...args) =>
          door.ask.call(link, ++id, [], method as string, args),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const guest of guests) await guest.close();
      for (const connection of connections) await connection.close();
      await manager.stop();
      await system.close();
    },
  };
}

/** What is refused for want of a right. */
async function refusedFor(
  right: "read" | "write",
  thing: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const error = await assertRejects(call, NotPermittedError);
  assertEquals([error.guest, error.right, error.thing], ["ada", right, thing]);
  assert(error.message.includes(`guests.ada.${right}`), error.message);
}

Deno.test("a guest may read what it was given to read, and change what it was given to change", async () => {
  await using visit = await visited({
    read: ["settings", "chat.*"],
    write: ["jobs"],
  });
  const { manager, refused } = visit;
  await manager.map("settings").set("limit", 10);
  const guest = await visit.guest();
  assertEquals(await guest.map("settings").get("limit"), 10);
  assertEquals(await guest.map("settings").entries(), [["limit", 10]]);
  assertEquals(await guest.list("chat.red").slice(), []);
  assertEquals(await guest.queue("jobs").put("x"), 1);

  const write = refusedFor.bind(null, "write");
  const read = refusedFor.bind(null, "read");
  await write(
    'key "limit" of map "settings"',
    () => guest.map("settings").set("limit", 11),
  );
  await write('map "settings"', () => guest.map("settings").clear());
  await read('map "chat"', () => guest.map("chat").keys());
  await read('queue "jobs"', () => guest.queue("jobs").take());
  await read('value "limit"', () => guest.value("limit", 1).get());
  await read('counter "hits"', () => guest.counter("hits").add());
  await read('set "tags"', () => guest.set("tags").values());
  await read('topic "news"', () => guest.topic("news").subscribe().next());
  await read('map "m"', () => guest.map("m").watch().next());
  await read('presence "p"', () => guest.presence("p").entries());
  await write('presence "p"', () => guest.presence("p").enter("a", 1));
  await write('lock "l"', () => guest.lock("l").lock());
  await write('topic "chat.red"', () => guest.topic("chat.red").publish(1));
  await write('list "chat.red"', () => guest.list("chat.red").push(1));
  await write(
    'key "a" of namespace "settings"',
    () => guest.namespace<{ a: number }>("settings").set("a", 1),
  );
  await write(
    'cache "settings"',
    () => guest.cache("settings", { capacity: 1 }).set("a", 1),
  );
  assertEquals(await manager.map("settings").entries(), [["limit", 10]]);

  // Told of once for each right, however often it was refused.
  assertEquals(refused.length, 2);
  for (const error of refused) assertInstanceOf(error, NotPermittedError);
  // Who has the key of the Manager may do all that.
  await using other = await Manager.connect(manager.address!, KEY, {
    system: visit.system,
  });
  await other.map("settings").set("limit", 11);
  assertEquals(await guest.map("settings").get("limit"), 11);
});

Deno.test("a guest may have some of the keys of a map", async () => {
  await using visit = await visited({
    read: [{ name: "users", keys: "ada.*" }, { name: "users", keys: "all" }],
    write: [{ name: "users", keys: "ada.*" }],
  });
  const { manager } = visit;
  const all = manager.map<string, number>("users");
  await all.setAll([["bob.x", 1], ["all", 2]]);
  const guest = await visit.guest();
  const users = guest.map<string, number>("users");
  await users.set("ada.x", 5);
  assertEquals(await users.update("ada.x", { add: 1 }), 6);
  assertEquals(await users.reduce("ada.x", credit, [-1]), 5);
  assertEquals([await users.get("all"), await users.has("ada.y")], [2, false]);

  await refusedFor(
    "read",
    'key "bob.x" of map "users"',
    () => users.get("bob.x"),
  );
  await refusedFor(
    "write",
    'key "all" of map "users"',
    () => users.set("all", 3),
  );
  await refusedFor(
    "write",
    'key "all" of map "users"',
    () => users.setAll([["ada.z", 1], ["all", 3]]),
  );
  await refusedFor("read", 'map "users"', () => users.entries());
  await refusedFor("read", 'map "users"', () => users.size());
  await refusedFor("write", 'map "users"', () => users.clear());
  await refusedFor(
    "read",
    'key "bob.x" of map "users"',
    () => users.reduce("bob.x", credit, [1]),
  );
  await refusedFor("read", 'list "users"', () => guest.list("users").slice());

  // All or none.
  const { plan } = users;
  const mixed = [plan.set("ada.x", 9), plan.set("all", 9)];
  await refusedFor(
    "write",
    'key "all" of map "users"',
    () => users.transaction(mixed),
  );
  await refusedFor(
    "read",
    'key "bob.x" of map "users"',
    () => users.transaction([plan.set("ada.x", 9), plan.expect("bob.x", 1)]),
  );
  const other = guest.map<string, number>("other").plan;
  await refusedFor(
    "write",
    'key "ada.x" of map "other"',
    () => users.transaction([plan.set("ada.x", 9), other.set("ada.x", 9)]),
  );
  assertEquals(await all.entries(), [["bob.x", 1], ["all", 2], ["ada.x", 5]]);
  await users.transaction([plan.set("ada.x", 9), plan.set("ada.y", 1)]);
  assertEquals(await all.get("ada.x"), 9);

  // A part of the keys can be watched by a prefix that is no wider than the right.
  await refusedFor("read", 'map "users"', () => users.watch().next());
  await refusedFor(
    "read",
    'keys that begin with "ad" of map "users"',
    () => users.watch({ prefix: "ad" }).next(),
  );
  const watch = users.watch({ prefix: "ada.x" });
  assertEquals((await watch.next()).value, {
    type: "snapshot",
    entries: [["ada.x", 9]],
    missed: 0,
  });
  await watch.return();
});

Deno.test("a guest that finds a way to state in a value may do there what it may anyway", async () => {
  await using visit = await visited({ read: ["ways", "open"] });
  const { manager } = visit;
  const ways = manager.map<string, ListRef<number>>("ways");
  await ways.set("open", manager.list("open"));
  await ways.set("shut", manager.list("shut"));
  const guest = await visit.guest();
  const found = guest.map<string, ListRef<number>>("ways");
  assertEquals(await (await found.get("open"))!.slice(), []);
  const shut = (await found.get("shut"))!;
  await refusedFor("read", 'list "shut"', () => shut.slice());
  await refusedFor("write", 'list "shut"', () => shut.push(1));
  assertEquals(await manager.list("shut").size(), 0);
});

Deno.test("another key than that of a guest opens nothing, and one of it nothing of another guest", async () => {
  await using visit = await visited({ read: ["*"], write: ["*"] });
  const { manager, system } = visit;
  const key = new Uint8Array(32).fill(1);
  await assertRejects(
    () => Manager.connect(manager.address!, key, { system }),
    AuthenticationError,
  );
  const guest = await visit.guest();
  assertEquals(await guest.counter("c").add(1), 1);
});

Deno.test("nothing that a client says harms the Manager, or other clients", async () => {
  await using visit = await visited({ read: ["*"], write: ["*"] });
  const { manager } = visit;
  const quiet = await visit.guest();
  await quiet.presence("p").enter("quiet", 1);
  await using _held = await quiet.lock("l").lock();
  await manager.list("l").push(1, { toString: 1 }, 2);
  const { call } = await visit.rude();
  const bad: [unknown, ...unknown[]][] = [
    ["stop"],
    ["onStop"],
    ["constructor"],
    ["__proto__"],
    [7],
    ["get"],
    ["get", 5, "a"],
    ["get", "troupe:presence:p", "quiet"],
    ["entry", "troupe:presence:p", "quiet"],
    ["popItem", "troupe:presence:p"],
    ["clear", "troupe:values"],
    ["entries", "troupe:counters"],
    ["keys", "troupe:other"],
    ["set", "troupe:values", 7, 1],
    ["set", "troupe:queue:q", "a", 1],
    ["setAll", "m", 7],
    ["setAll", "m", [7]],
    ["setAll", "m", [["a", 1], ["b"]]],
    ["update", "m", "a"],
    ["update", "m", "a", { add: 1, push: 2 }],
    ["update", "m", "a", { path: 7, set: 1 }],
    ["store", "troupe:cache:c", "a", 1, 0],
    ["store", "troupe:cache:c", "a", 1, 2, -1],
    ["transact"],
    ["transact", 7],
    ["transact", [7]],
    ["transact", [{ map: "m", key: "a", deed: "drop" }]],
    ["transact", [{ map: "m", key: "a", deed: "set", ttlMs: "x" }]],
    ["transact", [{ map: "m", key: "a", deed: "set", version: "x" }]],
    ["transact", [{ map: "m", key: "a", deed: "reduce" }]],
    ["transact", [{
      map: "troupe:presence:p",
      key: "quiet",
      deed: "update",
      change: {},
    }]],
    ["push", "l", 7],
    ["push", "troupe:queue:q", [7]],
    ["at", "l", "0"],
    ["put", "l", 0.5, 1],
    ["slice", "l", "a"],
    ["splice", "l", NaN, 1, []],
    ["splice", "l", 0, 1, 7],
    ["order", "l", "shuffle"],
    // Its items have no order.
    ["order", "l", "sort"],
    ["length", "troupe:list:l"],
    ["enqueue", "q", [1]],
    ["enqueue", "troupe:queue:q", 1],
    ["dequeue", "troupe:queue:q", 7, 0],
    ["dequeue", "troupe:queue:q", "t", "soon"],
    ["dequeue", "troupe:queue:q", "t".repeat(65), 0],
    ["acquire", "l", "t"],
    ["acquire", 7, "t", 0],
    ["enter", "p"],
    ["publish", 7, 1],
    ["watch", "m", "", 0],
    ["subscribe", "t", NaN],
    // They are read, and not asked for.
    ["watch", "m", "", 1],
    ["subscribe", "t", 1],
  ];
  for (const [method, ...args] of bad) {
    const error = await assertRejects(
      () => call(method, ...args),
      Error,
      "",
      `${method}(${Deno.inspect(args)})`,
    );
    assert(
      error instanceof Refusal || error instanceof RangeError,
      `${method}: ${Deno.inspect(error)}`,
    );
  }
  // The same actor as before: none of it has ended it.
  const [{ incarnation } = { incarnation: 0 }] = visit.system.tree();
  assertEquals(incarnation, 1);
  assertEquals(await manager.map("m").size(), 0);
  assertEquals(await quiet.presence("p").entries(), [["quiet", 1]]);
  assertEquals(await manager.lock("l").tryLock(), undefined);
});

Deno.test("a client can have no code run that the program which serves has not loaded, and no task as a reducer", async () => {
  await using visit = await visited({ read: ["*"], write: ["*"] });
  const { call } = await visit.rude();
  const reduce = (module: string, reducer: string) =>
    call("transact", [{
      map: "m",
      key: "a",
      deed: "reduce",
      reduce: { by: { module, reducer }, args: [], init: 1 },
    }]);
  const code = `data:text/javascript,${
    encodeURIComponent("globalThis.evil = 1; export const x = 1;")
  }`;
  await assertRejects(() => reduce(code, "x"), Refusal, "has loaded none");
  await assertRejects(
    () => reduce(square.module, square.task),
    Refusal,
    "has loaded none",
  );
  assertEquals(Reflect.get(globalThis, "evil"), undefined);
});

Deno.test("a client has only its own door: it can stop that, and give back what it holds itself", async () => {
  await using visit = await visited({ read: ["*"], write: ["*"] });
  const { manager } = visit;
  const quiet = await visit.guest();
  await quiet.presence("p").enter("quiet", 1);
  const ticket = "the same";
  const [one, two] = [await visit.rude(), await visit.rude()];
  assert(await one.call("acquire", "l", ticket, 0));
  assertEquals(await two.call("acquire", "l", ticket, 0), undefined);
  assertEquals(await two.call("release", "l", ticket), false);
  assertEquals(await two.call("abandon", "l", ticket), false);
  assertEquals(await manager.lock("l").tryLock(), undefined);
  // It is told who is there, not the ref of who said so.
  assertEquals(
    await two.call("entries", "troupe:presence:p"),
    [["quiet", [1]]],
  );
  // What it asked once is not done twice, whatever it says.
  const { door } = two;
  const add = ["troupe:counters", "c", { add: 1, init: 0 }];
  assertEquals(await door.ask.call(1, 77, [], "update", add), 1);
  assertEquals(await door.ask.call(1, 77, [], "update", add), 1);
  await assertRejects(
    () => door.ask.call(0, 78, [], "update", add),
    Refusal,
    "earlier connection",
  );
  await one.door.stop().catch(() => {});
  assertEquals(await one.connection.ended, "there");
  await using held = await manager.lock("l").lock();
  assertEquals(held.ownerDied, true);
  assertEquals(await quiet.counter("c").add(1), 2);
});

Deno.test("who takes a session over ends the connection that had it, and another guest cannot", async () => {
  await using visit = await visited({ read: ["*"], write: ["*"] });
  const first = await visit.rude("mine");
  assert(await first.call("acquire", "l", "t", 0));
  const address = visit.manager.address!;
  const { system } = visit;
  await using owner = await connect(address, { key: KEY, system });
  await owner.send({ session: "mine", pending: [] });
  const other = await owner.receive() as { door: ActorRef<Door>; link: number };
  assertEquals(
    await other.door.ask.call(other.link, 1, [], "release", ["l", "t"]),
    false,
  );
  assertEquals(first.connection.closed, false);
  const second = await visit.rude("mine");
  assertEquals(await first.connection.ended, "there");
  assertEquals(
    await second.door.ask.call(2, 1, [], "release", ["l", "t"]),
    true,
  );
});

Deno.test("who says nothing, or what is no hello, is cut with one line", async () => {
  await using visit = await visited({});
  const { manager, refused, system } = visit;
  const guest = await visit.guest();
  for (
    const hello of [7, {}, { session: 7 }, { session: "x", pending: [0.5] }]
  ) {
    const connection = await connect(manager.address!, {
      key: GUEST_KEY,
      system,
    });
    await connection.send(hello);
    assertEquals(await connection.ended, "there");
  }
  assertEquals(refused.length, 4);
  await assertRejects(() => guest.counter("c").get(), NotPermittedError);
});

Deno.test("garbage, a frame too large and who takes his time are cut with a line, and others go on", async () => {
  using said = new SaidLines();
  await using system = new System();
  await using manager = await Manager.start({
    system,
    address: "127.0.0.1:0",
    key: KEY,
    listen: { handshakeMs: 200, maxMessageBytes: 65_536 },
  });
  const address = manager.address!;
  await using remote = await Manager.connect(address, KEY, {
    system,
    maxMessageBytes: 65_536,
  });
  const port = Number(address.split(":")[1]);
  const cut = async (...said: number[]): Promise<void> => {
    using wire = await Deno.connect({ hostname: "127.0.0.1", port });
    if (said.length > 0) await wire.write(new Uint8Array(said));
    const chunk = new Uint8Array(64);
    while (await wire.read(chunk).catch(() => null) !== null);
  };
  await cut(255, 255, 255, 255);
  await cut(0, 0, 0, 0);
  await cut(32, 0, 0, 0, 1, 2, 3);
  await cut();
  assertEquals(said.lines.length, 4);
  await assertRejects(
    () => remote.map("m").set("a", new Uint8Array(100_000)),
    Error,
    "too large",
  );
  // Who knows the key and sends more than it may.
  using rude = await Deno.connect({ hostname: "127.0.0.1", port });
  const frames = new FrameReader(HANDSHAKE_LIMIT);
  await shakeHands(rude, frames, "caller", await secretOf(KEY));
  await rude.write(new Uint8Array([1, 0, 1, 0]));
  const chunk = new Uint8Array(64);
  while (await rude.read(chunk).catch(() => null) !== null);
  assertEquals(said.lines.length, 5);
  assert(said.lines[4]?.includes("current value is 65537"), said.lines[4]);
  assertEquals(await remote.counter("c").add(1), 1);
});
