import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  Queue,
  SharedMemory,
  System,
  UnknownHandleError,
} from "../../mod.ts";
import { libc } from "../../src/memory/libc.ts";
import { PartOnly } from "../fixtures/part_only.ts";

// Stays open as long as the thread runs: no test opened it.
libc();

Deno.test("an actor that imports a part of the package passes handles of others on, and hears what is missing when it uses one", async () => {
  // A spare would have loaded all of it.
  await using system = new System({ spares: 0 });
  const [one, other] = await Promise.all(
    [1, 2].map(() => system.spawn(PartOnly, [])),
  );
  const queue = new Queue<number>();
  const back = await one!.ask.pass(queue);
  await back.put(7);
  assertEquals(await queue.take(), 7);
  // Nor does a reply that holds one end who asked.
  assertEquals(await one!.ask.passBy(other!, queue), "object");
  const error = await assertRejects(
    () => one!.ask.take(queue),
    ActorCrashedError,
  );
  assertInstanceOf(error.cause, UnknownHandleError);
  assertEquals(error.cause.kind, "queue");
});

Deno.test("so does one in a process of its own", async () => {
  await using system = new System({ spares: 0 });
  const one = await system.spawn(PartOnly, [], { placement: "process" });
  await using region = await SharedMemory.create({ size: 8, room: 2 ** 18 });
  const queue = Queue.in<number>(region, "numbers");
  const back = await one.ask.pass(queue);
  await back.put(7);
  assertEquals(await queue.take(), 7);
  const error = await assertRejects(
    () => one.ask.take(queue),
    ActorCrashedError,
  );
  assertInstanceOf(error.cause, UnknownHandleError);
  assertEquals(error.cause.kind, "queue");
});
