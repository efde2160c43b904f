/** Queues whose messages have a priority by a function of what they are. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError, Queue, struct } from "../../mod.ts";

interface Job {
  readonly name: string;
  readonly urgency: number;
}

function job(name: string, urgency: number): Job {
  return { name, urgency };
}

function ranked(): Queue<Job> {
  return new Queue<Job>({ priority: ({ urgency }) => urgency });
}

async function namesOf(queue: Queue<Job>): Promise<string> {
  const jobs = await queue.takeMany(99);
  return jobs.map(({ name }) => name).join("");
}

Deno.test("Queue with a function of the message gives the greatest first, by every way to put", async () => {
  const queue = ranked();
  await queue.put(job("d", 1));
  queue.putSync(job("b", 3), { onMain: true });
  queue.tryPut(job("c", 2));
  await queue.putMany([job("e", 0), job("a", 4), job("f", 0)]);
  assertEquals(await namesOf(queue), "abcdef");
});

Deno.test("Queue with a function of the message has what put() says go before it", async () => {
  const queue = ranked();
  await queue.put(job("b", 5));
  await queue.put(job("a", 1), { priority: 9 });
  await queue.put(job("c", 9), { priority: 0 });
  assertEquals(await namesOf(queue), "abc");
});

Deno.test("Queue of records with a function of the record gives the greatest first", async () => {
  const layout = struct({ id: "u32", urgency: "f64" });
  const queue = Queue.of(layout, { priority: ({ urgency }) => urgency });
  await queue.put({ id: 1, urgency: 0.5 });
  await queue.put({ id: 2, urgency: 1.5 });
  assertEquals((await queue.take()).id, 2);
});

Deno.test("Queue puts nothing when the function of the message fails, or gives no number", async () => {
  const queue = new Queue<number>({
    priority: (value) => {
      if (value < 0) throw new TypeError("no such message");
      return value === 0 ? NaN : value;
    },
  });
  const error = await assertRejects(
    () => queue.put(-1),
    InvalidOptionError,
    'current result is the error "no such message"',
  );
  assertEquals([error.option, (error.cause as Error).name], [
    "priority",
    "TypeError",
  ]);
  assertEquals((error as unknown as { unsent: unknown }).unsent, -1);
  assertThrows(() => queue.tryPut(-1), InvalidOptionError);
  assertEquals(queue.size, 0);
  assertThrows(() => queue.tryPut(0), InvalidOptionError, "priority");
  await assertRejects(() => queue.putMany([1, 0]), InvalidOptionError);
  assertEquals([queue.size, await queue.take()], [1, 1]);
});
