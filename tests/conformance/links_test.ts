import { changeOf, sharedWords } from "../fixtures/words.ts";
import {
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  InvalidOptionError,
  LinkedExitError,
  supervise,
} from "../../mod.ts";
import { Partner, type PartnerActor } from "../fixtures/partners.ts";
import { type Case, conformance, PLACEMENTS } from "./placements.ts";

/** One of two that are linked. */
type One = ActorRef<PartnerActor>;

/** The notes of `ref`, once `mark` is one of them. */
async function noted(ref: One, mark: string): Promise<string[]> {
  for (;;) {
    const notes = await ref.ask.notes();
    if (notes.includes(mark)) return notes;
  }
}

/** How `ref` ended because of a link. */
async function linkedExitOf(ref: One): Promise<LinkedExitError> {
  const { kind, error } = await ref.exited;
  assertEquals(kind, "crashed");
  assertInstanceOf(error, LinkedExitError);
  return error;
}

/** Declares a case of one in the placement under test and another, in each placement that there is; the first made the link. */
function linked(
  name: string,
  body: (one: One, other: One, t: Case) => Promise<void>,
  traps: readonly [boolean, boolean] = [false, false],
): void {
  conformance(name, async (t) => {
    for (const placement of PLACEMENTS) {
      const one = await t.spawn(Partner, [traps[0]], { name: "one" });
      const options = { name: "other", placement };
      const other = await t.system.spawn(Partner, [traps[1]], options);
      await one.ask.link(other);
      await body(one, other, t);
      await Promise.all([one.stop(), other.stop()]);
    }
  });
}

// M30, M32
for (const who of ["who linked", "who was linked"] as const) {
  linked(
    `Context.link() ends the other when the one ${who} fails`,
    async (one, other) => {
      const [first, second] = who === "who linked"
        ? [one, other]
        : [other, one];
      await assertRejects(() => first.ask.fail(), ActorCrashedError);
      const error = await linkedExitOf(second);
      assertEquals([error.actor, error.report.kind], [first.name, "failed"]);
      assertStringIncludes(error.message, "Partner fell over");
    },
  );
}

// M30
linked(
  "Context.link() ends nobody when the other ends normally",
  async (one, other) => {
    await other.stop();
    await other.exited;
    await one.ask.link(one);
    assertEquals(await one.ask.notes(), []);
  },
);

// M30, M33
linked(
  "Context.link() passes an end on through a chain",
  async (one, other, t) => {
    const third = await t.spawn(Partner, [], { name: "third" });
    await other.ask.link(third);
    await third.kill();
    assertEquals((await linkedExitOf(other)).actor, "third");
    const error = await linkedExitOf(one);
    assertEquals(error.actor, "other");
    assertInstanceOf(error.cause, LinkedExitError);
  },
);

// M30
linked(
  "Context.link() lets both be killed at once, of whom one may end by the link before",
  async (one, other) => {
    await Promise.all([one.kill(), other.kill()]);
    const ends = await Promise.all([one.exited, other.exited]);
    const killed = ends.filter(({ kind }) => kind === "killed");
    assertGreater(killed.length, 0);
    for (const { kind, error } of ends) {
      if (kind === "killed") continue;
      assertInstanceOf(error, LinkedExitError);
      assertEquals(error.report.kind, "killed");
    }
  },
);

// M31
linked(
  "Context.trapExits() tells of the end instead, after the last message",
  async (one, other) => {
    other.tell.fail(one, 500);
    const notes = await noted(one, "other failed");
    assertEquals(notes.length, 501);
    assertEquals(notes.slice(-2), ["word 499", "other failed"]);
  },
  [true, false],
);

// M31
for (const how of ["stop", "kill"] as const) {
  linked(
    `Context.trapExits() tells of a ${how} of the other`,
    async (one, other) => {
      await other[how]();
      const mark = how === "stop" ? "other stopped" : "other killed";
      assertEquals(await noted(one, mark), [mark]);
    },
    [true, true],
  );
}

