import { sharedWords } from "../fixtures/words.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type SpawnOptions,
  supervise,
  type Supervisor,
} from "../../mod.ts";
import { Receiver } from "../fixtures/receiver.ts";
import { Stasher } from "../fixtures/stasher.ts";
import { eventually } from "./journal.ts";
import { type Case, conformance, OWN_THREAD } from "./placements.ts";
import { SharedWord } from "./shared_word.ts";

const URGENT = { urgent: true, timeout: 30_000 } as const;
const PATIENT = { timeout: 30_000 } as const;

/** A stasher and a receiver, which are restarted. */
function start(t: Case, options: SpawnOptions = {}): Promise<Supervisor> {
  const all = { mailbox: { urgent: true }, ...options };
  return supervise({
    backoff: false,
    maxRestarts: 10,
    children: [
      t.child({ id: "s", actor: Stasher, options: all }),
      t.child({ id: "r", actor: Receiver, options: all }),
    ],
  }, t.system);
}

function twoWords(): Int32Array {
  return sharedWords(2);
}

// S92 M35 M37
conformance(
  "a kill while messages are put aside and urgent ones wait loses none, and keeps their order",
  async (t) => {
    await using tree = await start(t);
    const ref = tree.ref("s", Stasher).with(PATIENT);
    const urgent = ref.with(URGENT);
    await ref.send.take("a");
    await urgent.send.take("u1");
    await ref.send.take("b");
    assertEquals(await ref.ask.stashed(), 3);
    const word = new SharedWord();
    const cut = assertRejects(
      () => ref.ask.hold(word.words),
      ActorCrashedError,
    );
    await word.reaches(1);
    const two = urgent.ask.take("u2");
    await ref.send.take("c");
    await ref.kill();
    await cut;
    await tree.restartChild("s");
    await eventually(() => ref.ask.stashed(), 5);
    assertEquals(await ref.ask.open(), 5);
    assertEquals(await two, "took u2");
    assertEquals(await ref.ask.taken(), ["u1", "u2", "a", "b", "c"]);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

// M34 S92
conformance(
  "a kill while a handler receives loses none that it has skipped, and keeps their order",
  async (t) => {
    await using tree = await start(t);
    const ref = tree.ref("r", Receiver).with(PATIENT);
    const urgent = ref.with(URGENT);
    const begun = new SharedWord();
    const cut = assertRejects(
      () => ref.ask.failing(begun.words),
      ActorCrashedError,
    );
    await begun.reaches(1);
    const one = ref.ask.note("a");
    await urgent.send.note("u1");
    await ref.send.note("b");
    await ref.kill();
    await cut;
    await tree.restartChild("r");
    assertEquals(await one, "a");
    assertEquals(await ref.ask.log(), ["u1", "a", "b"]);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

// M34 S93
conformance(
  "redeliver does not have a message come again whose handler has received",
  async (t) => {
    await using tree = await start(t, { redeliver: 2 });
    const ref = tree.ref("r", Receiver).with(PATIENT);
    const begun = new SharedWord();
    const failing = assertRejects(
      () => ref.ask.failing(begun.words),
      ActorCrashedError,
    );
    await begun.reaches(1);
    const note = ref.ask.note("a");
    assertEquals(await ref.ask.pay(1), 1);
    await failing;
    assertEquals(await note, "a");
    assertEquals(await ref.ask.log(), ["a"]);
    assertEquals(begun.value, 1);
  },
);

// S93 M34
conformance(
  "a hang after a message was received loses none that was skipped, and nothing comes twice",
  async (t) => {
    await using tree = await start(t, { redeliver: 2, hangMs: 1_500 });
    const ref = tree.ref("r", Receiver).with(PATIENT);
    const words = twoWords();
    const hung = assertRejects(
      () => ref.ask.hanging(words),
      ActorCrashedError,
    );
    await new SharedWord(words).reaches(1);
    await ref.send.note("a");
    await ref.with(URGENT).send.note("u1");
    assertEquals(await ref.ask.pay(1), 1);
    const later = ref.ask.note("b");
    await hung;
    assertEquals(await later, "b");
    assertEquals(await ref.ask.log(), ["u1", "a", "b"]);
    assertEquals(words[0], 1);
    Atomics.store(words, 1, 1);
  },
  OWN_THREAD,
);

// S93 M35
conformance(
  "a hang of a handler whose message is put aside has it handled once, with those that wait",
  async (t) => {
    await using tree = await start(t, { redeliver: 2, hangMs: 1_500 });
    const ref = tree.ref("s", Stasher).with(PATIENT);
    const words = twoWords();
    await ref.send.take("a");
    await ref.with(URGENT).send.take("u1");
    const answer = ref.ask.asideAndHang("b", words);
    const later = ref.ask.take("c");
    await eventually(() => ref.ask.stashed(), 4);
    assertEquals(await ref.ask.open(), 4);
    assertEquals(await Promise.all([answer, later]), ["took b", "took c"]);
    assertEquals(await ref.ask.taken(), ["u1", "a", "b", "c"]);
    Atomics.store(words, 1, 1);
  },
  OWN_THREAD,
);
