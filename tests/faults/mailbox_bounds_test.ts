import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  AskTimeoutError,
  MailboxFullError,
  MessageTooLargeError,
  System,
} from "../../mod.ts";
import { Ledger } from "../fixtures/ledger.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";

Deno.test("ActorRef refuses a message larger than its actor takes, and the actor goes on", async () => {
  {
    await using system = new System();
    const ref = await system.spawn(Ledger, [1], {
      name: "books",
      mailbox: { maxMessageBytes: 1_000 },
    });
    const text = "x".repeat(2_000);
    const error = await assertRejects(
      () => ref.ask.echo(text),
      MessageTooLargeError,
    );
    assertEquals([error.actor, error.limit], ["books", 1_000]);
    assertStringIncludes(error.message, `echo() to "books"`);
    assertStringIncludes(error.message, "the limit is 1000");
    assertStringIncludes(error.message, "raise mailbox.maxMessageBytes");
    assertThrows(() => ref.tell.echo(text), MessageTooLargeError, `"books"`);
    assertEquals(await ref.ask.add(1), 2);
  }
  await threadsGone();
});

Deno.test("ActorRef.ask rejects what found no room until its deadline", async () => {
  {
    await using system = new System();
    const ref = await system.spawn(Ledger, [1], {
      name: "books",
      mailbox: { capacity: 2 },
    });
    const word = new Int32Array(new SharedArrayBuffer(4));
    const begun = Atomics.waitAsync(word, 0, 0);
    const held = assertRejects(() => ref.ask.hold(word), ActorCrashedError);
    if (begun.async) await begun.value;
    const hasty = ref.with({ timeout: 20 });
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => hasty.ask.add(1)),
    );
    const errors = results.map((r) => r.status === "rejected" ? r.reason : r);
    // Room is for two, and the message that is being handled takes a place of it.
    assertInstanceOf(errors[0], AskTimeoutError);
    for (const error of errors.slice(2)) {
      assertInstanceOf(error, MailboxFullError);
      assertEquals([error.actor, error.capacity], ["books", 2]);
      assertStringIncludes(error.message, `"books"`);
      assertStringIncludes(error.message, "raise the timeout");
    }
    await ref.kill();
    await held;
    assertEquals(system.tree(), []);
  }
  await threadsGone();
});
