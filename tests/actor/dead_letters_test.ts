import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  type DeadLetter,
  InvalidOptionError,
  System,
} from "../../mod.ts";
import {
  BUNDLE_LETTERS,
  DeadLetterBatch,
  type DeadLetterBundle,
  type LostMessage,
} from "../../src/actor/mail/dead_letter.ts";
import {
  DeadLetterOffice,
  LOG_PAUSE_MS,
} from "../../src/actor/mail/dead_letters.ts";
import { Gate } from "../fixtures/gate.ts";
import { Ledger } from "../fixtures/ledger.ts";
import { Messenger } from "../fixtures/messenger.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";

type Anyone = ActorRef<Record<string, (...args: unknown[]) => unknown>>;

const quiet = () => new System({ deadLetterLines: 0 });

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
Deno.test("System.deadLetters names a tell to an actor that has stopped, and its sender", async () => {
  {
    await using system = quiet();
    const books = await system.spawn(Ledger, [1], { name: "books" });
    const runner = await system.spawn(Messenger, [], { name: "runner" });
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
  }
  await threadsGone();
});

// M9 M46
Deno.test("System.deadLetters has a tell that found no room in time", async () => {
  {
    await using system = quiet();
    const books = await system.spawn(Ledger, [1], {
      name: "books",
      mailbox: { capacity: 2 },
    });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    const word = new Int32Array(new SharedArrayBuffer(4));
    const begun = Atomics.waitAsync(word, 0, 0);
    const held = assertRejects(() => books.ask.hold(word), ActorCrashedError);
    if (begun.async) await begun.value;
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
  }
  await threadsGone();
});

// M13
Deno.test("System.deadLetters has a reply that came after its ask was given up", async () => {
  {
    await using system = quiet();
    const gate = await system.spawn(Gate, [], { name: "gate", concurrency: 9 });
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
  }
  await threadsGone();
});

Deno.test("System.deadLetters has a tell of a method that the actor does not have", async () => {
  {
    await using system = quiet();
    const books = await system.spawn(Ledger, [1], { name: "books" });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    (books as unknown as Anyone).tell["burn"]!();
    assertEquals(await next(letters, 1), [
      "tell burn main>books: unknownMethod",
    ]);
    assertEquals(await books.ask.add(1), 2);
  }
  await threadsGone();
});

// M48
Deno.test("System.deadLetters has what still waited when its actor stopped, and the asks reject", async () => {
  {
    await using system = quiet();
    const gate = await system.spawn(Gate, [], { name: "gate" });
    const runner = await system.spawn(Messenger, [], { name: "runner" });
    const letters = system.deadLetters[Symbol.asyncIterator]();
    const passing = assertRejects(() => gate.ask.pass(), ActorCrashedError);
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
  }
  await threadsGone();
});

// M10
Deno.test("System.deadLetters counts a flood exactly and ends its subscriptions with the system", async () => {
  const system = quiet();
  const books = await system.spawn(Ledger, [1]);
  await books.stop();
  await books.exited;
  for (let i = 0; i < 5_000; i++) books.tell.add(i);
  let seen = 0;
  const reading = (async () => {
    for await (const { why } of system.deadLetters) {
      assertEquals(why, "stopped");
      seen++;
    }
  })();
  await system.close();
  await reading;
  assertEquals([seen, system.deadLetters.count], [BUNDLE_LETTERS, 5_000]);
  // It counts on when the system is closed; a subscription has nothing to wait for.
  books.tell.add(1);
  await Promise.resolve();
  assertEquals(system.deadLetters.count, 5_001);
  for await (const _ of system.deadLetters) throw new Error("Nobody wrote");
  await threadsGone();
});

Deno.test("System() refuses dead letter lines that are no whole number", () => {
  for (const deadLetterLines of [-1, 0.5, NaN, 1_001]) {
    assertThrows(() => new System({ deadLetterLines }), InvalidOptionError);
  }
});

const LOST: LostMessage = {
  why: "stopped",
  kind: "tell",
  to: 7,
  toName: "books",
  from: 0,
  method: "add",
  hash: 1,
};

function bundle(
  count: number,
  more: DeadLetterBundle["more"] = {},
): DeadLetterBundle {
  return { type: "deadLetters", letters: Array(count).fill(LOST), more };
}

// M10
Deno.test("DeadLetterOffice.take() writes the first lines, pauses, and says how many it left out", () => {
  const lines: string[] = [];
  let now = 0;
  const office = new DeadLetterOffice({
    lines: 2,
    write: (line) => lines.push(line),
    now: () => now,
  });
  office.take(bundle(1));
  assertEquals(lines.splice(0), [
    '[troupe] Dead letter: tell add() from "main" #0 did not reach "books" #7: it has stopped',
  ]);
  office.take(bundle(5, { stopped: 3 }));
  assertEquals(lines.length, 2);
  assertEquals(
    lines.splice(0)[1],
    "[troupe] Dead letters: no more lines for 300 s, System.deadLetters has them all",
  );
  now = LOG_PAUSE_MS - 1;
  office.take(bundle(1));
  assertEquals(lines, []);
  now = LOG_PAUSE_MS;
  office.take(bundle(1));
  assertEquals(lines.length, 2);
  assertEquals(
    lines.splice(0)[0],
    "[troupe] Dead letters: 8 more in the last 300 s",
  );
  office.take(bundle(3));
  lines.length = 0;
  office.close();
  office.close();
  assertEquals(lines, [
    "[troupe] Dead letters: 2 more when the system was closed",
  ]);
  assertEquals(office.count, 14);
});

Deno.test("DeadLetterOffice shows a letter to each subscriber, the latest 1,024 to one that is slow", async () => {
  const office = new DeadLetterOffice({
    lines: 0,
    write: () => {},
    now: () => 0,
  });
  const slow = office[Symbol.asyncIterator]();
  const gone = office[Symbol.asyncIterator]();
  const pending = gone.next();
  office.take(bundle(1));
  assertEquals((await pending).value?.receiver, { id: 7, name: "books" });
  await gone.return!();
  office.take(bundle(1_100));
  assertEquals(await gone.next(), { done: true, value: undefined });
  office.close();
  let count = 0;
  for await (const _ of slow) count++;
  assertEquals(count, 1_024);
});

Deno.test("DeadLetterBatch.add() sends the letters of one turn together and counts those beyond", async () => {
  const sent: DeadLetterBundle[] = [];
  const batch = new DeadLetterBatch((bundle) => sent.push(bundle));
  batch.flush();
  for (let i = 0; i < BUNDLE_LETTERS + 3; i++) batch.add(LOST);
  assertEquals(sent, []);
  await Promise.resolve();
  assertEquals(sent.map(({ letters, more }) => [letters.length, more]), [
    [BUNDLE_LETTERS, { stopped: 3 }],
  ]);
  batch.add(LOST);
  await Promise.resolve();
  assertEquals(sent[1]!.letters.length, 1);
});
