import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorRef,
  ActorStoppedError,
  DataCloneError,
  MailboxFullError,
  SystemClosedError,
} from "../../mod.ts";
import { eventually } from "./journal.ts";
import { conformance, COPIES } from "./placements.ts";
import { Probe, type ProbeActor } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** Messages that wait longer than any test. */
const PATIENT = { timeout: 30_000 };
/** One message is held, and three wait. */
const SMALL = { mailbox: { capacity: 4 } };

/** Has the probe hold on to a message; resolves when it has begun, and gives the way to let it go. */
async function held(probe: ActorRef<ProbeActor>): Promise<() => void> {
  const word = new SharedWord();
  probe.with(PATIENT).ask.hold(word.words).catch(() => {});
  await word.reaches(1);
  return () => word.set(2);
}

/** Whether a promise has settled by the time that all that is due has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(() => done = true, () => done = true);
  await new Promise((resolve) => setTimeout(resolve));
  return done;
}

/** The notes of a probe without those that it makes of itself. */
async function notesOf(probe: ActorRef<ProbeActor>): Promise<string[]> {
  const notes = await probe.with(PATIENT).ask.notes();
  return notes.filter((note) => note !== "started" && note !== "held");
}

// -- ActorRef.send -------------------------------------------------------------

conformance(
  "ActorRef.send() resolves when the message is in the mailbox, before it is handled",
  async (t) => { // M9
    const probe = await t.spawn(Probe, [], SMALL);
    const letGo = await held(probe);
    assertStrictEquals(await probe.send.note("a"), undefined);
    letGo();
    assertEquals(await notesOf(probe), ["a"]);
  },
);

conformance(
  "ActorRef.send() waits for room when the mailbox is full",
  async (t) => { // M9, M46
    const probe = await t.spawn(Probe, [], SMALL);
    const letGo = await held(probe);
    for (const text of ["1", "2", "3"]) await probe.send.note(text);
    const waiting = probe.with(PATIENT).send.note("4");
    assertEquals(await settled(waiting), false);
    letGo();
    await waiting;
    assertEquals(await notesOf(probe), ["1", "2", "3", "4"]);
  },
);

conformance(
  "ActorRef.send(), tell and ask of one sender share one order while they wait for room",
  async (t) => { // M1, M9
    const probe = await t.spawn(Probe, [], SMALL);
    const letGo = await held(probe);
    const patient = probe.with(PATIENT);
    const sent: Promise<void>[] = [];
    for (let i = 0; i < 20; i += 2) {
      sent.push(patient.send.note(`${i}`));
      patient.tell.note(`${i + 1}`);
    }
    const notes = notesOf(probe);
    letGo();
    await Promise.all(sent);
    assertEquals(await notes, Array.from({ length: 20 }, (_, i) => `${i}`));
  },
);

