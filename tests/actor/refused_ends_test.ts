/** Ends of channels in messages to actors that are refused stay where they are. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorStoppedError,
  channel,
  EndMovedError,
  MailboxFullError,
  type Overflow,
  System,
} from "../../mod.ts";
import { Notebook } from "../fixtures/notebook.ts";

/** A notebook that is held, whose mailbox has no room for anything more. */
async function full(system: System, overflow: Overflow) {
  const book = await system.spawn(Notebook, [], {
    name: "book",
    mailbox: { capacity: 4, overflow },
  });
  const words = new Int32Array(new SharedArrayBuffer(8));
  const begun = Atomics.waitAsync(words, 0, 0);
  const holding = book.with({ timeout: Infinity }).ask.hold(words);
  holding.catch(() => {});
  if (begun.async) await begun.value;
  for (let n = 0; n < 3; n++) book.tell.note(n);
  return {
    book,
    async free() {
      Atomics.store(words, 1, 1);
      Atomics.notify(words, 1);
      await holding;
    },
  };
}

/** A channel, its sending end as what a notebook notes, and what checks that the end can be used here. */
function replies() {
  const { tx, rx } = channel<number>();
  return {
    tx,
    note: tx as unknown as number,
    async assertUsable() {
      await tx.send(7);
      assertEquals(await rx.receive(), 7);
    },
  };
}

Deno.test("Asks and tells that a full mailbox refuses leave ends of channels where they are", async () => {
  await using system = new System({ deadLetterLines: 0 });
  const { book, free } = await full(system, "fail");
  const { note, assertUsable } = replies();
  await assertRejects(() => book.ask.note(note), MailboxFullError);
  await assertUsable();
  book.tell.note(note);
  await assertUsable();
  assertEquals(book.trySend.note(note), false);
  await assertUsable();
  await assertRejects(() => book.send.note(note), MailboxFullError);
  await assertUsable();
  await free();
});

Deno.test("Asks that wait for room in vain leave ends of channels where they are", async () => {
  await using system = new System({ deadLetterLines: 0 });
  const { book, free } = await full(system, "wait");
  const { note, tx, assertUsable } = replies();
  await assertRejects(
    () => book.with({ timeout: 20 }).send.note(note),
    MailboxFullError,
  );
  await assertUsable();
  const stop = new AbortController();
  const sent = book.with({ signal: stop.signal }).send.note(note);
  const aborted = assertRejects(() => sent, Error, "enough");
  await assertRejects(() => tx.send(1), EndMovedError);
  stop.abort(new Error("enough"));
  await aborted;
  await assertUsable();
  await free();
});

Deno.test("Asks of an actor that has stopped leave ends of channels where they are", async () => {
  await using system = new System({ deadLetterLines: 0 });
  const book = await system.spawn(Notebook, []);
  await book.stop();
  const { note, assertUsable } = replies();
  await assertRejects(() => book.ask.note(note), ActorStoppedError);
  await assertUsable();
  book.tell.note(note);
  await assertUsable();
});
