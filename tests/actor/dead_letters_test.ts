import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError, System } from "../../mod.ts";
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
import { Ledger } from "../fixtures/ledger.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";

const quiet = () => new System({ deadLetterLines: 0 });

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