conformance(
  "ActorRef.send() rejects with MailboxFullError when no room came in time, and the message is not delivered later",
  async (t) => { // M9, M46
    const probe = await t.spawn(Probe, [], { ...SMALL, name: "small" });
    const letGo = await held(probe);
    for (const text of ["1", "2", "3"]) await probe.send.note(text);
    // One that waits longer is ahead of it.
    const patient = probe.with(PATIENT).send.note("4");
    const error = await assertRejects(
      () => probe.with({ timeout: 20 }).send.note("late"),
      MailboxFullError,
      'Cannot send note() to "small" as its mailbox stayed full for 20 ms',
    );
    assertEquals([error.capacity, error.unsent], [4, ["late"]]);
    letGo();
    await patient;
    assertEquals(await notesOf(probe), ["1", "2", "3", "4"]);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

conformance(
  "ActorRef.send() still meets its deadline when an ask that is due before it was given up",
  async (t) => { // M9
    const probe = await t.spawn(Probe, [], SMALL);
    const letGo = await held(probe);
    for (const text of ["1", "2", "3"]) await probe.send.note(text);
    const ask = assertRejects(
      () => probe.with({ timeout: 5 }).ask.echo(1),
      MailboxFullError,
    );
    const send = assertRejects(
      () => probe.with({ timeout: 40 }).send.note("late"),
      MailboxFullError,
    );
    await ask;
    await send;
    letGo();
    assertEquals(await notesOf(probe), ["1", "2", "3"]);
  },
);

conformance(
  "ActorRef.send() gives a message up that waits for room when its signal aborts",
  async (t) => { // M9
    const probe = await t.spawn(Probe, [], SMALL);
    const letGo = await held(probe);
    for (const text of ["1", "2", "3"]) await probe.send.note(text);
    const controller = new AbortController();
    const { signal } = controller;
    const given = assertRejects(
      () => probe.with({ timeout: 30_000, signal }).send.note("given up"),
      Error,
      "enough",
    );
    controller.abort(new Error("enough"));
    await given;
    await assertRejects(
      () => probe.with({ signal }).send.note("given up"),
      Error,
      "enough",
    );
    letGo();
    assertEquals(await notesOf(probe), ["1", "2", "3"]);
  },
);

conformance(
  "ActorRef.send() rejects with ActorStoppedError when the actor has ended or ends first",
  async (t) => { // M7, M9
    const probe = await t.spawn(Probe, [], SMALL);
    await held(probe);
    for (const text of ["1", "2", "3"]) await probe.send.note(text);
    // The end of the one that runs makes room for one more.
    const lucky = probe.with(PATIENT).send.note("4").catch(() => {});
    const waiting = assertRejects(
      () => probe.with(PATIENT).send.note("5"),
      ActorStoppedError,
    );
    await probe.kill();
    await lucky;
    const error = await waiting;
    assert(error.safeToRetry);
    await probe.exited;
    await assertRejects(() => probe.send.note("6"), ActorStoppedError);
    // Those in the mailbox are dead letters, those that were refused are not.
    await eventually(() => t.system.deadLetters.countOf("stopped"), 0);
  },
);

conformance(
  "ActorRef.send() rejects with SystemClosedError when the system is closed",
  async (t) => { // M9
    const probe = await t.spawn(Probe, []);
    await t.system.close();
    const error = await assertRejects(() => probe.send.note("x"));
    assert(
      error instanceof SystemClosedError || error instanceof ActorStoppedError,
    );
  },
);

conformance(
  "ActorRef.send() holds back a sender that is faster than its receiver",
  async (t) => { // M9
    const probe = await t.spawn(Probe, [], SMALL);
    for (let i = 0; i < 300; i++) await probe.with(PATIENT).send.note(`${i}`);
    const notes = await notesOf(probe);
    assertEquals(notes, Array.from({ length: 300 }, (_, i) => `${i}`));
  },
);

conformance(
  "ActorRef.send() works between two actors, and its sender survives a full mailbox",
  async (t) => { // M9
    const probe = await t.spawn(Probe, [], SMALL);
    const sender = await t.spawn(Probe, []);
    const letGo = await held(probe);
    const outcome = await sender.with(PATIENT).ask.sendNotes(probe, 6, 20);
    // Each sending thread has its own room: that of the test is taken in part, if the sender shares it.
    const sent = outcome.filter((each) => each === "sent");
    assertEquals(outcome, [
      ...sent,
      ...new Array(6 - sent.length).fill("MailboxFullError"),
    ]);
    assertEquals(sent.length, t.placement === "local" ? 3 : 4);
    letGo();
    await eventually(
      () => notesOf(probe),
      Array.from({ length: sent.length }, (_, i) => `${i}`),
    );
    assertEquals(await sender.ask.echo("still there"), "still there");
  },
);

conformance(
  "ActorRef.send() rejects with DataCloneError when an argument cannot travel",
  async (t) => { // M9
    const probe = await t.spawn(Probe, []);
    const error = await assertRejects(
      () => probe.send.note((() => {}) as unknown as string),
      DataCloneError,
    );
    assertEquals(error.path, "args[0]");
  },
  COPIES,
);

// -- ActorRef.trySend ----------------------------------------------------------

conformance(
  "ActorRef.trySend() sends while there is room, and then answers false",
  async (t) => { // M9
    const probe = await t.spawn(Probe, [], SMALL);
    const letGo = await held(probe);
    const answers = ["1", "2", "3", "4", "5"].map((text) =>
      probe.trySend.note(text)
    );
    assertEquals(answers, [true, true, true, false, false]);
    letGo();
    assertEquals(await notesOf(probe), ["1", "2", "3"]);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

conformance(
  "ActorRef.trySend() answers false while messages of its thread wait for room",
  async (t) => { // M1, M9
    const probe = await t.spawn(Probe, [], SMALL);
    const letGo = await held(probe);
    for (let i = 0; i < 8; i++) probe.with(PATIENT).tell.note(`${i}`);
    assertEquals(probe.trySend.note("no"), false);
    letGo();
    assertEquals(
      await notesOf(probe),
      Array.from({ length: 8 }, (_, i) => `${i}`),
    );
    await eventually(() => probe.trySend.note("yes"), true);
  },
);

conformance(
  "ActorRef.trySend() moves nothing when it answers false",
  async (t) => { // M9
    const probe = await t.spawn(Probe, [], { mailbox: { capacity: 1 } });
    const letGo = await held(probe);
    const buffer = new ArrayBuffer(8);
    const moving = probe.with({ transfer: [buffer] });
    assertEquals(moving.trySend.sizeOf(buffer), false);
    assertEquals(buffer.byteLength, 8);
    letGo();
    // An answer may come just before its message makes room.
    await eventually(() => moving.trySend.sizeOf(buffer), true);
    await probe.with(PATIENT).ask.notes();
  },
);

conformance(
  "ActorRef.trySend() answers false for an actor that has ended, and there is no dead letter",
  async (t) => { // M7, M9
    const probe = await t.spawn(Probe, []);
    await probe.stop();
    await probe.exited;
    assertEquals(probe.trySend.note("x"), false);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

conformance(
  "ActorRef.trySend() throws DataCloneError when an argument cannot travel",
  async (t) => { // M9
    const probe = await t.spawn(Probe, []);
    assertThrows(
      () => probe.trySend.note((() => {}) as unknown as string),
      DataCloneError,
    );
    await probe.ask.nothing();
  },
  COPIES,
);
