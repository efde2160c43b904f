import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  LinkedExitError,
  supervise,
  System,
} from "../../mod.ts";
import { Partner, type PartnerActor } from "../fixtures/partners.ts";

type Noting = ActorRef<{ notes(): string[] }>;

/** The notes of `ref`, once `mark` is one of them. */
async function noted(ref: Noting, mark: string): Promise<string[]> {
  for (;;) {
    const notes = await ref.ask.notes();
    if (notes.includes(mark)) return notes;
  }
}

/** Runs `test` with two linked partners; the first made the link. */
async function withPair(
  test: (a: ActorRef<PartnerActor>, b: ActorRef<PartnerActor>) => Promise<void>,
  traps: readonly [boolean, boolean] = [false, false],
): Promise<void> {
  await using system = new System({ spares: 2 });
  const a = await system.spawn(Partner, [traps[0]], { name: "a" });
  const b = await system.spawn(Partner, [traps[1]], { name: "b" });
  await a.ask.link(b);
  await test(a, b);
}

// M30, M32
for (const who of ["who linked", "who was linked"] as const) {
  Deno.test(`Context.link() ends the other when the one ${who} fails`, () =>
    withPair(async (a, b) => {
      const [first, second] = who === "who linked" ? [a, b] : [b, a];
      await assertRejects(() => first.ask.fail(), ActorCrashedError);
      const { kind, error } = await second.exited;
      assertEquals(kind, "crashed");
      assertInstanceOf(error, LinkedExitError);
      assertEquals([error.actor, error.report.kind], [first.name, "failed"]);
      assertStringIncludes(error.message, "Partner fell over");
    }));
}

// M30
Deno.test("Context.link() ends nobody when the other ends normally", () =>
  withPair(async (a, b) => {
    await b.stop();
    await a.ask.link(a);
    assertEquals(await a.ask.notes(), []);
  }));

// M30, M33
Deno.test("Context.link() passes an end on through a chain", async () => {
  await using system = new System({ spares: 2 });
  const start = (name: string) => system.spawn(Partner, [], { name });
  const [a, b, c] = [await start("a"), await start("b"), await start("c")];
  await a.ask.link(b);
  await b.ask.link(c);
  await c.kill();
  assertEquals((await b.exited).kind, "crashed");
  const { error } = await a.exited;
  assertInstanceOf(error, LinkedExitError);
  assertEquals(error.actor, "b");
  assertInstanceOf(error.cause, LinkedExitError);
});

// M31
Deno.test("Context.trapExits() tells of the end instead, after the last message", () =>
  withPair(async (a, b) => {
    b.tell.fail(a, 500);
    const notes = await noted(a, "b failed");
    assertEquals(notes.length, 501);
    assertEquals(notes.slice(-2), ["word 499", "b failed"]);
  }, [true, false]));

// M31
Deno.test("Context.trapExits() tells of a normal end and of a kill of the other", () =>
  withPair(async (a, b) => {
    await b.kill();
    assertEquals(await noted(a, "b killed"), ["b killed"]);
  }, [true, true]).then(() =>
    withPair(async (a, b) => {
      await b.stop();
      assertEquals(await noted(a, "b stopped"), ["b stopped"]);
    }, [true, false])
  ));

// M31
Deno.test("Context.trapExits() cannot trap a kill of the actor itself", () =>
  withPair(async (a, b) => {
    await a.kill();
    assertEquals((await a.exited).kind, "killed");
    assertEquals((await b.exited).kind, "crashed");
  }, [true, false]));

// M31
Deno.test("Context.trapExits() holds until it is disposed", () =>
  withPair(async (a, b) => {
    await a.ask.release();
    await b.kill();
    assertEquals((await a.exited).kind, "crashed");
  }, [true, false]));

// M32
Deno.test("Context.link() is one link however often it is made, and one unlink ends it", () =>
  withPair(async (a, b) => {
    await a.ask.link(b);
    await b.ask.link(a);
    await b.ask.unlink(a);
    await b.kill();
    await b.exited;
    assertEquals(await a.ask.notes(), []);
  }));

// M32
Deno.test("Context.link() again after an unlink is a link", () =>
  withPair(async (a, b) => {
    await a.ask.unlink(b);
    await b.ask.link(a);
    await b.kill();
    assertEquals((await a.exited).kind, "crashed");
  }));

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

// M32
Deno.test("Context.link() with an actor that has ended is an end of the kind lost", async () => {
  await using system = new System({ spares: 2 });
  const gone = await system.spawn(Partner, [], { name: "gone" });
  await gone.stop();
  const trapping = await system.spawn(Partner, [true]);
  await trapping.ask.link(gone);
  assertEquals(await noted(trapping, "gone lost"), ["gone lost"]);
  const plain = await system.spawn(Partner, []);
  await plain.ask.link(gone);
  const { error } = await plain.exited;
  assertInstanceOf(error, LinkedExitError);
  assertEquals(error.report.kind, "lost");
});

// M30
Deno.test("Context.link() lets a supervisor restart who ended with another", async () => {
  await using system = new System({ spares: 2 });
  await using tree = await supervise({
    backoff: { minMs: 1, randomFactor: 0 },
    children: [{ id: "kept", actor: Partner }],
  }, system);
  const kept = tree.ref("kept", Partner);
  const other = await system.spawn(Partner, []);
  await kept.ask.link(other);
  // A restart is no end: the other lives on, and so does the link.
  await assertRejects(() => kept.ask.fail(), ActorCrashedError);
  assertEquals(await kept.ask.notes(), []);
  assertEquals(kept.incarnation, 2);
  assertEquals(await other.ask.notes(), []);
  await other.kill();
  while (kept.incarnation < 3) await kept.ask.notes().catch(() => {});
  assertEquals(await kept.ask.notes(), []);
});
