import { changeOf, sharedWords, tell } from "../fixtures/words.ts";
import { assertEquals, assertRejects } from "@std/assert";
import {
  type ActorRef,
  InvalidOptionError,
  MailboxFullError,
  type Overflow,
} from "../../mod.ts";
import { Notebook } from "../fixtures/notebook.ts";
import { type Case, conformance, LATE_DROPS } from "./placements.ts";

type Book = ActorRef<{
  hold(words: Int32Array): Promise<void>;
  note(n: number): number;
  notes(): readonly number[];
}>;

/** A notebook that is held: its mailbox has room for one message less than its capacity, for three by default. */
async function held(
  t: Case,
  overflow: Overflow,
  capacity = 4,
): Promise<{ book: Book; free: () => Promise<void> }> {
  const book = await t.spawn(Notebook, [], {
    name: "book",
    mailbox: { capacity, overflow },
  });
  return { book, free: await hold(book) };
}

/** Has a notebook hold on to a message; resolves when it has begun, with what lets it go. */
async function hold(book: Book): Promise<() => Promise<void>> {
  const words = sharedWords(2);
  const begun = changeOf(words, 0, 0);
  const holding = book.with({ timeout: Infinity }).ask.hold(words);
  holding.catch(() => {});
  await begun;
  return async () => {
    Atomics.store(words, 1, 1);
    tell(words, 1);
    await holding;
  };
}

