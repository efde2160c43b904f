import { sharedWords } from "../fixtures/words.ts";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  DataCloneError,
  MailboxFullError,
  MessageTooLargeError,
  UnknownMethodError,
} from "../../mod.ts";
import { held, PATIENT } from "./held.ts";
import { eventually } from "./journal.ts";
import { conformance, COPIES } from "./placements.ts";
import { Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

function numbers(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

// -- Order and number ---------------------------------------------------------

conformance("ActorRef.tell keeps the order of one sender", async (t) => { // M1, M4
  const probe = await t.spawn(Probe, []);
  for (let i = 0; i < 3_000; i++) probe.with(PATIENT).tell.note(`${i}`);
  const notes = await probe.with(PATIENT).ask.notes();
  assertEquals(notes, ["started", ...numbers("", 3_000)]);
});

conformance(
  "ActorRef.tell keeps the order of each of two senders, and neither loses nor doubles",
  async (t) => { // M1, M2, M4
    const probe = await t.spawn(Probe, []);
    const [a, b] = await Promise.all([t.spawn(Probe, []), t.spawn(Probe, [])]);
    await Promise.all([
      a.ask.sendAll(probe, "a", 700),
      b.ask.sendAll(probe, "b", 700),
    ]);
    await eventually(async () => (await probe.ask.notes()).length, 1_401);
    const notes = await probe.ask.notes();
    for (const prefix of ["a", "b"]) {
      assertEquals(
        notes.filter((note) => note.startsWith(prefix)),
        numbers(prefix, 700),
      );
    }
  },
);

conformance(
  "a message that another actor passes on arrives once, before or after one that came straight",
  async (t) => { // M3, M4
    const [probe, between] = await Promise.all([
      t.spawn(Probe, []),
      t.spawn(Probe, []),
    ]);
    for (let i = 0; i < 100; i++) {
      between.tell.sendAll(probe, `round ${i}, `, 1);
      probe.tell.note(`straight ${i}`);
    }
    await eventually(async () => (await probe.ask.notes()).length, 201);
    const notes = (await probe.ask.notes()).slice(1);
    assertEquals(notes.filter((note) => note.startsWith("straight")), [
      ...numbers("straight ", 100),
    ]);
    assertEquals(
      notes.filter((note) => note.startsWith("round")),
      numbers("round ", 100).map((note) => `${note}, 0`),
    );
  },
);

conformance(
  "ActorRef.ask and tell of one sender share one order",
  async (t) => { // M1
    const probe = await t.spawn(Probe, []);
    probe.tell.note("1");
    const first = probe.ask.notes();
    probe.tell.note("2");
    const second = probe.ask.notes();
    assertEquals(await first, ["started", "1"]);
    assertEquals(await second, ["started", "1", "2"]);
  },
  COPIES,
);

conformance(
  "ActorRef.tell keeps the order of messages of very different sizes",
  async (t) => { // M1
    const probe = await t.spawn(Probe, []);
    const sent = Array.from(
      { length: 12 },
      (_, i) => `${i}`.repeat(i % 3 === 0 ? 200_000 : 1),
    );
    for (const text of sent) probe.with(PATIENT).tell.note(text);
    const notes = await probe.with(PATIENT).ask.notes();
    assertEquals(
      notes.slice(1).map((text) => [text.slice(0, 2), text.length]),
      sent.map((text) => [text.slice(0, 2), text.length]),
    );
  },
);

conformance(
  "ActorRef.tell before the start is done is held and delivered after it",
  async (t) => { // M5, M6
    const other = await t.spawn(Probe, []);
    const probe = await t.spawn(Probe, [{ introduce: other }]);
    await eventually(() => probe.ask.notes(), ["started", "greeting"]);
  },
);

conformance("ActorRef.tell right after spawn() arrives", async (t) => { // M5
  const probe = await t.spawn(Probe, []);
  probe.tell.note("first");
  assertEquals(await probe.ask.notes(), ["started", "first"]);
});

conformance("an actor that tells itself goes on first", async (t) => { // M1
  const probe = await t.spawn(Probe, []);
  await probe.ask.tellSelf("x");
  await eventually(() => probe.ask.notes(), ["started", "told x", "x"]);
});

conformance(
  "a handler ends before the next begins, also an async one",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    const most = await Promise.all([1, 2, 3].map(() => probe.ask.overlap()));
    assertEquals(most, [1, 1, 1]);
  },
);

conformance(
  "spawn() with a concurrency of 3 lets three handlers interleave, and no fourth",
  async (t) => {
    const probe = await t.spawn(Probe, [], { concurrency: 3 });
    const most = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(() => probe.ask.overlap()),
    );
    assertEquals(Math.max(...most), 3);
  },
);

