import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  StashFullError,
  supervise,
} from "../../mod.ts";
import { Receiver } from "../fixtures/receiver.ts";
import { Stasher } from "../fixtures/stasher.ts";
import { PATIENT } from "./held.ts";
import { eventually } from "./journal.ts";
import { conformance } from "./placements.ts";
import { SharedWord } from "./shared_word.ts";

const TAKES = { mailbox: { urgent: true } } as const;
const URGENT = { urgent: true, timeout: 30_000 } as const;

/** Sends texts in order; those that begin with "u" are urgent. */
async function sent(
  texts: readonly string[],
  send: (text: string, urgent: boolean) => Promise<void>,
): Promise<void> {
  for (const text of texts) await send(text, text.startsWith("u"));
}

/** Has the actor hold on to a message; gives the way to let it go. */
async function holding(
  hold: (words: Int32Array) => Promise<unknown>,
): Promise<() => void> {
  const word = new SharedWord();
  hold(word.words).catch(() => {});
  await word.reaches(1);
  return () => word.set(2);
}

// M34 M36
conformance(
  "Context.receive() takes an urgent message first that fits",
  async (t) => {
    const ref = await t.spawn(Receiver, [], TAKES);
    const word = new SharedWord();
    const order = ref.with(PATIENT).ask.orderWhen(word.words);
    await word.reaches(1);
    await ref.send.note("a");
    await ref.send.pay(1);
    await ref.with(URGENT).send.note("u");
    await ref.with(URGENT).send.pay(2);
    word.set(2);
    assertEquals(await order, 2);
    assertEquals(
      await ref.ask.log(),
      ["paid 2", "order", "u", "a", "unexpected 1"],
    );
  },
);

// M34 M37 M38
conformance(
  "Context.receive() leaves urgent messages before the others, each kind in order",
  async (t) => {
    const ref = await t.spawn(Receiver, [], TAKES);
    const urgent = ref.with(URGENT);
    const word = new SharedWord();
    const one = ref.with(PATIENT).ask.orderWhen(word.words, 2);
    const two = ref.with(PATIENT).ask.order();
    await word.reaches(1);
    await sent(
      ["a", "u1", "b", "u2", "u3", "c"],
      (text, isUrgent) => (isUrgent ? urgent : ref).send.note(text),
    );
    word.set(2);
    await urgent.send.pay(1);
    await sent(
      ["u4", "d"],
      (text, isUrgent) => (isUrgent ? urgent : ref).send.note(text),
    );
    await ref.send.pay(2);
    assertEquals(await one, 3);
    await ref.send.pay(4);
    assertEquals(await two, 4);
    const log = [...await ref.ask.log()];
    // The second order has waited among the others, behind the urgent ones.
    const notes = log.filter((line) => line.length < 3);
    assertEquals(notes, ["u1", "u2", "u3", "u4", "a", "b", "c", "d"]);
    assertEquals(log[0], "paid 1");
    // What was received and what was skipped gives its room back once.
    for (let n = 0; n < 3; n++) await urgent.send.note("u");
    assertEquals((await ref.ask.log()).length, log.length + 3);
  },
);

// M34 M36 S92
conformance(
  "Context.receive() keeps urgent messages urgent over a restart",
  async (t) => {
    await using tree = await supervise({
      backoff: false,
      children: [t.child({ id: "r", actor: Receiver, options: TAKES })],
    }, t.system);
    const ref = tree.ref("r", Receiver).with({ timeout: 30_000 });
    const urgent = ref.with(URGENT);
    const [begun, word] = [new SharedWord(), new SharedWord()];
    const failing = assertRejects(
      () => ref.ask.failingWhen(begun.words, word.words),
      ActorCrashedError,
    );
    await begun.reaches(1);
    const send = (text: string, isUrgent: boolean) =>
      (isUrgent ? urgent : ref).send.note(text);
    await sent(["a", "u1", "b", "u2"], send);
    const asked = urgent.ask.note("u3");
    const paid = ref.ask.pay(1);
    await word.reaches(1);
    // While it is given one, the others wait.
    await sent(["c", "u4"], send);
    word.set(2);
    assertEquals(await paid, 1);
    await failing;
    assertEquals(await asked, "u3");
    assertEquals(
      await ref.ask.log(),
      ["u1", "u2", "u3", "u4", "a", "b", "c"],
    );
  },
);

// M34
conformance(
  "Context.receive() rejects with StashFullError when it has skipped too many urgent messages, and loses none",
  async (t) => {
    const ref = await t.spawn(Receiver, [], {
      mailbox: { urgent: true, stash: 2 },
    });
    const urgent = ref.with(URGENT);
    const word = new SharedWord();
    const first = ref.with(PATIENT).ask.reason(Infinity, word.words);
    await word.reaches(1);
    await sent(
      ["a", "u1", "u2"],
      (text, isUrgent) => (isUrgent ? urgent : ref).send.note(text),
    );
    await urgent.send.note("u3");
    assertEquals(await first, StashFullError.prototype.name);
    await ref.send.note("b");
    assertEquals(await ref.ask.log(), ["u1", "u2", "u3", "a", "b"]);
  },
);

// M35 M37
conformance(
  "Context.unstash() has urgent messages handled first, those that were put aside before newer ones",
  async (t) => {
    const ref = await t.spawn(Stasher, [], TAKES);
    const urgent = ref.with(URGENT);
    await sent(
      ["a", "u1", "b"],
      (text, isUrgent) => (isUrgent ? urgent : ref).send.take(text),
    );
    assertEquals(await ref.ask.stashed(), 3);
    const letGo = await holding((words) => ref.with(PATIENT).ask.hold(words));
    // Handled before it opens, and put aside.
    const two = urgent.ask.take("u2");
    const opened = ref.with(PATIENT).ask.open();
    await ref.send.take("c");
    letGo();
    assertEquals(await opened, 4);
    assertEquals(await two, "took u2");
    assertEquals(await ref.ask.taken(), ["u1", "u2", "a", "b", "c"]);
    assertEquals(await ref.ask.stashed(), 0);
    for (let n = 0; n < 3; n++) await urgent.send.take("u");
    assertEquals((await ref.ask.taken()).length, 8);
  },
);

// M35 S92 M48
conformance(
  "Context.stash() keeps urgent messages urgent over restarts, and has them be dead letters at the end",
  async (t) => {
    await using tree = await supervise({
      backoff: false,
      maxRestarts: 5,
      children: [t.child({ id: "s", actor: Stasher, options: TAKES })],
    }, t.system);
    const ref = tree.ref("s", Stasher).with({ timeout: 30_000 });
    const urgent = ref.with(URGENT);
    const send = (text: string, isUrgent: boolean) =>
      (isUrgent ? urgent : ref).send.take(text);
    await sent(["a", "u1", "b"], send);
    const two = urgent.ask.take("u2");
    for (let n = 0; n < 2; n++) {
      await eventually(() => ref.ask.stashed(), 4);
      await assertRejects(() => ref.ask.fail(), ActorCrashedError);
    }
    await eventually(() => ref.ask.stashed(), 4);
    assertEquals(await ref.ask.open(), 4);
    assertEquals(await two, "took u2");
    assertEquals(await ref.ask.taken(), ["u1", "u2", "a", "b"]);
    await ref.ask.close();
    await sent(["c", "u3"], send);
    const four = assertRejects(() => urgent.ask.take("u4"), ActorStoppedError);
    await eventually(() => ref.ask.stashed(), 3);
    await tree.stop();
    assertEquals((await four).safeToRetry, true);
    await eventually(() => t.system.deadLetters.countOf("undelivered"), 3);
  },
);
