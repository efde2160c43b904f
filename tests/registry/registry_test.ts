import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  AlreadyRegisteredError,
  InvalidOptionError,
  Registry,
  supervise,
  System,
  watch,
} from "../../mod.ts";
import { Ledger } from "../fixtures/ledger.ts";
import { Registered } from "../fixtures/registered.ts";

/** A system with a registry, which stops with it. */
async function start(): Promise<
  { system: System; registry: Registry } & AsyncDisposable
> {
  const system = new System({ spares: 2 });
  const registry = await Registry.start({ system });
  return { system, registry, [Symbol.asyncDispose]: () => system.close() };
}

// -- Names --

// M49
Deno.test("Registry.register() gives a name to one actor, and tells others who has it", async () => {
  await using here = await start();
  const { system, registry } = here;
  const first = await system.spawn(Ledger, [1], { name: "first" });
  const second = await system.spawn(Ledger, [2], { name: "second" });
  await registry.register("books", first);
  await registry.register("books", first);
  const error = await assertRejects(
    () => registry.register("books", second),
    AlreadyRegisteredError,
    `current holder is "first"`,
  );
  assertEquals([error.code, error.key], ["TROUPE_ALREADY_REGISTERED", "books"]);
  assertStrictEquals(error.holder, first);
  assertStrictEquals(await registry.whereis("books", Ledger), first);
});

// M49
Deno.test("Registry.register() lets one of many have a name that all want at once", async () => {
  await using here = await start();
  const { system, registry } = here;
  const refs = [];
  for (let i = 0; i < 3; i++) {
    refs.push(await system.spawn(Registered, [registry], { name: `r${i}` }));
  }
  const results = await Promise.allSettled(
    refs.map(({ ask }) => ask.register("leader")),
  );
  const winners = results.filter(({ status }) => status === "fulfilled");
  assertEquals(winners.length, 1);
  const leader = await registry.whereis("leader");
  const at = results.findIndex(({ status }) => status === "fulfilled");
  assertEquals(leader?.name, `r${at}`);
});

Deno.test("Registry.unregister() takes a name back", async () => {
  await using here = await start();
  const { system, registry } = here;
  const ledger = await system.spawn(Ledger, [1]);
  assertEquals(await registry.unregister("books"), false);
  await registry.register("books", ledger);
  assertEquals(await registry.names(), ["books"]);
  assertEquals(await registry.unregister("books"), true);
  assertEquals(await registry.whereis("books"), undefined);
  assertEquals(await registry.names(), []);
});

// S97, M28, M49
for (const end of ["kill", "boom", "close", "exit"] as const) {
  Deno.test(`Registry.whereis() finds nobody at the moment an end by ${end} is known`, async () => {
    await using here = await start();
    const { system, registry } = here;
    const heir = await system.spawn(Ledger, [0], { name: "heir" });
    for (let i = 0; i < 5; i++) {
      const ledger = await system.spawn(Ledger, [0]);
      await registry.register("books", ledger);
      const found = new Promise((resolve) =>
        watch(ledger, () => resolve(registry.whereis("books")))
      );
      if (end === "kill") void ledger.kill();
      else if (end === "exit") ledger.tell.exit(1);
      else ledger.tell[end]();
      assertEquals(await found, undefined);
      await registry.register("books", heir);
      // What is told late of the former holder does not free the name.
      assertStrictEquals(await registry.whereis("books"), heir);
      await registry.unregister("books");
    }
  });
}

// S97
Deno.test("Registry.register() gives the name of an actor that ended to another as soon as an actor hears of it", async () => {
  await using here = await start();
  const { system, registry } = here;
  const witness = await system.spawn(Registered, [registry]);
  const heir = await system.spawn(Ledger, [0], { name: "heir" });
  for (let i = 0; i < 20; i++) {
    const ledger = await system.spawn(Ledger, [0]);
    await registry.register("books", ledger);
    const found = await witness.ask.successor("books", ledger, heir);
    assertEquals(found, "nobody");
    await registry.unregister("books");
  }
});