// -- Asks ---------------------------------------------------------------------

conformance(
  "ActorRef.ask answers with what the method returns or resolves with",
  async (t) => { // M11
    const probe = await t.spawn(Probe, []);
    assertEquals(await probe.ask.echo(7), 7);
    assertEquals(await probe.ask.echoLater("later"), "later");
    assertEquals(await probe.ask.nothing(), undefined);
    assertEquals(await probe.ask.inherited(), "from the base");
  },
);

conformance(
  "ActorRef.ask gives each of many questions its own answer",
  async (t) => { // M11, M19
    const probe = await t.spawn(Probe, []);
    const sent = Array.from({ length: 300 }, (_, i) => i);
    const answers = sent.map((n) =>
      n % 2 === 0 ? probe.ask.echo(n) : probe.ask.echoLater(n)
    );
    assertEquals(await Promise.all(answers), sent);
  },
);

conformance(
  "ActorRef.ask gives up at its deadline and says whether the call had begun",
  async (t) => { // M12
    const probe = await t.spawn(Probe, [], { name: "slow" });
    const hasty = probe.with({ timeout: 250 });
    const running = assertRejects(() => hasty.ask.never(), AskTimeoutError);
    const waiting = assertRejects(() => hasty.ask.echo(1), AskTimeoutError);
    const { actor, method, timeoutMs, begun } = await running;
    assertEquals([actor, method, timeoutMs, begun], [
      "slow",
      "never",
      250,
      true,
    ]);
    assertEquals((await waiting).begun, false);
    await probe.kill();
  },
);

conformance(
  "ActorRef.ask drops an answer that comes after its deadline",
  async (t) => { // M13
    const probe = await t.spawn(Probe, []);
    const word = new SharedWord();
    const hasty = probe.with({ timeout: 30 });
    await assertRejects(() => hasty.ask.hold(word.words), AskTimeoutError);
    // It may not have begun by then.
    await word.reaches(1);
    word.set(2);
    const later = [1, 2, 3].map((n) => probe.ask.echo(n));
    assertEquals(await Promise.all(later), [1, 2, 3]);
    assertEquals(await probe.ask.notes(), ["started", "held"]);
  },
);

conformance("ActorRef.ask with a timeout of Infinity waits", async (t) => {
  const probe = await t.spawn(Probe, []);
  assertEquals(await probe.with({ timeout: Infinity }).ask.echo(1), 1);
});

conformance("ActorRef.ask rejects with the reason of its signal", async (t) => {
  const probe = await t.spawn(Probe, []);
  const { answer, letGo } = await held(probe);
  const stop = new AbortController();
  const reason = new Error("changed my mind");
  const given = assertRejects(
    () => probe.with({ signal: stop.signal }).ask.echo(1),
    Error,
    "changed my mind",
  );
  stop.abort(reason);
  assertStrictEquals(await given, reason);
  letGo();
  assertEquals(await answer, "let go");
});

conformance("ActorRef.ask with an aborted signal is not sent", async (t) => {
  const probe = await t.spawn(Probe, []);
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(
    () => probe.with({ signal }).ask.note("never"),
    Error,
    "too late",
  );
  assertEquals(await probe.ask.notes(), ["started"]);
});

conformance(
  "ActorRef.ask of an actor that has ended fails at once",
  async (t) => { // M14
    const probe = await t.spawn(Probe, [], { name: "gone" });
    await probe.stop();
    const error = await assertRejects(
      () => probe.with({ timeout: Infinity }).ask.echo(1),
      ActorStoppedError,
    );
    assertEquals([error.actor, error.safeToRetry], ["gone", true]);
  },
);

conformance(
  "ActorRef.tell to an actor that has ended does not throw",
  async (t) => { // M7
    const probe = await t.spawn(Probe, []);
    await probe.stop();
    probe.tell.note("nobody");
    assertEquals((await probe.exited).kind, "stopped");
  },
);

conformance(
  "ActorRef.ask in flight fails at once with the reason of the crash, one that waits as safe to retry",
  async (t) => { // M15, M48
    const probe = await t.spawn(Probe, [], { name: "frail" });
    const patient = probe.with({ timeout: Infinity });
    const inFlight = assertRejects(
      () => patient.ask.fail("boom"),
      ActorCrashedError,
    );
    const queued = assertRejects(() => patient.ask.echo(1), ActorStoppedError);
    const { actor, incarnation, mayHaveRun, cause } = await inFlight;
    assertEquals([actor, incarnation, mayHaveRun], ["frail", 1, true]);
    assertEquals((cause as Error).message, "boom");
    assertEquals((await queued).safeToRetry, true);
  },
);