/** The notes, once there is room to ask: the answer that frees an actor is sent just before its message makes room. */
async function notesOf(book: Book): Promise<readonly number[]> {
  for (;;) {
    try {
      return await book.ask.notes();
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

// M46
conformance(
  'SpawnOptions.mailbox.overflow "wait" keeps what finds no room until there is some',
  async (t) => {
    const { book, free } = await held(t, "wait");
    for (let n = 0; n < 10; n++) book.tell.note(n);
    await free();
    assertEquals(await book.ask.notes(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

// M9 M46
conformance(
  'SpawnOptions.mailbox.overflow "fail" refuses at once what finds no room',
  async (t) => {
    const { book, free } = await held(t, "fail");
    for (let n = 0; n < 5; n++) book.tell.note(n);
    const error = await assertRejects(
      () => book.with({ timeout: Infinity }).ask.note(9),
      MailboxFullError,
      "as its mailbox is full: the message was not delivered",
    );
    assertEquals([error.capacity, error.unsent], [4, [9]]);
    assertEquals(t.system.deadLetters.countOf("full"), 2);
    await free();
    assertEquals(await notesOf(book), [0, 1, 2]);
    assertEquals(t.system.deadLetters.count, 2);
  },
);

// M46
conformance(
  'SpawnOptions.mailbox.overflow "dropNewest" keeps the oldest',
  async (t) => {
    const { book, free } = await held(t, "dropNewest");
    for (let n = 0; n < 5; n++) book.tell.note(n);
    await assertRejects(() => book.ask.note(9), MailboxFullError);
    assertEquals(t.system.deadLetters.countOf("dropped"), 2);
    await free();
    assertEquals(await notesOf(book), [0, 1, 2]);
  },
);

// M46
conformance(
  'SpawnOptions.mailbox.overflow "dropOldest" keeps the newest, in order',
  async (t) => {
    const { book, free } = await held(t, "dropOldest");
    const letters = t.system.deadLetters[Symbol.asyncIterator]();
    const asked = assertRejects(
      () => book.ask.note(100),
      MailboxFullError,
      "a newer message took the place of this one",
    );
    for (let n = 0; n < 4; n++) book.tell.note(n);
    // Room is for three: the ask and the first tell are the two oldest.
    const letter = letters.next();
    // A thread drops them when it comes to them, a host when it hears of it: until then nothing else may make room.
    if (!LATE_DROPS.includes(t.placement)) await letter;
    await free();
    await asked;
    assertEquals(await book.ask.notes(), [1, 2, 3]);
    const { value } = await letter;
    assertEquals([value.why, value.method, value.receiver.name], [
      "dropped",
      "note",
      "book",
    ]);
    assertEquals(t.system.deadLetters.count, 1);
    // It is not full any more, though the message that was answered may still take its room: nothing is dropped.
    for (let n = 4; n < 6; n++) book.tell.note(n);
    assertEquals(await book.ask.notes(), [1, 2, 3, 4, 5]);
    assertEquals(t.system.deadLetters.count, 1);
  },
);

for (
  const [capacity, concurrency, kept] of [
    // The message that is handled takes room.
    [2, 1, [5]],
    [3, 1, [4, 5]],
    // Those of an actor that handles several take none.
    [2, 2, [4, 5]],
    [3, 2, [3, 4, 5]],
  ] as const
) {
  // M46
  conformance(
    `SpawnOptions.mailbox.overflow "dropOldest" keeps ${kept.length} of a capacity of ${capacity} while ${concurrency} are handled`,
    async (t) => {
      const book = await t.spawn(Notebook, [], {
        concurrency,
        mailbox: { capacity, overflow: "dropOldest" },
      });
      const frees: (() => Promise<void>)[] = [];
      while (frees.length < concurrency) frees.push(await hold(book));
      // What is handled beside others leaves its lane a moment after it has begun.
      const leaves = LATE_DROPS.includes(t.placement) && concurrency > 1;
      const left = () => t.system.tree().at(-1)!.handled;
      while (leaves && left() < concurrency) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      for (let n = 0; n < 5; n++) book.tell.note(n);
      const last = book.ask.note(5);
      // A thread drops them when it comes to them, a host when it hears of it: until then nothing else may make room.
      while (
        !LATE_DROPS.includes(t.placement) &&
        t.system.deadLetters.countOf("dropped") < 6 - kept.length
      ) await new Promise((resolve) => setTimeout(resolve));
      for (const free of frees) await free();
      await last;
      assertEquals(await book.ask.notes(), kept);
      while (t.system.deadLetters.countOf("dropped") < 6 - kept.length) {
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
  );
}

// M46
conformance(
  'SpawnOptions.mailbox.overflow "dropOldest" bounds a flood, and accounts for all of it',
  async (t) => {
    const COUNT = 1_000;
    const { book, free } = await held(t, "dropOldest");
    for (let n = 0; n < COUNT; n++) book.tell.note(n);
    await free();
    let notes: readonly number[] = [];
    while (notes.at(-1) !== COUNT - 1) notes = await book.ask.notes();
    assertEquals(notes, [...notes].sort((a, b) => a - b));
    let dropped = 0;
    while (dropped < COUNT - notes.length) {
      dropped = t.system.deadLetters.countOf("dropped");
      await book.ask.notes();
    }
    assertEquals(dropped + notes.length, COUNT);
    assertEquals(notes.length < 20, true);
  },
);

// M46 M47
conformance(
  'SpawnOptions.mailbox.overflow "stop" stops an actor whose mailbox is full',
  async (t) => {
    const { book } = await held(t, "stop");
    for (let n = 0; n < 5; n++) book.tell.note(n);
    // The order to stop finds its way past the full mailbox.
    assertEquals((await book.exited).kind, "stopped");
    while (t.system.deadLetters.count < 5) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals(t.system.deadLetters.countOf("full"), 2);
    assertEquals(t.system.deadLetters.countOf("undelivered"), 3);
  },
);

conformance(
  "System.spawn() refuses a policy of overflow that it does not know",
  async (t) => {
    const error = await assertRejects(
      () =>
        t.spawn(Notebook, [], {
          mailbox: { overflow: "explode" as "fail" },
        }),
      InvalidOptionError,
      `current value is "explode"`,
    );
    assertEquals(error.option, "mailbox.overflow");
  },
);

// M46
conformance(
  'SpawnOptions.mailbox.overflow "dropOldest" settles every send',
  async (t) => {
    const { book, free } = await held(t, "dropOldest");
    const sends = [0, 1, 2, 3, 4].map((n) => book.send.note(n));
    const settled = Promise.allSettled(sends);
    // A host drops what makes room when it hears of it.
    if (t.placement === "shared") await sends[4];
    await free();
    const states = (await settled).map(({ status }) => status);
    assertEquals(states, Array(5).fill("fulfilled"));
    assertEquals(await notesOf(book), [2, 3, 4]);
  },
);

// M46
conformance(
  'SpawnOptions.mailbox.overflow "dropOldest" keeps the newest tells, however long they wait, and drops none later',
  async (t) => {
    const { book, free } = await held(t, "dropOldest");
    const other = await held(t, "wait");
    const brief = book.with({ timeout: 1 });
    for (let n = 0; n < 10; n++) brief.tell.note(n);
    for (let n = 0; n < 3; n++) other.book.tell.note(n);
    // By then all of them have waited for longer than 1 ms.
    await assertRejects(
      () => other.book.with({ timeout: 30 }).send.note(3),
      MailboxFullError,
    );
    await free();
    assertEquals(await notesOf(book), [7, 8, 9]);
    for (let n = 10; n < 13; n++) {
      assertEquals(await book.ask.note(n), n);
    }
    await other.free();
    assertEquals(t.system.deadLetters.countOf("full"), 0);
  },
);

/** Resolves when the actor that was started last has handled so many messages. */
async function handled(t: Case, count: number): Promise<void> {
  while (t.system.tree().at(-1)!.handled < count) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

// M46
conformance(
  'SpawnOptions.mailbox.overflow "dropOldest" keeps the newest when the only room is taken by what is handled',
  async (t) => {
    const { book, free } = await held(t, "dropOldest", 1);
    for (let n = 0; n < 5; n++) book.tell.note(n);
    await free();
    await handled(t, 2);
    assertEquals(await book.ask.notes(), [4]);
    assertEquals(await book.ask.note(5), 5);
    assertEquals(t.system.deadLetters.countOf("dropped"), 4);
  },
);

for (const capacity of [1, 2, 4]) {
  // M46
  conformance(
    `SpawnOptions.mailbox.overflow "dropOldest" drops nothing later for what has given up, in a capacity of ${capacity}`,
    async (t) => {
      const { book, free } = await held(t, "dropOldest", capacity);
      const brief = book.with({ timeout: 10 });
      const given = [0, 1, 2, 3, 4, 5].flatMap((n) => [
        brief.ask.note(n).catch(() => {}),
        brief.send.note(n).catch(() => {}),
      ]);
      await Promise.all(given);
      await free();
      for (let n = 10; n < 20; n++) assertEquals(await book.ask.note(n), n);
      assertEquals((await book.ask.notes()).slice(-10), [
        ...Array(10).keys().map((n) => n + 10),
      ]);
    },
  );
}