// S98
Deno.test("Registry.register() holds through a restart", async () => {
  await using here = await start();
  const { system, registry } = here;
  await using tree = await supervise({
    backoff: { minMs: 1, randomFactor: 0 },
    children: [{ id: "ledger", actor: Ledger, args: [5] }],
  }, system);
  const ledger = tree.ref("ledger", Ledger);
  await registry.register("books", ledger);
  await assertRejects(() => ledger.ask.boom(), ActorCrashedError);
  const found = await registry.whereis("books", Ledger);
  assertEquals(await found?.ask.add(1), 6);
});

Deno.test("Registry.register() and join() refuse an actor that has ended", async () => {
  await using here = await start();
  const { system, registry } = here;
  const ledger = await system.spawn(Ledger, [0]);
  await ledger.stop();
  await assertRejects(
    () => registry.register("books", ledger),
    ActorStoppedError,
  );
  await assertRejects(() => registry.join("group", ledger), ActorStoppedError);
});

for (const name of ["", 5, undefined]) {
  Deno.test(`Registry refuses the name ${Deno.inspect(name)}`, async () => {
    await using here = await start();
    const { registry } = here;
    const wrong = name as string;
    await assertRejects(() => registry.whereis(wrong), InvalidOptionError);
    await assertRejects(() => registry.members(wrong), InvalidOptionError);
    await assertRejects(() => registry.publish(wrong, 1), InvalidOptionError);
    assertThrows(() => registry.listing(wrong), InvalidOptionError);
    const ref = {} as ActorRef<unknown>;
    await assertRejects(() => registry.register("a", ref), InvalidOptionError);
  });
}

Deno.test("Registry.subscribe() refuses a capacity out of its bounds", async () => {
  await using here = await start();
  const { registry } = here;
  for (const capacity of [0, 1.5, NaN]) {
    await assertRejects(
      () => registry.subscribe("news", { capacity }),
      InvalidOptionError,
      "capacity",
    );
  }
});

// -- Groups --

// M50
Deno.test("Registry.join() makes a member once, and leave() takes it out", async () => {
  await using here = await start();
  const { system, registry } = here;
  const a = await system.spawn(Ledger, [0]);
  const b = await system.spawn(Ledger, [0]);
  assertEquals([await registry.join("g", a), await registry.join("g", a)], [
    true,
    false,
  ]);
  await registry.join("g", b);
  await registry.join("h", a);
  assertEquals(await registry.members("g", Ledger), [a, b]);
  assertEquals([await registry.leave("g", a), await registry.leave("g", a)], [
    true,
    false,
  ]);
  assertEquals(await registry.members("g"), [b]);
  assertEquals(await registry.members("h"), [a]);
});

// M50
Deno.test("Registry.members() is without an actor whose end is known", async () => {
  await using here = await start();
  const { system, registry } = here;
  const a = await system.spawn(Ledger, [0]);
  const b = await system.spawn(Ledger, [0]);
  for (const group of ["g", "h"]) {
    await registry.join(group, a);
    await registry.join(group, b);
  }
  const left = await new Promise((resolve) => {
    watch(
      a,
      () =>
        resolve(Promise.all([registry.members("g"), registry.members("h")])),
    );
    a.tell.boom();
  });
  assertEquals(left, [[b], [b]]);
});

// M50
Deno.test("Registry.join() refuses an actor that is stopping", async () => {
  await using here = await start();
  const { system, registry } = here;
  const word = new Int32Array(new SharedArrayBuffer(4));
  const ledger = await system.spawn(Ledger, [0]);
  const begun = Atomics.waitAsync(word, 0, 0);
  ledger.tell.hold(word);
  if (begun.async) await begun.value;
  const stopped = ledger.stop();
  // It is told to stop while its handler runs; the word of that is in shared memory.
  for (;;) {
    const refused = await registry.join("g", ledger).then(() => false, (e) => {
      assert(e instanceof ActorStoppedError);
      return true;
    });
    if (refused) break;
    await registry.leave("g", ledger);
  }
  await ledger.kill();
  await stopped;
});

