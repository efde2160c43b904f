import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  InvalidOptionError,
  type StopOptions,
} from "../../mod.ts";
import {
  Bystander,
  bystanderWords,
  raise,
  set,
  WORD,
} from "../fixtures/bystander.ts";
import { conformance } from "./placements.ts";

conformance(
  "ActorRef.stop() with drain handles what was accepted, refuses what comes later, then stops",
  async (t) => { // S77
    const words = bystanderWords();
    const ref = await t.spawn(Bystander, [words]);
    ref.tell.hold();
    await set(words, WORD.HOLDS);
    ref.tell.count();
    const counted = ref.ask.count();
    const stopped = ref.stop("enough", { drain: true });
    await set(words, WORD.ASKED);
    const late = await assertRejects(() => ref.ask.count(), ActorStoppedError);
    assertEquals(late.safeToRetry, true);
    ref.tell.count();
    raise(words, WORD.GATE);
    assertEquals(await counted, 3);
    assertEquals((await stopped).kind, "stopped");
    assertEquals([words[WORD.HANDLED], words[WORD.CLEANED]], [3, 4]);
    assertEquals(t.system.deadLetters.count, 1);
  },
);

conformance("ActorRef.kill() cuts a stop with drain short", async (t) => { // S77
  const words = bystanderWords();
  const ref = await t.spawn(Bystander, [words]);
  ref.tell.hold();
  await set(words, WORD.HOLDS);
  const stopped = ref.stop("enough", { drain: true, timeout: Infinity });
  await set(words, WORD.ASKED);
  const [first, second] = [ref.stop(), ref.kill()];
  assertEquals((await stopped).kind, "killed");
  assertEquals([(await first).kind, (await second).kind], ["killed", "killed"]);
});

conformance(
  "ActorRef.stop() overtakes what waits, and waits for the handler that runs",
  async (t) => { // S71, S78
    const words = bystanderWords();
    const ref = await t.spawn(Bystander, [words]);
    ref.tell.hold();
    await set(words, WORD.HOLDS);
    const overtaken = assertRejects(() => ref.ask.count(), ActorStoppedError);
    const stopped = ref.stop();
    await set(words, WORD.ASKED);
    assertEquals(words[WORD.CLEANED], 0);
    raise(words, WORD.GATE);
    assertEquals((await stopped).kind, "stopped");
    await overtaken;
    assertEquals([words[WORD.HANDLED], words[WORD.CLEANED]], [1, 2]);
  },
);

conformance(
  "ActorRef.kill() breaks into the handler that runs, and nothing is cleaned up",
  async (t) => { // S24, S78
    const words = bystanderWords();
    const ref = await t.spawn(Bystander, [words]);
    const { exited } = ref;
    const broken = assertRejects(() => ref.ask.hold(), ActorCrashedError);
    await set(words, WORD.HOLDS);
    assertEquals((await ref.kill()).kind, "killed");
    await broken;
    assertEquals((await exited).kind, "killed");
    assertEquals([words[WORD.HANDLED], words[WORD.CLEANED]], [0, 0]);
  },
);

conformance(
  "onStop() runs after a failure that the actor's thread lives through",
  async (t) => { // S71
    const words = bystanderWords();
    const ref = await t.spawn(Bystander, [words]);
    await ref.ask.count();
    await assertRejects(() => ref.ask.fail(), ActorCrashedError);
    assertEquals((await ref.exited).kind, "failed");
    assertEquals(words[WORD.CLEANED], 2);
  },
);

conformance(
  "ActorRef.stop() refuses impossible options before anything is stopped",
  async (t) => {
    const ref = await t.spawn(Bystander, [bystanderWords()]);
    for (
      const options of [
        null,
        { drain: "yes" },
        { timeout: -1 },
        { timeout: NaN },
        { timeout: "5" },
      ] as unknown as StopOptions[]
    ) {
      assertThrows(() => ref.stop("no", options), InvalidOptionError);
    }
    assertThrows(
      () => ref.stop({ timeout: 100, drain: true }),
      InvalidOptionError,
      "come behind its reason: call stop(undefined, options)",
    );
    assertEquals(await ref.ask.count(), 1);
  },
);
