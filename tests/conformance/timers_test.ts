import { changeOf, sharedWords } from "../fixtures/words.ts";
import { assertEquals } from "@std/assert";
import { type ActorRef, supervise } from "../../mod.ts";
import { Clockwork } from "../fixtures/clockwork.ts";
import { conformance } from "./placements.ts";

type Clock = ActorRef<{ seen(): readonly string[] }>;

/** Asks until something has gone off so often. */
async function until(clock: Clock, count: number): Promise<readonly string[]> {
  for (;;) {
    const seen = await clock.ask.seen();
    if (seen.length >= count) return seen;
  }
}

// M41 M42
conformance(
  "Context.after() goes off between two messages, and never when it was cancelled",
  async (t) => {
    const clock = await t.spawn(Clockwork, []);
    await clock.ask.setAndStay(1, true);
    await clock.ask.setAndStay(1, false);
    assertEquals(await until(clock, 1), ["after"]);
    await clock.ask.replace();
    assertEquals(await until(clock, 2), ["after", "second"]);
    await clock.ask.askByTimer();
    assertEquals((await until(clock, 3))[2], "AskCycleError");
  },
);

// M43 S99
conformance("Context.every() ends with its incarnation", async (t) => {
  await using tree = await supervise({
    backoff: false,
    children: [t.child({ id: "clock", actor: Clockwork, args: [] })],
  }, t.system);
  const clock = tree.ref("clock", Clockwork);
  await clock.ask.tick();
  await until(clock, 3);
  await clock.ask.fall();
  // The next incarnation has set no timer.
  for (;;) {
    const seen = await clock.ask.seen().catch(() => ["tick"]);
    if (seen.length === 0) break;
  }
  await clock.ask.setAndStay(10, false);
  assertEquals(await until(clock, 1), ["after"]);
  await clock.ask.tick();
  await until(clock, 2);
  assertEquals(await clock.ask.untick(), true);
  // It goes off all the time, and yet the tree can be closed.
  await clock.ask.tick();
});

// M44
conformance(
  "Context.idle() waits until no message comes any more",
  async (t) => {
    const clock = await t.spawn(Clockwork, []);
    const word = sharedWords(1);
    await clock.ask.rest(500, word);
    for (let i = 0; i < 50; i++) assertEquals(await clock.ask.seen(), []);
    await changeOf(word, 0, 0);
    assertEquals(await clock.ask.seen(), ["idle"]);
  },
);