// M51
Deno.test("Registry.listing() gives the list now, and each time that it changed", async () => {
  await using here = await start();
  const { system, registry } = here;
  const a = await system.spawn(Ledger, [0]);
  const b = await system.spawn(Ledger, [0]);
  await registry.join("g", a);
  using lists = registry.listing("g", Ledger);
  const next = async () => (await lists.next()).value;
  assertEquals(await next(), [a]);
  await registry.join("g", b);
  assertEquals(await next(), [a, b]);
  const third = next();
  a.tell.boom();
  assertEquals(await third, [b]);
  await registry.leave("g", b);
  await registry.join("g", b);
  // A slow reader gets the latest.
  assertEquals(await next(), [b]);
});

// -- Topics --

// M49
Deno.test("Registry.publish() reaches all who listen, in order", async () => {
  await using here = await start();
  const { system, registry } = here;
  assertEquals(await registry.publish("news", "nobody hears this"), 0);
  const listener = await system.spawn(Registered, [registry]);
  await listener.ask.listen("news");
  using news = await registry.subscribe<number>("news");
  using _other = await registry.subscribe("sports");
  for (let n = 0; n < 100; n++) {
    assertEquals(await registry.publish("news", n), 2);
  }
  const expected = Array.from({ length: 100 }, (_, n) => n);
  const heard: number[] = [];
  for await (const n of news) if (heard.push(n) === 100) break;
  assertEquals(heard, expected);
  while ((await listener.ask.heard()).length < 100);
  assertEquals(await listener.ask.heard(), expected);
});

Deno.test("Registry.publish() carries refs", async () => {
  await using here = await start();
  const { system, registry } = here;
  const ledger = await system.spawn(Ledger, [0]);
  using news = await registry.subscribe<ActorRef<unknown>>("news");
  await registry.publish("news", ledger);
  assertStrictEquals((await news.next()).value, ledger);
});

Deno.test("RegistryStream.missed counts what a slow reader did not get", async () => {
  await using here = await start();
  const { registry } = here;
  using news = await registry.subscribe<number>("news", { capacity: 2 });
  for (let n = 0; n < 5; n++) await registry.publish("news", n);
  assertEquals([(await news.next()).value, (await news.next()).value], [3, 4]);
  assertEquals(news.missed, 3);
});

Deno.test("RegistryStream ends when it is disposed, also for who waits", async () => {
  await using here = await start();
  const { registry } = here;
  const news = await registry.subscribe("news");
  const next = news.next();
  news[Symbol.dispose]();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(await registry.publish("news", 1), 0);
});

Deno.test("RegistryStream of an actor ends with the actor", async () => {
  await using here = await start();
  const { system, registry } = here;
  const listener = await system.spawn(Registered, [registry]);
  await listener.ask.listen("news");
  assertEquals(await registry.publish("news", 1), 1);
  await listener.kill();
  await listener.exited;
  while (await registry.publish("news", 2) > 0);
});

Deno.test("Registry.stop() ends its streams at once, and its actors go on", async () => {
  await using here = await start();
  const { system, registry } = here;
  const ledger = await system.spawn(Ledger, [0]);
  await registry.register("books", ledger);
  using news = await registry.subscribe("news");
  const next = news.next();
  const began = performance.now();
  await registry.stop();
  assert(performance.now() - began < 4_000, "it was killed");
  assertEquals(await next, { done: true, value: undefined });
  assertEquals(await ledger.ask.add(1), 1);
  await assertRejects(() => registry.whereis("books"), ActorStoppedError);
});
