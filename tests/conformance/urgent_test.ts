import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  InvalidOptionError,
  MailboxFullError,
  type SendOptions,
  type SpawnOptions,
  supervise,
} from "../../mod.ts";
import { held, PATIENT } from "./held.ts";
import { eventually } from "./journal.ts";
import { conformance, COPIES } from "./placements.ts";
import { Probe, type ProbeActor } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

const TAKES = { mailbox: { urgent: true } } as const;
const URGENT = { urgent: true, timeout: 30_000 } as const;

/** What the probe was told, without what it notes by itself. */
async function told(probe: ActorRef<ProbeActor>): Promise<readonly string[]> {
  const notes = await probe.with(PATIENT).ask.notes();
  return notes.filter((note) => note !== "started" && note !== "held");
}

// M36 M37 M38 M40
conformance(
  "SendOptions.urgent has messages handled before those that wait, each kind in the order sent",
  async (t) => {
    const probe = await t.spawn(Probe, [], TAKES);
    const urgent = probe.with(URGENT);
    const { letGo } = await held(probe);
    probe.tell.note("a");
    urgent.tell.note("1");
    probe.tell.note("b");
    await urgent.send.note("2");
    const echoed = urgent.ask.echo("there");
    probe.tell.note("c");
    assertEquals(urgent.trySend.note("3"), true);
    letGo();
    assertEquals(await echoed, "there");
    // None breaks into the handler that runs.
    const notes = (await probe.with(PATIENT).ask.notes()).slice(1);
    assertEquals(notes, ["held", "1", "2", "3", "a", "b", "c"]);
    // One that nothing waits before is a message like others.
    urgent.tell.note("4");
    probe.tell.note("d");
    assertEquals((await told(probe)).slice(6), ["4", "d"]);
  },
);

// M39
conformance(
  "SendOptions.urgent says nothing to an actor that did not ask for urgent messages",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    const urgent = probe.with(URGENT);
    const { letGo } = await held(probe);
    probe.tell.note("a");
    urgent.tell.note("b");
    await urgent.send.note("c");
    probe.tell.note("d");
    letGo();
    assertEquals(await told(probe), ["a", "b", "c", "d"]);
  },
);

// M39
conformance(
  "SendOptions.urgent stays behind when a ref travels, and works from where it arrived",
  async (t) => {
    const probe = await t.spawn(Probe, [], TAKES);
    const other = await t.spawn(Probe, []);
    const { letGo } = await held(probe);
    probe.tell.note("a");
    await other.ask.sendAll(probe.with(URGENT), "b", 1);
    const self = await other.ask.echo(probe) as ActorRef<ProbeActor>;
    self.with(URGENT).tell.note("c");
    letGo();
    await eventually(
      async () => [...await told(probe)].sort(),
      ["a", "b0", "c"],
    );
    assertEquals((await told(probe))[0], "c");
  },
  COPIES,
);

// M37
conformance(
  "SendOptions.urgent keeps the order of many messages in several turns of the actor",
  async (t) => {
    const probe = await t.spawn(Probe, [], {
      mailbox: { urgent: true, capacity: 8 },
    });
    const { letGo } = await held(probe);
    const patient = probe.with(PATIENT);
    const urgent = probe.with(URGENT);
    for (let n = 0; n < 200; n++) {
      patient.tell.note(`o${n}`);
      urgent.tell.note(`u${n}`);
    }
    letGo();
    const notes = await told(probe);
    const of = (kind: string) => notes.filter((note) => note[0] === kind);
    const numbered = (kind: string) =>
      Array.from({ length: 200 }, (_, n) => `${kind}${n}`);
    assertEquals(of("o"), numbered("o"));
    await eventually(async () => (await told(probe)).length, 400);
    assertEquals(
      (await told(probe)).filter((n) => n[0] === "u"),
      numbered("u"),
    );
    assertEquals(notes.slice(0, 8), numbered("u").slice(0, 8));
  },
);