// M31
linked(
  "Context.trapExits() cannot trap a kill of the actor itself",
  async (one, other) => {
    await one.kill();
    assertEquals((await one.exited).kind, "killed");
    await linkedExitOf(other);
  },
  [true, false],
);

// M31
linked(
  "Context.trapExits() holds until it is disposed",
  async (one, other) => {
    await one.ask.release();
    await other.kill();
    await linkedExitOf(one);
  },
  [true, false],
);

// M31
conformance(
  "Context.trapExits() refuses a handler that is no function",
  async (t) => {
    const one = await t.spawn(Partner, []);
    const { cause } = await assertRejects(
      () => one.ask.misuse(),
      ActorCrashedError,
    );
    assertInstanceOf(cause, InvalidOptionError);
    assertEquals(cause.option, "handler");
  },
);

// M32
conformance("Context.link() refuses what is no ref", async (t) => {
  const one = await t.spawn(Partner, []);
  const { cause } = await assertRejects(
    () => one.ask.link("somebody" as unknown as One),
    ActorCrashedError,
  );
  assertInstanceOf(cause, InvalidOptionError);
  assertEquals(cause.option, "ref");
});

// M32
linked(
  "Context.link() is one link however often it is made, and one unlink ends it",
  async (one, other) => {
    await one.ask.link(other);
    await other.ask.link(one);
    await other.ask.unlink(one);
    await other.kill();
    await other.exited;
    assertEquals(await one.ask.notes(), []);
  },
);

// M32
linked(
  "Context.link() again after an unlink is a link",
  async (one, other) => {
    await one.ask.unlink(other);
    await other.ask.link(one);
    await other.kill();
    await linkedExitOf(one);
  },
);

// M32
linked(
  "Context.unlink() of one side is an unlink of both",
  async (one, other) => {
    await one.ask.unlink(other);
    await one.kill();
    await one.exited;
    assertEquals(await other.ask.notes(), []);
  },
);

// M32
for (const traps of [true, false]) {
  conformance(
    `Context.link() with an actor that has ended is an end of the kind lost, ${
      traps ? "which is trapped" : "which ends who links"
    }`,
    async (t) => {
      for (const placement of PLACEMENTS) {
        const options = { name: "gone", placement };
        const gone = await t.system.spawn(Partner, [], options);
        await gone.stop();
        await gone.exited;
        const one = await t.spawn(Partner, [traps]);
        await one.ask.link(gone);
        if (traps) assertEquals(await noted(one, "gone lost"), ["gone lost"]);
        else assertEquals((await linkedExitOf(one)).report.kind, "lost");
      }
    },
  );
}

// M30, S98
conformance(
  "Context.link() lets a supervisor restart who ended with another",
  async (t) => {
    for (const placement of PLACEMENTS) {
      await using tree = await supervise({
        backoff: { minMs: 1, randomFactor: 0 },
        children: [t.child({ id: "kept", actor: Partner })],
      }, t.system);
      const kept = tree.ref("kept", Partner);
      const other = await t.system.spawn(Partner, [], { placement });
      await kept.ask.link(other);
      // A restart is no end: the other lives on, and so does the link.
      await assertRejects(() => kept.ask.fail(), ActorCrashedError);
      assertEquals(await kept.ask.notes(), []);
      assertEquals(kept.incarnation, 2);
      assertEquals(await other.ask.notes(), []);
      await other.kill();
      while (kept.incarnation < 3) await kept.ask.notes().catch(() => {});
      // The other is gone, and no link with it is left.
      assertEquals(await kept.ask.notes(), []);
      assertEquals(kept.incarnation, 3);
    }
  },
);

// M30
conformance(
  "Context.link() ends the start of an actor that links with one that fails",
  async (t) => {
    for (const placement of PLACEMENTS) {
      const options = { name: "other", placement };
      const other = await t.system.spawn(Partner, [], options);
      const word = sharedWords(1);
      const starting = t.spawn(Partner, [false, other, word]);
      const refused = assertRejects(() => starting, LinkedExitError, "other");
      await changeOf(word, 0, 0);
      await other.kill();
      await refused;
    }
  },
);