// -- What cannot be sent ------------------------------------------------------

conformance(
  "ActorRef refuses a call of a method that is not there, and the actor goes on",
  async (t) => {
    const probe = await t.spawn(Probe, [], { name: "p" });
    const { ask, tell } = probe as unknown as ActorRef<{ missing(): void }>;
    const error = await assertRejects(() => ask.missing(), UnknownMethodError);
    assertEquals([error.actor, error.method], ["p", "missing"]);
    tell.missing();
    assertEquals(await probe.ask.echo(1), 1);
  },
);

conformance("hooks and the constructor are no messages", async (t) => {
  const probe = await t.spawn(Probe, []);
  const ask = probe.ask as unknown as Record<string, () => Promise<unknown>>;
  for (const name of ["onStart", "onStop", "onRestart", "constructor"]) {
    await assertRejects(() => ask[name]!(), UnknownMethodError);
  }
  assertEquals(await probe.ask.notes(), ["started"]);
});

function fail(): never {
  throw new RangeError("cannot be read");
}

conformance(
  "ActorRef refuses an argument that cannot be cloned, with its path",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    const bad = { on: [{ click: () => 1 }] };
    const error = await assertRejects(
      () => probe.ask.echo(bad),
      DataCloneError,
    );
    assertEquals(error.path, "args[0].on[0].click");
    assertThrows(() => probe.tell.echo(bad), DataCloneError);
    // In whatever it is; a cycle is no reason to look for ever.
    const list: unknown[] = Array.from({ length: 40 }, () => ({}));
    list.push(list, new Map([["key", new Set([Symbol("s")])]]));
    for (
      const [value, path] of [
        [() => 1, "args[0]"],
        [Promise.resolve(1), "args[0]"],
        [new AbortController().signal, "args[0]"],
        [new Proxy({}, {}), "args[0]"],
        [
          Object.defineProperty({}, "bad", { enumerable: true, get: fail }),
          "args[0].bad",
        ],
        [list, 'args[0][41].get("key").at(0)'],
      ] as const
    ) {
      const error = await assertRejects(
        () => probe.ask.echo(value),
        DataCloneError,
      );
      assertEquals(error.path, path);
    }
    assertEquals(await probe.ask.notes(), ["started"]);
  },
  COPIES,
);

conformance("ActorRef refuses a function as an argument", async (t) => {
  const probe = await t.spawn(Probe, []);
  const { path } = await assertRejects(
    () => probe.ask.echo(() => 1),
    DataCloneError,
  );
  assertEquals(path, "args[0]");
  assertThrows(() => probe.tell.echo(Symbol("s")), DataCloneError);
  assertEquals(await probe.ask.notes(), ["started"]);
});

conformance(
  "ActorRef.ask rejects when the result cannot be cloned, and the actor goes on",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    await assertRejects(() => probe.ask.unsendable(), DataCloneError);
    assertEquals(await probe.ask.echo(1), 1);
  },
);

conformance(
  "ActorRef refuses a message that is too large, and the actor goes on",
  async (t) => {
    const probe = await t.spawn(Probe, [], {
      name: "p",
      mailbox: { maxMessageBytes: 500 },
    });
    const text = "x".repeat(1_000);
    const error = await assertRejects(
      () => probe.ask.echo(text),
      MessageTooLargeError,
    );
    assertEquals([error.actor, error.limit], ["p", 500]);
    assertThrows(() => probe.tell.note(text), MessageTooLargeError);
    assertEquals(await probe.ask.notes(), ["started"]);
  },
  COPIES,
);

// -- A full mailbox -----------------------------------------------------------

conformance(
  "ActorRef.tell to a full mailbox waits for room and keeps its order",
  async (t) => { // M9, M46
    const probe = await t.spawn(Probe, [], { mailbox: { capacity: 4 } });
    const { letGo, answer } = await held(probe);
    for (let i = 0; i < 40; i++) probe.with(PATIENT).tell.note(`${i}`);
    letGo();
    await answer;
    assertEquals(await probe.with(PATIENT).ask.notes(), [
      "started",
      "held",
      ...numbers("", 40),
    ]);
  },
);

conformance(
  "ActorRef.ask of a full mailbox rejects when no room came until its deadline",
  async (t) => { // M9, M46
    const probe = await t.spawn(Probe, [], {
      name: "full",
      mailbox: { capacity: 2 },
    });
    const { letGo, answer } = await held(probe);
    probe.with(PATIENT).tell.note("1");
    const error = await assertRejects(
      () => probe.with({ timeout: 30 }).ask.note("2"),
      MailboxFullError,
    );
    assertEquals([error.actor, error.capacity, error.unsent], ["full", 2, [
      "2",
    ]]);
    letGo();
    await answer;
    assertEquals(await probe.ask.notes(), ["started", "held", "1"]);
  },
);

