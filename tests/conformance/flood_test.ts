import { assertEquals } from "@std/assert";
import type { ActorRef, Overflow } from "../../mod.ts";
import { Messenger } from "../fixtures/messenger.ts";
import { Notebook } from "../fixtures/notebook.ts";
import { Pusher } from "../fixtures/pusher.ts";
import { eventually } from "./journal.ts";
import { conformance } from "./placements.ts";

type Anyone = ActorRef<Record<string, (...args: unknown[]) => unknown>>;

const COUNT = 3_000;
const POLICIES: readonly Overflow[] = [
  "wait",
  "fail",
  "dropNewest",
  "dropOldest",
];

// M1 M4 M9 M46
for (const overflow of POLICIES) {
  conformance(
    `a flood from another thread is accounted for to the last message when the mailbox is one that does "${overflow}"`,
    async (t) => {
      const { deadLetters } = t.system;
      const book = await t.spawn(Notebook, [], {
        mailbox: { capacity: 16, overflow },
      });
      const runner = await t.system.spawn(Messenger, []);
      await runner.with({ timeout: Infinity })
        .ask.tell(book as unknown as Anyone, "note", COUNT);
      let notes: readonly number[] = [];
      await eventually(async () => {
        notes = [...await book.ask.notes()];
        return notes.length + deadLetters.count;
      }, COUNT);
      // What has arrived is in order, and nothing has twice.
      assertEquals(notes, [...new Set(notes)].sort((a, b) => a - b));
      if (overflow === "wait") assertEquals(deadLetters.count, 0);
      if (overflow === "dropOldest") assertEquals(notes.at(-1), COUNT - 1);
      const why = overflow === "fail" || overflow === "wait"
        ? "full"
        : "dropped";
      assertEquals(deadLetters.countOf(why), deadLetters.count);
      // Whatever was lost, there is room for all that there was room for.
      await runner.ask.tell(book as unknown as Anyone, "note", 8);
      await eventually(
        async () => (await book.ask.notes()).length,
        notes.length + 8,
      );
    },
  );
}

// M2 M4
conformance(
  "floods from several threads all arrive, each in its order",
  async (t) => {
    const book = await t.spawn(Notebook, [], { mailbox: { capacity: 16 } });
    const runners = [];
    for (let i = 0; i < 3; i++) {
      runners.push(
        await t.system.spawn(Messenger, []),
      );
    }
    const total = runners.length * 1_000;
    await Promise.all(runners.map((runner) =>
      runner.with({ timeout: Infinity })
        .ask.tell(book as unknown as Anyone, "note", 1_000)
    ));
    await eventually(async () => (await book.ask.notes()).length, total);
    const notes = await book.ask.notes();
    const times = new Map<number, number>();
    for (const n of notes) times.set(n, (times.get(n) ?? 0) + 1);
    assertEquals([...times.values()], Array(1_000).fill(3));
    assertEquals(t.system.deadLetters.count, 0);
  },
);

// M9 M46
for (const overflow of POLICIES) {
  conformance(
    `room that came free is known to a handler of another thread at once when the mailbox is one that does "${overflow}"`,
    async (t) => {
      const book = await t.spawn(Notebook, [], {
        mailbox: { capacity: 16, overflow },
      });
      const pusher = (await t.system.spawn(Pusher, [])).with({
        timeout: Infinity,
      });
      // The very first word of room comes in the middle of it, too.
      assertEquals(await pusher.ask.push(book, 200, 10_000), 200);
      await eventually(async () => (await book.ask.notes()).length, 200);
      assertEquals(t.system.deadLetters.count, 0);
    },
  );
}
