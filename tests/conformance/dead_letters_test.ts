import { changeOf, sharedWords } from "../fixtures/words.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  type DeadLetter,
} from "../../mod.ts";
import { Gate } from "../fixtures/gate.ts";
import { Ledger } from "../fixtures/ledger.ts";
import { Messenger } from "../fixtures/messenger.ts";
import { conformance, NAMED } from "./placements.ts";
import { SharedWord } from "./shared_word.ts";

type Anyone = ActorRef<Record<string, (...args: unknown[]) => unknown>>;

/** The next `count` letters, each in a line. */
async function next(
  letters: AsyncIterator<DeadLetter>,
  count: number,
): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    const { value } = await letters.next() as { value: DeadLetter };
    const { kind, method, sender, receiver, why } = value;
    lines.push(
      `${kind} ${method} ${sender.name}>${receiver.name}: ${why}`,
    );
  }
  return lines;
}

// M7 M8 M10
conformance(
  "System.deadLetters names a tell to an actor that has stopped, and its sender",
  async (t) => {
    const { system } = t;
    const books = await t.spawn(Ledger, [1], { name: "books" });
    const runner = await t.spawn(Messenger, [], { name: "runner" });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    await books.stop();
    await books.exited;
    books.tell.add(1);
    assertEquals(await next(letters, 1), ["tell add main>books: stopped"]);
    // A message to a stopped actor harms nobody: the sender goes on.
    await runner.ask.tell(books as unknown as Anyone, "add", 2);
    await runner.ask.hear();
    assertEquals(
      await next(letters, 2),
      Array(2).fill("tell add runner>books: stopped"),
    );
    assertEquals(system.deadLetters.count, 3);
    assertEquals(system.deadLetters.countOf("stopped"), 3);
    assertEquals(system.deadLetters.countOf("full"), 0);
  },
  NAMED,
);

// M9 M46
conformance(
  "System.deadLetters has a tell that found no room in time",
  async (t) => {
    const { system } = t;
    const books = await t.spawn(Ledger, [1], {
      name: "books",
      mailbox: { capacity: 2 },
    });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    const word = sharedWords(1);
    const begun = changeOf(word, 0, 0);
    const held = assertRejects(() => books.ask.hold(word), ActorCrashedError);
    await begun;
    const hasty = books.with({ timeout: 20 });
    for (let i = 0; i < 4; i++) hasty.tell.add(1);
    // The message that is being handled takes one place of the two.
    assertEquals(
      await next(letters, 3),
      Array(3).fill("tell add main>books: full"),
    );
    await books.kill();
    await held;
    // M48
    assertEquals(await next(letters, 1), [
      "tell add main>books: undelivered",
    ]);
    assertEquals(system.deadLetters.count, 4);
  },
);

// M13
conformance(
  "System.deadLetters has a reply that came after its ask was given up",
  async (t) => {
    const { system } = t;
    const gate = await t.spawn(Gate, [], { name: "gate", concurrency: 9 });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    const aborter = new AbortController();
    const aborted = assertRejects(
      () => gate.with({ signal: aborter.signal }).ask.pass(),
      DOMException,
    );
    await assertRejects(
      () => gate.with({ timeout: 5 }).ask.pass(),
      AskTimeoutError,
    );
    aborter.abort();
    await aborted;
    assertEquals(system.deadLetters.count, 0);
    await gate.ask.open();
    assertEquals(
      await next(letters, 2),
      Array(2).fill("reply pass gate>main: lateReply"),
    );
  },
);

conformance(
  "System.deadLetters has a tell of a method that the actor does not have",
  async (t) => {
    const { system } = t;
    const books = await t.spawn(Ledger, [1], { name: "books" });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    (books as unknown as Anyone).tell["burn"]!();
    assertEquals(await next(letters, 1), [
      "tell burn main>books: unknownMethod",
    ]);
    assertEquals(await books.ask.add(1), 2);
  },
);

// M48
conformance(
  "System.deadLetters has what still waited when its actor stopped, and the asks reject",
  async (t) => {
    const { system } = t;
    const gate = await t.spawn(Gate, [], { name: "gate" });
    const runner = await t.spawn(Messenger, [], { name: "runner" });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    const arrived = new SharedWord();
    const passing = assertRejects(
      () => gate.ask.pass(arrived.words),
      ActorCrashedError,
    );
    await arrived.reaches(1);
    const waiting = assertRejects(() => gate.ask.waiting(), ActorStoppedError);
    gate.tell.open();
    await runner.ask.tell(gate as unknown as Anyone, "open", 3);
    await gate.kill();
    await Promise.all([passing, waiting]);
    assertEquals((await next(letters, 5)).sort(), [
      "ask waiting main>gate: undelivered",
      "tell open main>gate: undelivered",
      "tell open runner>gate: undelivered",
      "tell open runner>gate: undelivered",
      "tell open runner>gate: undelivered",
    ]);
    assertEquals(system.deadLetters.countOf("undelivered"), 5);
  },
  NAMED,
);

// M7 M48
conformance(
  "System.deadLetters names a sender on another thread",
  async (t) => {
    const gate = await t.spawn(Gate, [], { name: "gate" });
    const runner = await t.system.spawn(Messenger, [], { name: "runner" });
    const letters = t.system.deadLetters[Symbol.asyncIterator]();
    const arrived = new SharedWord();
    const passing = assertRejects(
      () => gate.ask.pass(arrived.words),
      ActorCrashedError,
    );
    await arrived.reaches(1);
    const { tell } = runner.ask;
    const anyone = gate as unknown as Anyone;
    await tell(anyone, "open", 2);
    // A message of that thread after those: they have arrived there.
    await assertRejects(
      () => gate.with({ timeout: 50 }).ask.waiting(),
      AskTimeoutError,
    );
    await gate.kill();
    await passing;
    const waited = (await next(letters, 3)).sort();
    assertEquals(
      waited.slice(1),
      Array(2).fill("tell open runner>gate: undelivered"),
    );
    await tell(anyone, "open", 1);
    assertEquals(await next(letters, 1), ["tell open runner>gate: stopped"]);
  },
);

// S77
conformance(
  "ActorRef.stop() with drain refuses what comes later from another thread too",
  async (t) => {
    const gate = await t.spawn(Gate, [], { name: "gate" });
    const runner = await t.system.spawn(Messenger, [], { name: "runner" });
    const letters = t.system.deadLetters[Symbol.asyncIterator]();
    const arrived = new SharedWord();
    const passing = assertRejects(
      () => gate.ask.pass(arrived.words),
      ActorCrashedError,
    );
    await arrived.reaches(1);
    const stopped = gate.stop("enough", { drain: true });
    while (t.system.deadLetters.count === 0) {
      await runner.ask.tell(gate as unknown as Anyone, "waiting", 1);
    }
    const letter = "tell waiting runner>gate: stopped";
    assertEquals(await next(letters, 1), [letter]);
    assertEquals((await gate.kill()).kind, "killed");
    assertEquals((await stopped).kind, "killed");
    await passing;
  },
);
