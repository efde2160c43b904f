import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  InvalidOptionError,
  type SpawnOptions,
  supervise,
  type Supervisor,
} from "../../mod.ts";
import { type Fall, FLAKY, Flaky, flakyWords } from "../fixtures/flaky.ts";
import { raise, set } from "../fixtures/bystander.ts";
import { Saver } from "../supervisor/saver_actor.ts";
import { eventually } from "./journal.ts";
import {
  type Case,
  conformance,
  OWN_THREAD,
  PLACEMENTS,
  SHARING,
} from "./placements.ts";

/** A supervisor over one flaky actor. */
function start(
  t: Case,
  words: Int32Array,
  options: SpawnOptions,
  maxRestarts = 9,
): Promise<Supervisor> {
  return supervise({
    backoff: false,
    maxRestarts,
    children: [t.child({ id: "f", actor: Flaky, args: [words], options })],
  }, t.system);
}

const falls: Fall[] = ["throw", "reject", "exit", "close", "hang"];
for (const how of falls) {
  conformance(
    `redeliver has the message that fell by ${how} come again, in its place`,
    async (t) => { // S93
      const words = flakyWords();
      await using tree = await start(t, words, {
        redeliver: 2,
        ...(how === "hang" ? { hangMs: 1_500 } : {}),
      });
      const ref = tree.ref("f", Flaky).with({ timeout: 30_000 });
      ref.tell.come(0);
      const come = ref.ask.come(1, 2, how);
      ref.tell.come(2);
      assertEquals(await come, 3);
      assertEquals(await ref.ask.handled(), [1, 2]);
      assertEquals([...words.slice(0, 3)], [1, 3, 1]);
      raise(words, FLAKY.HANGS);
    },
    how === "throw" || how === "reject" ? PLACEMENTS : OWN_THREAD,
  );
}

conformance(
  "The message in flight at a crash does not come again unless redeliver says so",
  async (t) => { // S92, S93
    const words = flakyWords();
    await using tree = await start(t, words, {});
    const ref = tree.ref("f", Flaky);
    const come = assertRejects(() => ref.ask.come(1, 1), ActorCrashedError);
    ref.tell.come(2);
    await come;
    assertEquals(await ref.ask.handled(), [2]);
    assertEquals([...words.slice(0, 3)], [0, 1, 1]);
  },
);

conformance(
  "redeliver drops a message that falls each time, and the next ones are handled",
  async (t) => { // S93
    const words = flakyWords();
    await using tree = await start(t, words, { redeliver: 1 });
    const ref = tree.ref("f", Flaky);
    const come = assertRejects(() => ref.ask.come(1, 99), ActorCrashedError);
    ref.tell.come(2, 99, "reject");
    ref.tell.come(3);
    assertInstanceOf((await come).cause, RangeError);
    while (words[3] === 0) await ref.ask.handled().catch(() => {});
    assertEquals(await ref.ask.handled(), [3]);
    assertEquals([...words.slice(0, 4)], [0, 2, 2, 1]);
    await eventually(() => t.system.deadLetters.count, 1);
  },
);

conformance(
  "redeliver does not have a message come again whose values were moved",
  async (t) => { // S93
    const words = flakyWords();
    await using tree = await start(t, words, { redeliver: 5 });
    const { port1, port2 } = new MessageChannel();
    const ref = tree.ref("f", Flaky);
    await assertRejects(
      () => ref.with({ transfer: [port2] }).ask.bring(1, port2),
      ActorCrashedError,
    );
    port1.close();
    assertEquals(await ref.ask.come(2), 1);
    assertEquals(words[1], 1);
  },
  SHARING,
);

conformance(
  "redeliver tells the ask that it has run when the supervisor gives up",
  async (t) => { // S93
    const words = flakyWords();
    await using tree = await start(t, words, { redeliver: 5 }, 1);
    const ref = tree.ref("f", Flaky);
    await assertRejects(() => ref.ask.come(1, 99), ActorCrashedError);
    assertEquals(words[1], 2);
    await tree.exited;
  },
);

