/** Values and refs over a connection of two ends in one program. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  connect,
  type Connection,
  ConnectionClosedError,
  DataCloneError,
  listen,
  type Listener,
  Manager,
  type MapRef,
  MessageTooLargeError,
  Mutex,
  NotPublishedError,
  pipe,
  select,
  System,
  TroupeError,
  WaitTimeoutError,
  watch,
} from "../../mod.ts";
import type { Border } from "../../src/actor/border.ts";
import { FrameReader } from "../../src/connection/frame.ts";
import { packArgs } from "../../src/connection/freight.ts";
import { Link } from "../../src/connection/link.ts";
import {
  HANDSHAKE_LIMIT,
  secretOf,
  shakeHands,
} from "../../src/connection/shake_hands.ts";
import { portable } from "../../src/memory/portable.ts";
import { connected, KEY } from "../fixtures/connected.ts";
import {
  Caller,
  Counter,
  type CounterActor,
  User,
  type UserActor,
} from "../fixtures/connection_actors.ts";
import { NO_BORDER } from "../fixtures/no_border.ts";

Deno.test("Connection.send() gives each value whole and in order, and refuses what cannot leave the program", async () => {
  await using both = await connected();
  const { here, there } = both;
  const values = [
    null,
    "",
    "text",
    1n,
    new Uint8Array(0),
    new Int32Array([1, -2]),
    new Map([["a", new Date(3)]]),
    { deep: [new Error("no")] },
    undefined,
  ];
  await Promise.all(values.map((value) => here.send(value)));
  for (const value of values) assertEquals(await there.receive(), value);
  const mutex = new Mutex();
  await assertRejects(() => here.send({ mutex }), DataCloneError, "value");
  await assertRejects(() => here.send(here), DataCloneError, "a Connection");
  assertEquals(there.pending, false);
});

Deno.test("Connection.send() waits for room at the other end, and gives up in time", async () => {
  await using both = await connected({ capacity: 2 });
  const { here, there } = both;
  await here.send(1);
  await here.send(2);
  const late = here.send(3, { timeout: 20 });
  await assertRejects(() => late, WaitTimeoutError, "the limit is 20 ms");
  const aborted = here.send(4, { signal: AbortSignal.timeout(10) });
  await assertRejects(() => aborted, DOMException);
  const waiting = here.send(5);
  assertEquals(await there.receive(), 1);
  await waiting;
  assertEquals(there.size, 2);
  assertEquals(await there.receive(), 2);
  assertEquals(await there.receive(), 5);
});

Deno.test("Connection.send() refuses a message over the limit, and the connection lives on", async () => {
  await using both = await connected({ maxMessageBytes: 2_000 }, {
    maxMessageBytes: 2_000,
  });
  const { here, there } = both;
  await assertRejects(
    () => here.send(new Uint8Array(2_000)),
    MessageTooLargeError,
    "the limit is 2000",
  );
  await here.send(new Uint8Array(1_500));
  assertEquals((await there.receive() as Uint8Array).length, 1_500);
});

for (
  const [whose, listening, connecting] of [
    ["who asks", {}, { maxMessageBytes: 1_024 }],
    ["who is asked", { maxMessageBytes: 1_024 }, {}],
  ] as const
) {
  Deno.test(`a message over the limit of ${whose} is refused to that one, and the connection lives on`, async () => {
    await using both = await connected(listening, connecting);
    const { system, listener, here, there } = both;
    const counter = await system.spawn(Counter, []);
    listener.publish("counter", counter);
    const far = await here.actor<CounterActor>("counter");
    const tooLarge = async (act: () => Promise<unknown>): Promise<void> => {
      const error = await assertRejects(act, MessageTooLargeError);
      assertEquals(error.limit, 1_024);
      assert(error.bytes >= 1_100 && error.bytes < 1_300, `${error.bytes}`);
      assert(error.message.includes("67108864"), error.message);
    };
    // Of this end, of an answer, and of what was said before.
    await tooLarge(() => far.ask.echo(new Uint8Array(1_100)));
    await tooLarge(() => far.ask.large(1_100));
    await tooLarge(() => here.send(new Uint8Array(1_100)));
    await tooLarge(() => there.send(new Uint8Array(1_100)));
    const reading = far.stream.larger(1_100);
    assertEquals((await reading.next()).value?.length, 0);
    await tooLarge(() => reading.next());
    // Nobody reads it: its end is not waited for by anybody but this.
    await counter.ask.unread();
    assertEquals(await far.ask.add(1), 1);
    // Of what does not fit as much comes as does: also of why it is gone.
    const gone = far.exited;
    await assertRejects(() => far.ask.failLong(), TroupeError, "none left");
    assertEquals((await gone).kind, "failed");
    assertEquals([here.closed, there.closed], [false, false]);
  });
}

Deno.test("Connection.actor() gives a ref that asks, tells, sends, reads streams and stops", async () => {
  await using both = await connected();
  const { system, listener, here } = both;
  const counter = await system.spawn(Counter, []);
  using published = listener.publish("counter", counter);
  const far = await here.actor<CounterActor>("counter");
  assertStrictEquals(await here.actor("counter"), far);
  assert(far as unknown !== counter);
  far.tell.add(1);
  await far.send.add(10);
  assertEquals(await far.ask.add(100), 111);
  assertEquals(await Array.fromAsync(far.stream.numbers(3)), [0, 1, 2]);
  const [one, other] = await far.ask.echo([far, counter]) as unknown[];
  assertStrictEquals(one, far);
  assertStrictEquals(other, counter);
  assertEquals((await far.stop("enough")).kind, "stopped");
  assertEquals((await counter.exited).kind, "stopped");
  assertEquals((await far.exited).kind, "stopped");
  await assertRejects(() => far.ask.add(1), ActorStoppedError);
  published[Symbol.dispose]();
  const error = await assertRejects(
    () => here.actor("counter"),
    NotPublishedError,
  );
  assertEquals(error.key, "counter");
});

Deno.test("an ask of a far actor rejects with what was thrown, and by its deadline and its signal", async () => {
  await using both = await connected();
  const { system, listener, here } = both;
  const counter = await system.spawn(Counter, []);
  listener.publish("counter", counter);
  const far = await here.actor<CounterActor>("counter");
  const late = await assertRejects(
    () => far.with({ timeout: 20 }).ask.hang(),
    AskTimeoutError,
  );
  assertEquals(late.timeoutMs, 20);
  const signal = AbortSignal.timeout(10);
  await assertRejects(
    () => far.with({ signal, timeout: Infinity }).ask.hang(),
    DOMException,
  );
  await counter.kill();
  const other = await system.spawn(Counter, []);
  listener.publish("other", other);
  const farOther = await here.actor<CounterActor>("other");
  const crash = await assertRejects(
    () => farOther.ask.fail(),
    ActorCrashedError,
  );
  assertInstanceOf(crash.cause, RangeError);
  assertEquals((await farOther.exited).kind, "failed");
});

Deno.test("refs travel both ways, and what they are given leads back", async () => {
  await using both = await connected();
  const { system, listener, here } = both;
  listener.publish("user", await system.spawn(User, []));
  const user = await here.actor<UserActor>("user");
  // It is on a thread of its own, which has not the connection.
  const counter = await system.spawn(Counter, []);
  assertEquals(await user.ask.use(counter), 111);
  assertEquals(await user.ask.read(counter, 3), [0, 1, 2]);
  const other = await system.spawn(Counter, []);
  assertEquals(await user.ask.failed(other), "ActorCrashedError: RangeError");
  await user.ask.keep(counter);
  assertStrictEquals(await user.ask.kept(), counter);
  assertEquals(await user.ask.same(counter), true);
  assertEquals(await user.ask.stopKept(), "stopped");
  assertEquals((await counter.exited).kind, "stopped");
  while ((await user.ask.ends()).length === 0);
  assertEquals(await user.ask.ends(), ["stopped"]);
  assertEquals(await user.ask.askKept(), "ActorStoppedError");
});

Deno.test("a far ref works on a thread that has not the connection, until that ends", async () => {
  await using both = await connected();
  const { system, listener, here } = both;
  const counter = await system.spawn(Counter, []);
  listener.publish("counter", counter);
  const far = await here.actor<CounterActor>("counter");
  const users = await Promise.all([
    system.spawn(User, []),
    system.spawn(User, [], { placement: "shared" }),
    system.spawn(User, [], { placement: "local" }),
  ]);
  let sum = 0;
  for (const user of users) {
    assertEquals(await user.ask.use(far), sum += 111);
    assertEquals(await user.ask.read(far, 2), [0, 1]);
    await user.ask.keep(far);
    assertStrictEquals(await user.ask.kept(), far);
  }
  await here.close();
  for (const user of users) {
    while ((await user.ask.ends()).length === 0);
    assertEquals(await user.ask.ends(), ["lost"]);
    assertEquals(await user.ask.askKept(), "ActorStoppedError");
  }
  assertEquals(await counter.ask.add(0), sum);
});

Deno.test("everything in flight settles when the connection ends, and watchers are told", async () => {
  await using both = await connected();
  const { system, listener, here, there } = both;
  const counter = await system.spawn(Counter, [], { concurrency: 2 });
  listener.publish("counter", counter);
  const far = await here.actor<CounterActor>("counter");
  const begun = await system.spawn(Counter, []);
  const asked = far.with({ timeout: Infinity }).ask.hang(begun);
  asked.catch(() => {});
  const received = here.receive();
  received.catch(() => {});
  const exited = far.exited;
  const down = new Promise<string>((resolve) =>
    watch(far, ({ report }) => resolve(report.kind))
  );
  while (await begun.ask.add(0) === 0);
  await there.close();
  assertEquals(await here.ended, "there");
  assertEquals(await there.ended, "here");
  const error = await assertRejects(() => asked, ConnectionClosedError);
  assertEquals([error.how, error.address], ["there", listener.address]);
  await assertRejects(() => received, ConnectionClosedError);
  const report = await exited;
  assertEquals(report.kind, "lost");
  assertInstanceOf(report.error, ConnectionClosedError);
  assertEquals(await down, "lost");
  await assertRejects(() => far.ask.add(1), ActorStoppedError);
  await assertRejects(() => here.send(1), ConnectionClosedError);
  await assertRejects(() => here.actor("counter"), ConnectionClosedError);
  far.tell.add(1);
  assertEquals(await Array.fromAsync(here), []);
  assertEquals(listener.size, 0);
  await counter.kill();
});

Deno.test("a ref in a value leads back to where it came from", async () => {
  await using both = await connected();
  const { system, here, there } = both;
  const counter = await system.spawn(Counter, []);
  const ref: ActorRef<CounterActor> = counter;
  await here.send({ ref });
  const { ref: far } = await there.receive() as {
    ref: ActorRef<CounterActor>;
  };
  assertEquals(await far.ask.add(3), 3);
  await assertRejects(() => there.actor("none"), NotPublishedError);
});

Deno.test("a far ref works in a process of its own", async () => {
  await using both = await connected();
  const { system, listener, here } = both;
  listener.publish("counter", await system.spawn(Counter, []));
  const far = await here.actor<CounterActor>("counter");
  await using user = await system.spawn(User, [], {
    placement: "process",
    permissions: "none",
    initTimeout: 30_000,
  });
  assertEquals(await user.ask.use(far), 111);
  assertEquals(await user.ask.read(far, 2), [0, 1]);
});

Deno.test("the handles of a Manager work over a connection", async () => {
  await using both = await connected();
  const { system, here, there } = both;
  await using manager = await Manager.start({ system });
  await there.send(manager.map("hits"));
  const hits = await here.receive() as MapRef<string, number>;
  await hits.set("/", 2);
  assertEquals(await hits.update("/", { add: 1 }), 3);
  assertEquals(await manager.map("hits").get("/"), 3);
});

Deno.test("a connection ends with the actor that made it", async () => {
  await using both = await connected();
  const { system, listener } = both;
  listener.publish("counter", await system.spawn(Counter, []));
  let sum = 0;
  for (const placement of ["thread", "shared", "local"] as const) {
    const caller = await system.spawn(Caller, [], { placement });
    await caller.ask.call(listener.address, KEY);
    const there = await listener.accept();
    assertEquals(await there.receive(), "mine");
    assertEquals(await caller.ask.use(), ++sum);
    await caller.stop();
    assertEquals(["there", "lost"].includes(await there.ended), true);
  }
});

Deno.test("a program that does not read is given up before memory is", async () => {
  await using system = new System({ spares: 0 });
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const secret = await secretOf(KEY);
  const taken = (async () => {
    const wire = await silent.accept();
    const frames = new FrameReader(HANDSHAKE_LIMIT);
    await shakeHands(wire, frames, "listener", secret);
    // It gives a ref, and reads nothing.
    const gives: Border = { ...NO_BORDER };
    const ref = {
      [portable]: () => ({ kind: "far", data: [1, 1, 1, -1, "far", 1, 0] }),
    };
    const link = new Link(wire, frames, gives, {}, 2 ** 20);
    link.say("value", 1, packArgs(gives, [ref]));
    return wire;
  })();
  await using here = await connect(`127.0.0.1:${silent.addr.port}`, {
    key: KEY,
    system,
    maxMessageBytes: 1_000_000,
  });
  const wire = await taken;
  const [far] = await here.receive() as ActorRef<CounterActor>[];
  let told = 0;
  while (!here.closed) {
    far!.tell.echo(new Uint8Array(900_000));
    told++;
  }
  assertEquals(await here.ended, "lost");
  assert(told >= 4 && told < 10, String(told));
  wire.close();
});

Deno.test("a far actor cannot be linked with, on no thread: it is watched", async () => {
  await using both = await connected();
  const { system, listener, here } = both;
  listener.publish("counter", await system.spawn(Counter, []));
  const far = await here.actor<CounterActor>("counter");
  for (const placement of ["thread", "local"] as const) {
    const user = await system.spawn(User, [], { placement });
    assertEquals(await user.ask.link(far), "InvalidOptionError");
  }
});

Deno.test("select() takes from a connection and a pipe, and is told of their ends", async () => { // CN27, CN28, CN29
  await using both = await connected();
  const { here, there } = both;
  const [near, other] = pipe<string>();
  const sources = { here, near };
  assertEquals(await select(sources, { timeout: 0 }), undefined);
  const waiting = select(sources);
  await there.send("far");
  assertEquals(await waiting, { key: "here", ended: false, value: "far" });
  await other.send("near");
  assertEquals(await select(sources), {
    key: "near",
    ended: false,
    value: "near",
  });
  await there.close();
  assertEquals((await select(sources)).key, "here");
  assertEquals((await select(sources)).ended, true);
  near.close();
  other.close();
});

Deno.test("connections and listeners in scopes are closed after them, and say so", async () => { // CN13, CN09
  await using system = new System({ spares: 0 });
  const kept: { end?: Connection; listener?: Listener } = {};
  {
    await using listener = await listen("127.0.0.1:0", { key: KEY, system });
    await using here = await connect(listener.address, { key: KEY, system });
    await using there = await listener.accept();
    await here.send(1);
    assertEquals(await there.receive(), 1);
    kept.end = here;
    kept.listener = listener;
  }
  await assertRejects(() => kept.end!.receive(), ConnectionClosedError);
  await assertRejects(() => kept.end!.send(1), ConnectionClosedError);
  await assertRejects(() => kept.listener!.accept(), ConnectionClosedError);
  assertEquals(kept.end.closed, true);
});

Deno.test("what was sent before a close is received after it", async () => { // CN05
  await using both = await connected();
  const { here, there } = both;
  const big = new Uint8Array(16 * 2 ** 20);
  for (let i = 0; i < big.length; i += 997) big[i] = i;
  await here.send("first");
  await here.send(big); // CN04
  await here.close();
  assertEquals(await there.ended, "there");
  assertEquals(await there.receive(), "first");
  assertEquals(await there.receive(), big);
  await assertRejects(() => there.receive(), ConnectionClosedError);
  assertEquals(await there.ready(), false);
});

Deno.test("who knows the key and calls what is no call harms nobody", async () => {
  await using both = await connected({ maxConnections: 4 });
  const { system, listener, here, there } = both;
  listener.publish("counter", await system.spawn(Counter, []));
  const port = Number(listener.address.split(":")[1]);
  const wire = await Deno.connect({ hostname: "127.0.0.1", port });
  const frames = new FrameReader(HANDSHAKE_LIMIT);
  await shakeHands(wire, frames, "caller", await secretOf(KEY));
  const forged: unknown[] = [
    ["ref", [1, 1, "Counter-1", 1]],
    ["light", [0, 1, 0, "x", 1, 1, 1, 1, 0, 1]],
    ["gated", [0, 1, "x", 1, 0, 0, 1, 1]],
    ["far", [1]],
    ["far", ["__proto__"]],
    ["far", [1, 0, 0, 0, {}, 0, 0]],
    ["far", 7],
    ["none", null],
  ].map(([kind, data]) => ({ [portable]: () => ({ kind, data }) }));
  const border = NO_BORDER;
  const link = new Link(wire, frames, border, { takes() {} }, 2 ** 20);
  const running = link.run();
  const names = [
    "value",
    "giveUpValue",
    "actor",
    "ask",
    "tell",
    "send",
    "stop",
    "follow",
    "giveUp",
    "streamOpen",
    "streamNext",
    "streamReturn",
    "release",
    "gone",
    "takes",
  ];
  const things: unknown[] = [
    undefined,
    -1,
    NaN,
    "counter",
    new Uint8Array([250, 1]),
    packArgs(border, [1]),
    {},
    [],
    { timeout: "no" },
    { timeout: 1 },
  ];
  let seed = 3;
  const pick = <T>(list: readonly T[]): T => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return list[Math.floor(seed / 2 ** 32 * list.length)]!;
  };
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 3_000; i++) {
    const args = Array.from({ length: i % 6 }, () => pick(things));
    if (i % 2 === 0) link.say(pick(names), ...args);
    else calls.push(link.call(pick(names), ...args));
  }
  // A value that nobody receives waits for room: all else is answered.
  const settled = Promise.allSettled(calls);
  await link.call("beat");
  assertEquals(here.closed, false);
  // Forged refs are none: the message that has one is none of the protocol.
  const log = stub(console, "error");
  try {
    for (const each of forged) link.say("value", 1, each);
    await running;
  } finally {
    log.restore();
  }
  link.end(new Error("over"));
  await settled;
  wire.close();
  await here.send("still there");
  assertEquals(await there.receive(), "still there");
});

Deno.test("connections end with their system", async () => {
  const both = await connected();
  const { system, here, there } = both;
  await system.close();
  assertEquals(["here", "there"].includes(await here.ended), true);
  await there.ended;
  await both[Symbol.asyncDispose]();
});
