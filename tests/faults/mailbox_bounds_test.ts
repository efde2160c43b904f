import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { MessageTooLargeError, System } from "../../mod.ts";
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
