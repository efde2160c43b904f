import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  type Down,
  InvalidOptionError,
  monitor,
  supervise,
  watch,
} from "../../mod.ts";
import { Ledger } from "../fixtures/ledger.ts";
import { type Ending, noted, Talker, Witness } from "../fixtures/witnesses.ts";
import { conformance, OWN_THREAD, PLACEMENTS } from "./placements.ts";

/** The first end that `watch()` tells of. */
function downOf<C>(ref: ActorRef<C>): Promise<Down<C>> {
  return new Promise((resolve) => watch(ref, resolve));
}

// M24
conformance(
  "watch() tells of an end once, with the ref and the report",
  async (t) => {
    const ledger = await t.spawn(Ledger, [0]);
    const down = downOf(ledger);
    await assertRejects(() => ledger.ask.boom(), ActorCrashedError);
    const { ref, report } = await down;
    assertStrictEquals(ref, ledger);
    assertEquals([report.kind, report.error?.message], [
      "failed",
      "Ledger fell over",
    ]);
  },
);

// M24
conformance(
  "watch() of an actor that has ended tells so at once",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    const ledger = await t.spawn(Ledger, [0]);
    await ledger.kill();
    await ledger.exited;
    // Known on this thread, and unknown on another.
    assertEquals((await downOf(ledger)).report.kind, "killed");
    await witness.ask.watch(ledger);
    const kind = OWN_THREAD.includes(t.placement) ? "lost" : "killed";
    assertEquals(await noted(witness, "down"), [`down ${kind} 1`]);
  },
);

// M25
conformance(
  "watch() of the same actor again is one watch, and the last handler counts",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    const ledger = await t.spawn(Ledger, [0]);
    await witness.ask.watch(ledger, "first");
    await witness.ask.watch(ledger, "last");
    await witness.ask.monitor(ledger, "monitor");
    await ledger.stop();
    await noted(witness, "last");
    assertEquals((await noted(witness, "monitor")).sort(), [
      "last stopped 0",
      "monitor stopped 0",
    ]);
  },
);

// M25
conformance(
  "watch() of one actor by others, on the same thread or not, is a watch of each",
  async (t) => {
    const one = await t.spawn(Witness, []);
    const two = await t.spawn(Witness, []);
    const ledger = await t.spawn(Ledger, [0]);
    const here = downOf(ledger);
    await one.ask.heed(ledger, "one");
    await two.ask.heed(ledger, "two");
    await ledger.stop();
    assertEquals((await here).report.kind, "stopped");
    assertEquals(await noted(one, "one"), ["one stopped 0"]);
    assertEquals(await noted(two, "two"), ["two stopped 0"]);
  },
);

// M25
conformance(
  "watch() tells of the end when a former watch of the same actor was disposed",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    const ledger = await t.spawn(Ledger, [0]);
    await witness.ask.watch(ledger, "first");
    await witness.ask.watch(ledger, "second");
    await witness.ask.unwatch(1);
    await witness.ask.watch(ledger, "third");
    await ledger.stop();
    assertEquals(await noted(witness, "third"), ["third stopped 0"]);
  },
);

// M25
conformance(
  "Context.watch() refuses a handler that is no function",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    const ledger = await t.spawn(Ledger, [0]);
    const error = await assertRejects(
      () => witness.ask.misuse(ledger),
      ActorCrashedError,
    );
    assert(error.cause instanceof InvalidOptionError);
    assertEquals(error.cause.option, "handler");
  },
);

// M25
conformance("monitor() tells each monitor by itself", async (t) => {
  const witness = await t.spawn(Witness, []);
  const ledger = await t.spawn(Ledger, [0]);
  for (const mark of ["a", "b", "c"]) await witness.ask.monitor(ledger, mark);
  await witness.ask.unwatch(1);
  await ledger.stop();
  assertEquals(await noted(witness, "c"), ["a stopped 0", "c stopped 0"]);
});

// M26
conformance(
  "Disposing a monitor takes its notice back, also when it is queued",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    const ledger = await t.spawn(Ledger, [0]);
    await witness.ask.monitor(ledger, "a");
    await witness.ask.monitor(ledger, "b");
    // The handler runs when the end is known there, so that both notices wait for it.
    const unwatched = witness.ask.unwatch(0, ledger);
    await ledger.stop();
    await unwatched;
    assertEquals(await noted(witness, "b"), ["b stopped 0"]);
  },
);

// M26
conformance(
  "Disposing a watch on the thread of the system ends it",
  async (t) => {
    const ledger = await t.spawn(Ledger, [0]);
    const told: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    {
      using _watch = watch(ledger, () => told.push("watch"));
      monitor(ledger, () => {
        told.push("monitor");
        resolve();
      });
    }
    await ledger.stop();
    await promise;
    assertEquals(told, ["monitor"]);
  },
);

// M27
for (const ending of ["throw", "close", "exit", "hang on"] as const) {
  conformance(
    `watch() tells of an end after all messages of an actor that ends by ${ending}`,
    async (t) => {
      const witness = await t.spawn(Witness, []);
      const heard = Array.from({ length: 300 }, (_, n) => `talker ${n}`);
      for (const bytes of [0, 500]) {
        const talker = await t.spawn(Talker, [bytes], { name: "talker " });
        await witness.ask.watch(talker, `down of ${bytes}`);
        const { length } = await witness.ask.notes();
        talker.tell.talk(witness, 300, ending as Ending);
        if (ending === "hang on") {
          await talker.ask.silent();
          await talker.kill();
        }
        const notes = await noted(witness, `down of ${bytes}`);
        const words = notes.slice(length, -1);
        assert(notes.at(-1)?.startsWith("down"), String(notes.at(-1)));
        assertEquals(words, heard);
      }
    },
    ending === "close" || ending === "exit" ? OWN_THREAD : PLACEMENTS,
  );
}

