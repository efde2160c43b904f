import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { channel, MessageTooLargeError, System } from "../../mod.ts";
import { Counter } from "../fixtures/process_actors.ts";

Deno.test("a message that is too large leaves the ends of channels in it where they are", async () => {
  await using system = new System({ spares: 0 });
  const small = await system.spawn(Counter, [], {
    mailbox: { maxMessageBytes: 200 },
  });
  const { tx, rx } = channel<number>();
  const message = { tx, text: "x".repeat(300) };
  assertThrows(() => small.tell.echo(message), MessageTooLargeError);
  await assertRejects(() => small.ask.echo(message), MessageTooLargeError);
  await tx.send(7);
  assertEquals(await rx.receive(), 7);
});
