import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  InvalidOptionError,
  type StopOptions,
  System,
} from "../../mod.ts";
import {
  Bystander,
  bystanderWords,
  raise,
  set,
  WORD,
} from "../fixtures/bystander.ts";

Deno.test("ActorRef.stop() with drain handles what was accepted, refuses what comes later, then stops", async () => { // S77
  await using system = new System();
  const words = bystanderWords();
  const ref = await system.spawn(Bystander, [words]);
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
  assertEquals(system.deadLetters.count, 1);
});

Deno.test("ActorRef.kill() cuts a stop with drain short", async () => { // S77
  await using system = new System();
  const words = bystanderWords();
  const ref = await system.spawn(Bystander, [words]);
  ref.tell.hold();
  await set(words, WORD.HOLDS);
  const stopped = ref.stop("enough", { drain: true, timeout: Infinity });
  await set(words, WORD.ASKED);
  const [first, second] = [ref.stop(), ref.kill()];
  assertEquals((await stopped).kind, "killed");
  assertEquals([(await first).kind, (await second).kind], ["killed", "killed"]);
});

Deno.test("ActorRef.stop() overtakes what waits, and waits for the handler that runs", async () => { // S71, S78
  await using system = new System();
  const words = bystanderWords();
  const ref = await system.spawn(Bystander, [words]);
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
});

Deno.test("ActorRef.kill() breaks into the handler that runs, and nothing is cleaned up", async () => { // S24, S78
  await using system = new System();
  const words = bystanderWords();
  const ref = await system.spawn(Bystander, [words]);
  const { exited } = ref;
  const broken = assertRejects(() => ref.ask.hold(), ActorCrashedError);
  await set(words, WORD.HOLDS);
  assertEquals((await ref.kill()).kind, "killed");
  await broken;
  assertEquals((await exited).kind, "killed");
  assertEquals([words[WORD.HANDLED], words[WORD.CLEANED]], [0, 0]);
});

Deno.test("onStop() runs after a failure that the actor's thread lives through", async () => { // S71
  await using system = new System();
  const words = bystanderWords();
  const ref = await system.spawn(Bystander, [words]);
  await ref.ask.count();
  await assertRejects(() => ref.ask.fail(), ActorCrashedError);
  assertEquals((await ref.exited).kind, "failed");
  assertEquals(words[WORD.CLEANED], 2);
});

Deno.test("ActorRef.stop() refuses impossible options before anything is stopped", async () => {
  await using system = new System();
  const ref = await system.spawn(Bystander, [bystanderWords()]);
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
  assertEquals(await ref.ask.count(), 1);
});
