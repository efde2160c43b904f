import { assert, assertEquals } from "@std/assert";
import { broadcast, EventFlag, Latch, System } from "../../mod.ts";
import { Broadcast } from "../../src/channel/broadcast.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { until } from "../fixtures/until.ts";
import { hearAll, hearAllSync, sayMany, sleep } from "./broadcast_tasks.ts";

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

Deno.test("Broadcast travels, and is the same object on one thread", () => {
  using to = broadcast<number>();
  const { bytes, length, attachments } = encode(to);
  assert(decode(bytes, 0, length, attachments) === to);
  assert(to instanceof Broadcast);
});

Deno.test("Broadcast gives subscribers on other threads every message, in the order of each who publishes", async () => {
  await using system = new System({ spares: 4 });
  const to = broadcast<number>({ capacity: 8 });
  const ready = new Latch(3);
  const hearing = [
    system.run(hearAll, [to, ready]),
    system.run(hearAll, [to, ready]),
    system.run(hearAllSync, [to, ready]),
  ];
  await ready.wait();
  await Promise.all([
    system.run(sayMany, [to, 0, 500]),
    system.run(sayMany, [to, 10_000, 500]),
  ]);
  to.close();
  const [first, ...others] = await Promise.all(hearing);
  const numbers = Array.from({ length: 500 }, (_, i) => i);
  assertEquals(first!.filter((n) => n < 10_000), numbers);
  assertEquals(
    first!.filter((n) => n >= 10_000),
    numbers.map((n) => n + 10_000),
  );
  // All have the same order.
  assertEquals(others, [first!, first!]);
});

Deno.test("Broadcast forgets a subscriber whose thread is killed, and goes on", async () => {
  await using system = new System({ spares: 1 });
  using to = broadcast<number>({ capacity: 1 });
  using own = to.subscribe();
  const ready = new EventFlag();
  const job = system.run(sleep, [to, ready]);
  await ready.wait();
  assertEquals(to.subscribers, 2);
  await to.publish(1);
  assertEquals(await own.receive(), 1);
  // The one who sleeps leaves no room.
  const waiting = to.publish(2);
  await turn();
  assertEquals(own.size, 0);
  job.kill();
  await waiting;
  assertEquals(await own.receive(), 2);
  await until("it is forgotten", () => to.subscribers === 1);
});
