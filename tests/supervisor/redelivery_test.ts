import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { SpawnOptions } from "../../src/actor/spawn_options.ts";
import { System } from "../../src/actor/system.ts";
import {
  ActorCrashedError,
  ActorStoppedError,
  InvalidOptionError,
} from "../../src/errors.ts";
import { supervise } from "../../src/supervisor/supervise.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { type Fall, FLAKY, Flaky, flakyWords } from "../fixtures/flaky.ts";
import { raise, set } from "../fixtures/bystander.ts";
import { Saver } from "./saver_actor.ts";

/** A supervisor over one flaky actor. */
function start(
  system: System,
  words: Int32Array,
  options: SpawnOptions,
  maxRestarts = 9,
): Promise<Supervisor> {
  return supervise({
    backoff: false,
    maxRestarts,
    children: [{ id: "f", actor: Flaky, args: [words], options }],
  }, system);
}

const falls: Fall[] = ["throw", "reject", "exit", "close", "hang"];
for (const how of falls) {
  Deno.test(`redeliver has the message that fell by ${how} come again, in its place`, async () => { // S93
    await using system = new System();
    const words = flakyWords();
    await using tree = await start(system, words, {
      redeliver: 2,
      hangMs: 200,
    });
    const ref = tree.ref("f", Flaky).with({ timeout: 30_000 });
    ref.tell.come(0);
    const come = ref.ask.come(1, 2, how);
    ref.tell.come(2);
    assertEquals(await come, 3);
    assertEquals(await ref.ask.handled(), [1, 2]);
    assertEquals([...words.slice(0, 3)], [1, 3, 1]);
    raise(words, FLAKY.HANGS);
  });
}

Deno.test("The message in flight at a crash does not come again unless redeliver says so", async () => { // S92, S93
  await using system = new System();
  const words = flakyWords();
  await using tree = await start(system, words, {});
  const ref = tree.ref("f", Flaky);
  const come = assertRejects(() => ref.ask.come(1, 1), ActorCrashedError);
  ref.tell.come(2);
  await come;
  assertEquals(await ref.ask.handled(), [2]);
  assertEquals([...words.slice(0, 3)], [0, 1, 1]);
});

Deno.test("redeliver drops a message that falls each time, and the next ones are handled", async () => { // S93
  await using system = new System();
  const words = flakyWords();
  await using tree = await start(system, words, { redeliver: 1 });
  const ref = tree.ref("f", Flaky);
  const come = assertRejects(() => ref.ask.come(1, 99), ActorCrashedError);
  ref.tell.come(2, 99, "exit");
  ref.tell.come(3);
  assertInstanceOf((await come).cause, RangeError);
  while (words[3] === 0) await ref.ask.handled().catch(() => {});
  assertEquals(await ref.ask.handled(), [3]);
  assertEquals([...words.slice(0, 4)], [0, 2, 2, 1]);
  assertEquals(system.deadLetters.count, 1);
});

Deno.test("redeliver does not have a message come again whose values were moved", async () => { // S93
  await using system = new System();
  const words = flakyWords();
  await using tree = await start(system, words, { redeliver: 5 });
  const { port1, port2 } = new MessageChannel();
  const ref = tree.ref("f", Flaky);
  await assertRejects(
    () => ref.with({ transfer: [port2] }).ask.bring(1, port2),
    ActorCrashedError,
  );
  port1.close();
  assertEquals(await ref.ask.come(2), 1);
  assertEquals(words[1], 1);
});

Deno.test("redeliver tells the ask that it has run when the supervisor gives up", async () => { // S93
  await using system = new System();
  const words = flakyWords();
  await using tree = await start(system, words, { redeliver: 5 }, 1);
  const ref = tree.ref("f", Flaky);
  await assertRejects(() => ref.ask.come(1, 99), ActorCrashedError);
  assertEquals(words[1], 2);
  await tree.exited;
});