// M27
conformance(
  "watch() tells of each end after the messages of that actor, when many talk and end at once",
  async (t) => {
    const talkers = 6;
    const count = 900;
    const witness = await t.spawn(Witness, []);
    for (let round = 0; round < 5; round++) {
      const refs = [];
      for (let i = 0; i < talkers; i++) {
        const name = `t${round}${i} `;
        const ref = await t.spawn(Talker, [i % 2 * 200], { name });
        await witness.ask.watch(ref, `down of ${name}`);
        refs.push(ref);
      }
      for (const ref of refs) ref.tell.talk(witness, count, "throw");
      for (const { name } of refs) {
        const mark = `down of ${name}`;
        const notes = await noted(witness, mark);
        const heard = notes.filter((note) => note.startsWith(name));
        assertEquals(heard.length, count);
        assertEquals(heard.at(-1), `${name}${count - 1}`);
        const last = notes.lastIndexOf(`${name}${count - 1}`);
        const down = notes.findIndex((note) => note.startsWith(mark));
        assert(last < down, `${mark} came before the last message`);
        assertEquals(notes.filter((note) => note.startsWith(mark)).length, 1);
      }
    }
  },
);

// M29
conformance(
  "watch() carries an error of any length, its text cut at 16,384 characters",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    const talker = await t.spawn(Talker, []);
    await witness.ask.watch(talker);
    const down = downOf(talker);
    talker.tell.fail(20_000_000);
    const { report } = await down;
    assertEquals((report.error as { code?: string }).code, "E_LONG");
    assertEquals(report.error?.message.slice(0, 16_384), "x".repeat(16_384));
    const notes = await noted(witness, "down");
    assertEquals(notes, [`down failed 1 ${report.error?.message.length}`]);
  },
);

// S98
conformance(
  "watch() does not tell of a restart, and once of the final end",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    {
      await using tree = await supervise({
        backoff: { minMs: 1, randomFactor: 0 },
        children: [t.child({ id: "ledger", actor: Ledger, args: [0] })],
      }, t.system);
      const ledger = tree.ref("ledger", Ledger);
      await witness.ask.watch(ledger);
      for (let i = 0; i < 2; i++) {
        await assertRejects(() => ledger.ask.boom(), ActorCrashedError);
        assertEquals(await ledger.ask.add(1), 1);
      }
      assertEquals(await witness.ask.notes(), []);
    }
    const notes = await noted(witness, "down");
    assertEquals(notes, ["down stopped 0"]);
  },
);

// S98
conformance(
  "watch() tells of a restart by onRestart, after the last message of the incarnation before",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    {
      await using tree = await supervise({
        backoff: { minMs: 1, randomFactor: 0 },
        children: [t.child({ id: "talker ", actor: Talker, args: [] })],
      }, t.system);
      const talker = tree.ref("talker ", Talker);
      await witness.ask.watchLives(talker);
      talker.tell.talk(witness, 500, "throw");
      await noted(witness, "up");
      await talker.ask.silent();
      talker.tell.talk(witness, 1, "throw");
      await noted(witness, "up 3");
    }
    const notes = await noted(witness, "down");
    assertEquals(notes.slice(499), [
      "talker 499",
      "up 2 2",
      "talker 0",
      "up 3 3",
      "down stopped 0",
    ]);
  },
);

conformance(
  "watch() handles an end as one message: others wait for its handler",
  async (t) => {
    const witness = await t.spawn(Witness, []);
    const ledger = await t.spawn(Ledger, [0]);
    await witness.ask.mourn(ledger, 50);
    await ledger.stop();
    await noted(witness, "begin");
    for (let n = 0; n < 5; n++) await witness.ask.hear(n);
    const notes = await noted(witness, "4");
    assertEquals(notes, ["begin", "end", "0", "1", "2", "3", "4"]);
  },
);

conformance("watch() fails an actor whose handler throws", async (t) => {
  const witness = await t.spawn(Witness, []);
  const ledger = await t.spawn(Ledger, [0]);
  await witness.ask.dread(ledger);
  await ledger.stop();
  const { kind, error } = await witness.exited;
  assertEquals([kind, error?.message], ["failed", "Cannot go on without it"]);
});

// S98
conformance(
  "watch() on another thread tells of each restart, and once of the final end",
  async (t) => {
    const witness = await t.system.spawn(Witness, []);
    {
      await using tree = await supervise({
        backoff: false,
        children: [t.child({ id: "ledger", actor: Ledger, args: [0] })],
      }, t.system);
      const ledger = tree.ref("ledger", Ledger);
      await witness.ask.watchLives(ledger);
      for (let n = 2; n < 4; n++) {
        await assertRejects(() => ledger.ask.boom(), ActorCrashedError);
        await noted(witness, `up ${n}`);
      }
    }
    const notes = await noted(witness, "down");
    assertEquals(notes, ["up 2 2", "up 3 3", "down stopped 0"]);
  },
);

// M27
conformance(
  "watch() on another thread tells of an end after all messages of the actor",
  async (t) => {
    const witness = await t.system.spawn(Witness, []);
    const other = await t.system.spawn(Ledger, [0]);
    await witness.ask.watch(other);
    const talker = await t.spawn(Talker, [], { name: "talker " });
    await witness.ask.watch(talker);
    // It is in that handler when it hears of the end, and everything waits.
    const waiting = witness.ask.unwatch(0, talker);
    talker.tell.talk(witness, 300, "throw");
    await waiting;
    const notes = await noted(witness, "down");
    const heard = Array.from({ length: 300 }, (_, n) => `talker ${n}`);
    assertEquals(notes.slice(0, -1), heard);
  },
);