conformance(
  "redeliver does not have a message come again that somebody ended",
  async (t) => { // S79, S93
    const words = flakyWords();
    await using tree = await start(t, words, { redeliver: 5 });
    const ref = tree.ref("f", Flaky);
    const held = assertRejects(() => ref.ask.holdAndFail(), ActorCrashedError);
    await set(words, FLAKY.HOLDS);
    await ref.kill();
    await held;
    await tree.restartChild("f");
    assertEquals(await ref.ask.handled(), []);
  },
);

conformance(
  "redeliver leaves the state as it was before the message",
  async (t) => { // S93, S94
    await using tree = await supervise({
      backoff: false,
      children: [t.child({ id: "s", actor: Saver, options: { redeliver: 1 } })],
    }, t.system);
    const saver = tree.ref("s", Saver);
    await saver.ask.add(5);
    await assertRejects(() => saver.ask.addAndFail(10), ActorCrashedError);
    assertEquals(await saver.ask.add(0), 5);
    assertEquals(saver.incarnation, 3);
  },
);

conformance(
  "mailbox.onRestart drop rejects what waits at once, safe to retry, and takes what comes later",
  async (t) => { // S92
    const words = flakyWords();
    await using tree = await supervise({
      backoff: { minMs: 60_000 },
      children: [t.child({
        id: "f",
        actor: Flaky,
        args: [words],
        options: { mailbox: { onRestart: "drop" } },
      })],
    }, t.system);
    const ref = tree.ref("f", Flaky).with({ timeout: 30_000 });
    const held = assertRejects(() => ref.ask.holdAndFail(), ActorCrashedError);
    await set(words, FLAKY.HOLDS);
    const dropped = assertRejects(() => ref.ask.come(1), ActorStoppedError);
    ref.tell.come(2);
    const { promise, resolve } = Promise.withResolvers<void>();
    using _listening = tree.onEvent(({ type }) => {
      if (type === "restarting") resolve();
    });
    // When one of the same host has answered, the host has read what was sent before.
    const neighbour = await t.spawn(Flaky, [flakyWords()]);
    await neighbour.ask.handled();
    raise(words, FLAKY.GATE);
    await held;
    assertEquals((await dropped).safeToRetry, true);
    await promise;
    const later = ref.ask.come(3);
    await tree.stopChild("f");
    await tree.restartChild("f");
    assertEquals(await later, 1);
    assertEquals([...words.slice(0, 4)], [0, 0, 0, 1]);
    // Word of it comes by its own way.
    await eventually(() => t.system.deadLetters.count, 1);
  },
  PLACEMENTS,
  { hosts: 1 },
);

conformance(
  "SpawnOptions.redeliver and mailbox.onRestart are refused when they cannot be kept to",
  async (t) => { // S57
    for (
      const options of [
        { redeliver: -1 },
        { redeliver: 1.5 },
        // Nobody restarts it.
        { redeliver: 1 },
        { redeliver: 1, concurrency: 2 },
        { redeliver: 1, mailbox: { onRestart: "drop" } },
        { mailbox: { onRestart: "lose" } },
      ] as unknown as SpawnOptions[]
    ) {
      await assertRejects(
        () => t.spawn(Flaky, [flakyWords()], options),
        InvalidOptionError,
      );
    }
    assertEquals(t.system.tree(), []);
  },
);

conformance(
  "A message whose moved values went with an incarnation is given back, and the next ones are handled",
  async (t) => { // S92
    const words = flakyWords();
    await using tree = await start(t, words, {});
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
  },
  OWN_THREAD.filter((placement) => SHARING.includes(placement)),
);

conformance(
  "A message whose values are moved while no incarnation runs is handled by the next one",
  async (t) => { // S92
    const words = flakyWords();
    await using tree = await start(t, words, {});
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
  },
  SHARING,
);