// M36 M46
conformance(
  "SendOptions.urgent finds room beside a mailbox that is full, and is bounded too",
  async (t) => {
    const probe = await t.spawn(Probe, [], {
      mailbox: { urgent: true, capacity: 2, overflow: "fail" },
    });
    const { letGo } = await held(probe);
    for (let n = 0; n < 4; n++) probe.tell.note(`o${n}`);
    await eventually(() => t.system.deadLetters.countOf("full"), 3);
    const urgent = probe.with(URGENT);
    urgent.tell.note("u0");
    urgent.tell.note("u1");
    assertEquals(urgent.trySend.note("u2"), false);
    const refused = await assertRejects(
      () => urgent.ask.note("u3"),
      MailboxFullError,
    );
    assertEquals(refused.unsent, ["u3"]);
    letGo();
    await eventually(
      () => told(probe).catch(() => []),
      ["u0", "u1", "o0"],
    );
  },
);

// M46
conformance(
  'SpawnOptions.mailbox.overflow "dropOldest" drops none of the others for urgent messages',
  async (t) => {
    const probe = await t.spawn(Probe, [], {
      mailbox: { urgent: true, capacity: 4, overflow: "dropOldest" },
    });
    const { letGo } = await held(probe);
    const urgent = probe.with(URGENT);
    for (let n = 0; n < 2; n++) probe.tell.note(`o${n}`);
    for (let n = 0; n < 6; n++) urgent.tell.note(`u${n}`);
    letGo();
    // Those that make room are dropped in their turn: until then the newer ones wait in their sender.
    const kept = ["o0", "o1", "u2", "u3", "u4", "u5"];
    await eventually(async () => (await told(probe)).toSorted(), kept);
    const notes = await told(probe);
    assertEquals(notes.filter((note) => note[0] === "u"), kept.slice(2));
    await eventually(() => t.system.deadLetters.countOf("dropped"), 2);
  },
);

// M36
conformance(
  "ActorRef.stop() comes before urgent messages, which are dead letters as others are",
  async (t) => { // M48
    const probe = await t.spawn(Probe, [], TAKES);
    const urgent = probe.with(URGENT);
    const { words, begun } = awaited();
    const running = probe.with(PATIENT).ask.untilAborted(words);
    await begun();
    urgent.tell.note("late");
    probe.tell.note("later");
    const asked = assertRejects(() => urgent.ask.nothing(), ActorStoppedError);
    assertEquals((await probe.stop("enough")).kind, "stopped");
    assertEquals(await running, "enough");
    await asked;
    await eventually(() => t.system.deadLetters.countOf("undelivered"), 3);
    urgent.tell.note("too late");
    await eventually(() => t.system.deadLetters.countOf("stopped"), 1);
  },
);

// M36
conformance(
  "ActorRef.stop() with drain has urgent messages handled first too",
  async (t) => {
    const probe = await t.spawn(Probe, [], TAKES);
    const { words, begun } = awaited();
    const running = probe.with(PATIENT).ask.untilAborted(words);
    await begun();
    const order: string[] = [];
    const asks = [
      probe.ask.echo("a").then(() => order.push("a")),
      probe.with(URGENT).ask.echo("u").then(() => order.push("u")),
    ];
    const stopped = probe.stop("enough", { drain: true });
    assertEquals((await stopped).kind, "stopped");
    assertEquals(await running, "enough");
    await Promise.all(asks);
    assertEquals(order, ["u", "a"]);
  },
);

// M39 S92
conformance(
  "SendOptions.urgent outlives a crash as other messages do, and what was begun is told apart",
  async (t) => {
    await using tree = await supervise({
      backoff: false,
      children: [t.child({ id: "p", actor: Probe, options: TAKES })],
    }, t.system);
    const probe = tree.ref("p", Probe);
    const urgent = probe.with(URGENT);
    const { letGo, answer } = await held(probe);
    // Of the others several have been begun, of the urgent ones none: each kind has its own count.
    const first = assertRejects(() => urgent.ask.fail("1"), ActorCrashedError);
    const second = urgent.ask.echo("u");
    const third = probe.with(PATIENT).ask.echo("o");
    probe.tell.note("a");
    urgent.tell.note("1");
    letGo();
    assertEquals(await answer, "let go");
    await first;
    assertEquals(await second, "u");
    assertEquals(await third, "o");
    assertEquals(await told(probe), ["1", "a"]);
    assertEquals(probe.incarnation, 2);
    // An ask that runs when its actor ends has been begun; the urgent one that waits has not.
    const { answer: cut } = await held(probe);
    const waits = urgent.ask.echo("next");
    const crash = assertRejects(() => cut, ActorCrashedError);
    await probe.kill();
    await crash;
    await tree.restartChild("p");
    assertEquals(await waits, "next");
  },
);