Deno.test("redeliver does not have a message come again that somebody ended", async () => { // S79, S93
  await using system = new System();
  const words = flakyWords();
  await using tree = await start(system, words, { redeliver: 5 });
  const ref = tree.ref("f", Flaky);
  const held = assertRejects(() => ref.ask.holdAndFail(), ActorCrashedError);
  await set(words, FLAKY.HOLDS);
  await ref.kill();
  await held;
  await tree.restartChild("f");
  assertEquals(await ref.ask.handled(), []);
});

Deno.test("redeliver leaves the state as it was before the message", async () => { // S93, S94
  await using system = new System();
  await using tree = await supervise({
    backoff: false,
    children: [{ id: "s", actor: Saver, options: { redeliver: 1 } }],
  }, system);
  const saver = tree.ref("s", Saver);
  await saver.ask.add(5);
  await assertRejects(() => saver.ask.addAndFail(10), ActorCrashedError);
  assertEquals(await saver.ask.add(0), 5);
  assertEquals(saver.incarnation, 3);
});

Deno.test("mailbox.onRestart drop rejects what waits at once, safe to retry, and takes what comes later", async () => { // S92
  await using system = new System();
  const words = flakyWords();
  await using tree = await supervise({
    backoff: { minMs: 60_000 },
    children: [{
      id: "f",
      actor: Flaky,
      args: [words],
      options: { mailbox: { onRestart: "drop" } },
    }],
  }, system);
  const ref = tree.ref("f", Flaky).with({ timeout: 30_000 });
  const held = assertRejects(() => ref.ask.holdAndFail(), ActorCrashedError);
  await set(words, FLAKY.HOLDS);
  const dropped = assertRejects(() => ref.ask.come(1), ActorStoppedError);
  ref.tell.come(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  using _listening = tree.onEvent(({ type }) => {
    if (type === "restarting") resolve();
  });
  raise(words, FLAKY.GATE);
  await held;
  assertEquals((await dropped).safeToRetry, true);
  await promise;
  const later = ref.ask.come(3);
  await tree.stopChild("f");
  await tree.restartChild("f");
  assertEquals(await later, 1);
  assertEquals([...words.slice(0, 4)], [0, 0, 0, 1]);
  assertEquals(system.deadLetters.count, 1);
});

Deno.test("SpawnOptions.redeliver and mailbox.onRestart are refused when they cannot be kept to", async () => { // S57
  await using system = new System();
  for (
    const options of [
      { redeliver: -1 },
      { redeliver: 1.5 },
      { redeliver: 1, concurrency: 2 },
      { redeliver: 1, mailbox: { onRestart: "drop" } },
      { mailbox: { onRestart: "lose" } },
    ] as unknown as SpawnOptions[]
  ) {
    await assertRejects(
      () => system.spawn(Flaky, [flakyWords()], options),
      InvalidOptionError,
    );
  }
  assertEquals(system.tree(), []);
});

Deno.test("A message whose moved values went with an incarnation is given back, and the next ones are handled", async () => { // S92
  await using system = new System();
  const words = flakyWords();
  await using tree = await start(system, words, {});
  const ref = tree.ref("f", Flaky);
  const held = assertRejects(() => ref.ask.holdAndFail(), ActorCrashedError);
  await set(words, FLAKY.HOLDS);
  const channel = new MessageChannel();
  const moved = assertRejects(
    () => ref.with({ transfer: [channel.port2] }).ask.bring(1, channel.port2),
    ActorStoppedError,
    "moved along",
  );
  const next = ref.ask.come(2);
  raise(words, FLAKY.GATE);
  await held;
  assertEquals((await moved).safeToRetry, true);
  assertEquals(await next, 1);
  assertEquals([...words.slice(0, 3)], [0, 0, 1]);
  channel.port1.close();
});

Deno.test("A message whose values are moved while no incarnation runs is handled by the next one", async () => { // S92
  await using system = new System();
  const words = flakyWords();
  await using tree = await start(system, words, {});
  const ref = tree.ref("f", Flaky);
  await tree.stopChild("f");
  const { port1, port2 } = new MessageChannel();
  const brought = assertRejects(
    () => ref.with({ transfer: [port2] }).ask.bring(1, port2),
    ActorCrashedError,
  );
  await tree.restartChild("f");
  await brought;
  assertEquals(words[1], 1);
  port1.close();
});
