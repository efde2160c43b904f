import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ActorCrashedError,
  type ActorRef,
  LinkedExitError,
  supervise,
  SupervisorGaveUpError,
  System,
} from "../../mod.ts";
import { Partner, type PartnerActor } from "../fixtures/partners.ts";

type One = ActorRef<PartnerActor>;

const SHARED = { placement: "shared" } as const;
/** An ask that may wait for a host to come up again. */
const PATIENT = { timeout: 30_000 };

/** The notes of `ref`, once `mark` is one of them. */
async function noted(ref: One, mark: string): Promise<string[]> {
  for (;;) {
    const notes = await ref.with(PATIENT).ask.notes();
    if (notes.includes(mark)) return notes;
  }
}

/** Runs `test` with two linked partners, each on a thread of its own; the first made the link. */
async function withPair(
  test: (a: One, b: One) => Promise<void>,
): Promise<void> {
  await using system = new System({ spares: 2 });
  const a = await system.spawn(Partner, [], { name: "a" });
  const b = await system.spawn(Partner, [], { name: "b" });
  await a.ask.link(b);
  await test(a, b);
}

/** Waits until `word` is 1. */
async function begun(word: Int32Array): Promise<void> {
  const { async, value } = Atomics.waitAsync(word, 0, 0);
  if (async) await value;
}

// M32
for (const call of ["unlinkDeaf", "trapDeaf"] as const) {
  Deno.test(`Context.link() lets go by ${call}() also when the exit is on its way`, () =>
    withPair(async (a, b) => {
      const word = new Int32Array(new SharedArrayBuffer(4));
      const done = call === "trapDeaf"
        ? a.ask.trapDeaf(word)
        : a.ask.unlinkDeaf(b, word);
      await begun(word);
      await b.kill();
      // The second end is told here after the exit of the first was sent there.
      await b.exited;
      Atomics.store(word, 0, 2);
      Atomics.notify(word, 0);
      await done;
      if (call === "trapDeaf") await noted(a, "b killed");
      // It lives on, and has turned its event loop by then.
      for (let i = 0; i < 20; i++) await a.ask.notes();
      assertEquals((await a.ask.notes()).length, call === "trapDeaf" ? 1 : 0);
    }));
}

// M30
Deno.test("Context.link() ends who is linked with an actor whose host ends", async () => {
  await using system = new System({ hosts: 1 });
  const lost = await system.spawn(Partner, [], { ...SHARED, name: "lost" });
  const neighbour = await system.spawn(Partner, [], SHARED);
  const there = await system.spawn(Partner, []);
  const here = await system.spawn(Partner, [], { placement: "local" });
  for (const one of [there, here, neighbour]) await one.ask.link(lost);
  const ends = [there.exited, here.exited];
  await assertRejects(() => lost.ask.die(), ActorCrashedError);
  for (const { error } of await Promise.all(ends)) {
    assertInstanceOf(error, LinkedExitError);
    assertEquals([error.actor, error.report.kind], ["lost", "crashed"]);
  }
  await neighbour.exited;
});

// M30, S98
Deno.test("Context.link() outlives a host whose actors are started again", async () => {
  await using system = new System({ hosts: 1, deadLetterLines: 0 });
  const child = (id: string) => ({
    id,
    actor: Partner,
    args: [true] as [boolean],
    options: SHARED,
  });
  const rules = {
    backoff: false,
    maxRestarts: 2,
    withinMs: 3_600_000,
  } as const;
  await using one = await supervise(
    { ...rules, maxRestarts: 9, children: [child("a")] },
    system,
  );
  const two = await supervise({ ...rules, children: [child("b")] }, system);
  const gaveUp = two.exited;
  const there = await system.spawn(Partner, [true], { name: "there" });
  const a = one.ref("a", Partner);
  const b = two.ref("b", Partner);
  await a.ask.link(b);
  await there.ask.link(a);
  await assertRejects(() => b.ask.die(), ActorCrashedError);
  for (const ref of [a, b]) {
    assertEquals(await ref.with(PATIENT).ask.notes(), []);
    assertEquals(ref.incarnation, 2);
  }
  assertEquals(await there.ask.notes(), []);
  // Its end for good is told to the next incarnation of the other.
  await assertRejects(() => b.ask.fail(), ActorCrashedError);
  assertEquals(await b.with(PATIENT).ask.notes(), []);
  assertEquals(b.incarnation, 3);
  await assertRejects(() => b.ask.fail(), ActorCrashedError);
  assertInstanceOf((await gaveUp).error, SupervisorGaveUpError);
  assertEquals(await noted(a, "b failed"), ["b failed"]);
  await there.kill();
  assertEquals((await noted(a, "there killed")).at(-1), "there killed");
});

// M30
Deno.test("Context.link() ends who is linked with an actor whose thread ends", async () => {
  await using system = new System({ spares: 2 });
  const parent = await system.spawn(Partner, []);
  const other = await system.spawn(Partner, []);
  const child = await parent.ask.have(other);
  await parent.kill();
  const { error } = await other.exited;
  assertInstanceOf(error, LinkedExitError);
  assertEquals([error.actor, error.report.kind], ["child", "killed"]);
  await child.exited;
});

// M30
Deno.test("Context.link() ends an actor on the thread of another, which lives on", async () => {
  await using system = new System({ spares: 2 });
  const parent = await system.spawn(Partner, []);
  const other = await system.spawn(Partner, [], SHARED);
  const child = await parent.ask.have(other);
  await other.kill();
  assertInstanceOf((await child.exited).error, LinkedExitError);
  assertEquals(await parent.ask.notes(), []);
});

// M30
Deno.test("Context.link() kills an actor of this thread that has not ended after 5,000 ms", async () => {
  await using system = new System();
  const options = { placement: "local" } as const;
  const one = await system.spawn(Partner, [], options);
  const other = await system.spawn(Partner, [], options);
  const word = new Int32Array(new SharedArrayBuffer(4));
  await one.ask.link(other);
  await one.ask.cling(word);
  const end = one.exited;
  using time = new FakeTime();
  await other.kill();
  await begun(word);
  time.tick(4_999);
  assertEquals(
    await Promise.race([end, Promise.resolve("not yet")]),
    "not yet",
  );
  time.tick(1);
  assertEquals((await end).kind, "killed");
});
