import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  DataCloneError,
  InvalidOptionError,
  System,
} from "../../mod.ts";
import { deepFreeze } from "../../src/actor/light/deep_freeze.ts";
import {
  CHANGES,
  makeBag,
  Sharer,
  type SharerActor,
} from "../fixtures/sharer.ts";

/** One that shares this thread, and whose end is expected. */
async function spawnSharer(system: System): Promise<ActorRef<SharerActor>> {
  const sharer = await system.spawn(Sharer, [], { placement: "local" });
  void sharer.exited;
  return sharer;
}

for (const [what, change] of Object.entries(CHANGES)) {
  Deno.test(`System({ freeze: true }) finds a sender that changes ${what} after it was sent`, async () => {
    await using system = new System({ spares: 0, freeze: true });
    const sharer = await spawnSharer(system);
    const told = makeBag();
    sharer.tell.keep(told);
    assertThrows(() => change(told), TypeError);
    const asked = makeBag();
    const answer = sharer.ask.keep(asked);
    assertThrows(() => change(asked), TypeError);
    await answer;
    assertEquals(await sharer.ask.size(), 2);
  });

  Deno.test(`System({ freeze: true }) finds a receiver that changes ${what} it was given`, async () => {
    await using system = new System({ spares: 0, freeze: true });
    const sharer = await spawnSharer(system);
    const { cause } = await assertRejects(
      () => sharer.ask.change(makeBag(), what),
      ActorCrashedError,
    );
    assertInstanceOf(cause, TypeError);
  });
}

Deno.test("System({ freeze: true }) finds an actor that goes on changing what it gave away", async () => {
  await using system = new System({ spares: 0, freeze: true });
  const sharer = await spawnSharer(system);
  assertEquals(await sharer.ask.copy(), []);
  await sharer.ask.keep(makeBag());
  const given = await sharer.ask.share();
  assertThrows(() => given.pop(), TypeError);
  const { cause } = await assertRejects(
    () => sharer.ask.keep(makeBag()),
    ActorCrashedError,
  );
  assertInstanceOf(cause, TypeError);
});

Deno.test("System({ freeze: true }) leaves handles and bytes as they are", async () => {
  await using system = new System({ spares: 0, freeze: true });
  const [one, two] = [
    await spawnSharer(system),
    await spawnSharer(system),
  ];
  const parts = { ref: two, bytes: new Uint8Array(1) };
  assertEquals(await one.ask.use(parts), [0, 7]);
  assertEquals(parts.bytes[0], 7);
});

Deno.test("System({ freeze: true }) refuses what could not travel, wherever it is", async () => {
  const fail = () => {
    throw new RangeError("cannot be read");
  };
  const unreadable = Object.defineProperty({}, "bad", {
    enumerable: true,
    get: fail,
  });
  // A cycle is no reason to look for ever.
  const list: unknown[] = Array.from({ length: 100 }, () => ({}));
  list.push(list, new Map([["key", new Set([Symbol("s")])]]));
  const bad = [
    [{ on: [{ click: () => 1 }] }, "args[0].on[0].click"],
    [Promise.resolve(1), "args[0]"],
    [new AbortController().signal, "args[0]"],
    [new Proxy({}, {}), "args[0]"],
    [unreadable, "args[0].bad"],
    [list, 'args[0][101].get("key").at(0)'],
  ] as const;
  await using fast = new System({ spares: 0 });
  const { ask } = await spawnSharer(fast);
  assertEquals(await ask.lengthOf(list), 102);
  await using system = new System({ spares: 0, freeze: true });
  const sharer = await spawnSharer(system);
  for (const [value, path] of bad) {
    const refused = await assertRejects(
      () => sharer.ask.lengthOf(value as unknown[]),
      DataCloneError,
    );
    assertEquals(refused.path, path);
  }
});

Deno.test("System({ freeze: true }) holds on every thread, and copies stay free", async () => {
  await using system = new System({ freeze: true });
  const far = await system.spawn(Sharer, []);
  assertEquals(await far.ask.misbehave(), "TypeError");
  const bag = makeBag();
  await far.ask.change(bag, "an array");
  for (const change of Object.values(CHANGES)) change(bag);
});

Deno.test("System({ freeze: true }) holds between two actors of one host, and not between two hosts", async () => {
  await using system = new System({ spares: 0, hosts: 2, freeze: true });
  const crowd = await Promise.all(
    Array.from(
      { length: 3 },
      () => system.spawn(Sharer, [], { placement: "shared" }),
    ),
  );
  const [one, ...others] = crowd;
  const results = others.map((other) => one!.ask.misbehave(other));
  // Three of them on two hosts: one of the others is on the same, one is not.
  assertEquals((await Promise.all(results)).sort(), ["TypeError", "changed"]);
});

Deno.test("System() freezes nothing", async () => {
  await using system = new System({ spares: 0 });
  const sharer = await spawnSharer(system);
  const bag = makeBag();
  await sharer.ask.keep(bag);
  for (const change of Object.values(CHANGES)) change(bag);
  assertEquals((await sharer.ask.share())[0], bag);
});

Deno.test("System() refuses a 'freeze' that is no boolean", () => {
  const freeze = "yes" as unknown as boolean;
  assertThrows(() => new System({ freeze }), InvalidOptionError, "'freeze'");
});

Deno.test("deepFreeze() takes cycles, depth, and what is frozen already", () => {
  const cycle: { self?: unknown; inner: { n: number } } = { inner: { n: 1 } };
  cycle.self = cycle;
  deepFreeze(Object.freeze(cycle));
  assertThrows(() => cycle.inner.n++, TypeError);
  let deep: unknown[] = [];
  const bottom = deep;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  deepFreeze(deep);
  assertThrows(() => bottom.push(1), TypeError);
  assertEquals(deepFreeze(deepFreeze(makeBag())), makeBag());
});