conformance("an answer passes a full mailbox", async (t) => { // M47
  const full = await t.spawn(Probe, [], { mailbox: { capacity: 1 } });
  const other = await t.spawn(Probe, []);
  // It asks another one while its own mailbox is full.
  const answers = [full.with(PATIENT).ask.askOther(other, 0)];
  for (let i = 1; i <= 8; i++) answers.push(full.with(PATIENT).ask.echo(i));
  assertEquals(await Promise.all(answers), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

// -- Values -------------------------------------------------------------------

conformance("ActorRef carries every kind of value", async (t) => {
  const probe = await t.spawn(Probe, []);
  const cycle: Record<string, unknown> = { name: "ring" };
  cycle.self = cycle;
  const value = {
    nothing: [undefined, null],
    numbers: [0, -0, 1.5, NaN, Infinity, 2 ** 53],
    big: 2n ** 70n,
    text: "äß🎭\u0000",
    at: new Date(86_400_000),
    pattern: /a+/gi,
    map: new Map<unknown, unknown>([[{ k: 1 }, new Set([1, "1"])]]),
    bytes: new Uint8Array([1, 2, 3]),
    floats: new Float64Array([0.5, -0]),
    view: new DataView(new ArrayBuffer(2)),
    sparse: [1, , 3],
  };
  assertEquals(await probe.ask.echo(value), value);
  const back = await probe.ask.echo(cycle) as typeof cycle;
  assertStrictEquals(back.self, back);
});

conformance("ActorRef carries large values both ways", async (t) => {
  const probe = await t.spawn(Probe, []);
  const text = "é".repeat(300_000);
  assertStrictEquals(await probe.with(PATIENT).ask.echo(text), text);
  const bytes = new Uint8Array(2_000_000).map((_, i) => i * 7);
  assertEquals(await probe.with(PATIENT).ask.echo(bytes), bytes);
});

conformance("what main sends is a copy", async (t) => {
  const probe = await t.spawn(Probe, []);
  const value = { n: 1, list: [1] };
  const answer = probe.ask.scribble(value);
  value.list.push(5);
  assertEquals(await answer, { n: 2, list: [1, 99] });
  assertEquals(value, { n: 1, list: [1, 5] });
}, COPIES);

conformance("shared memory in a message stays shared", async (t) => {
  const probe = await t.spawn(Probe, []);
  const words = sharedWords(1);
  await probe.ask.store(words, 42);
  assertEquals(Atomics.load(words, 0), 42);
});

conformance("ActorRef.with({ transfer }) moves a buffer", async (t) => {
  const probe = await t.spawn(Probe, []);
  const buffer = new ArrayBuffer(4_096);
  const size = await probe.with({ transfer: [buffer] }).ask.sizeOf(buffer);
  assertEquals([size, buffer.byteLength], [4_096, 0]);
}, COPIES);

conformance("a ref inside a message is a ref, however deep", async (t) => {
  const [a, b] = await Promise.all([
    t.spawn(Probe, [], { name: "a" }),
    t.spawn(Probe, [], { name: "b" }),
  ]);
  const back = await a.ask.echo({
    list: [b],
    map: new Map([["b", { b }]]),
  }) as { list: [typeof b]; map: Map<string, { b: typeof b }> };
  assertStrictEquals(back.list[0], b);
  assertStrictEquals(back.map.get("b")!.b, b);
  assertEquals(await back.list[0].ask.echo(1), 1);
});

conformance(
  "an actor asks another one through a ref it was given",
  async (t) => {
    const [a, b] = await Promise.all([t.spawn(Probe, []), t.spawn(Probe, [])]);
    assertEquals(await a.ask.askOther(b, { x: [1] }), { x: [1] });
  },
);

conformance("an actor's own ref leads back to it", async (t) => {
  const probe = await t.spawn(Probe, [], { name: "me" });
  const self = await probe.ask.self();
  assertEquals([self.id, self.name], [probe.id, "me"]);
  self.tell.note("through it");
  assertEquals(await self.ask.notes(), ["started", "through it"]);
});

conformance("ActorRef is not thenable", async (t) => {
  const probe = await t.spawn(Probe, []);
  const same = await (async () => await Promise.resolve(probe))();
  assertStrictEquals(same, probe);
  assertInstanceOf(same, Object);
  assert(!("then" in probe.ask) || probe.ask.then === undefined);
});