// S93
conformance(
  "SpawnOptions.mailbox.onRestart drops urgent messages as others",
  async (t) => {
    await using tree = await supervise({
      backoff: false,
      children: [t.child({
        id: "p",
        actor: Probe,
        options: { mailbox: { urgent: true, onRestart: "drop" } },
      })],
    }, t.system);
    const probe = tree.ref("p", Probe);
    const urgent = probe.with(URGENT);
    const { answer } = await held(probe);
    answer.catch(() => {});
    urgent.tell.note("1");
    const asked = assertRejects(() => urgent.ask.nothing(), ActorStoppedError);
    await probe.kill();
    assertEquals((await asked).safeToRetry, true);
    await eventually(() => t.system.deadLetters.countOf("emptied"), 1);
    await tree.restartChild("p");
    assertEquals(await told(probe), []);
  },
);

// M20
conformance(
  "AskTimeoutError.begun tells of an urgent ask whether its handler has begun",
  async (t) => {
    const probe = await t.spawn(Probe, [], TAKES);
    for (let n = 0; n < 5; n++) await probe.ask.nothing();
    const { letGo } = await held(probe);
    const soon = probe.with({ urgent: true, timeout: 20 });
    const waiting = await assertRejects(() => soon.ask.nothing());
    assertInstanceOf(waiting, AskTimeoutError);
    assertEquals(waiting.begun, false);
    letGo();
    await probe.ask.nothing();
    const running = await assertRejects(() =>
      probe.with({ urgent: true, timeout: 500 }).ask.never()
    );
    assertInstanceOf(running, AskTimeoutError);
    assertEquals(running.begun, true);
    // It never ends by itself.
    await probe.kill();
  },
);

conformance(
  "SendOptions.signal takes an urgent message back that waits for room",
  async (t) => {
    const probe = await t.spawn(Probe, [], {
      mailbox: { urgent: true, capacity: 1 },
    });
    const { letGo } = await held(probe);
    const urgent = probe.with(URGENT);
    urgent.tell.note("1");
    const { signal, abort } = controller();
    const sent = assertRejects(
      () => probe.with({ ...URGENT, signal }).send.note("2"),
      RangeError,
    );
    abort(new RangeError("enough"));
    await sent;
    urgent.tell.note("3");
    letGo();
    await eventually(() => told(probe), ["1", "3"]);
  },
);

/** A word for a handler to say that it has begun. */
function awaited(): { words: Int32Array; begun: () => Promise<void> } {
  const word = new SharedWord();
  return { words: word.words, begun: () => word.reaches(1) };
}

function controller(): {
  signal: AbortSignal;
  abort: (reason: unknown) => void;
} {
  const controller = new AbortController();
  const { signal } = controller;
  return { signal, abort: (reason) => controller.abort(reason) };
}

conformance(
  "The options about urgent messages are refused when they are neither true nor false",
  async (t) => { // S57
    const options = { mailbox: { urgent: 1 } } as unknown as SpawnOptions;
    await assertRejects(
      () => t.spawn(Probe, [], options),
      InvalidOptionError,
      "'mailbox.urgent' must be true or false: current value is 1",
    );
    const probe = await t.spawn(Probe, []);
    const sends = { urgent: "yes" } as unknown as SendOptions;
    await assertRejects(
      async () => await probe.with(sends).ask.nothing(),
      InvalidOptionError,
      `'urgent' must be true or false: current value is "yes"`,
    );
  },
);
