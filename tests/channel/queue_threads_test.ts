/** Queues between threads: handles, large messages, overflow, deaths. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventFlag, Queue, QueueClosedError, System } from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import {
  answerBySelf,
  loseRoom,
  offerAndStay,
  putAtOnce,
  putBehind,
  putBlocking,
  takeBlocking,
} from "./queue_tasks.ts";

async function withThreads(body: (system: System) => Promise<void>) {
  {
    await using system = new System();
    await body(system);
  }
  await threadsGone();
}

Deno.test("Queue carries the queue that is to be answered by, to another thread and back", async () => {
  await withThreads(async (system) => {
    const questions = new Queue<[number, Queue<number>]>();
    const job = system.run(answerBySelf, [questions]);
    const answers = new Queue<number>();
    for (const i of [1, 2, 3]) await questions.put([i, answers]);
    assertEquals(
      [await answers.take(), await answers.take(), await answers.take()],
      [2, 4, 6],
    );
    questions.close();
    await job;
  });
});

for (const size of [100, 20_000, 300_000]) {
  Deno.test(`Queue carries messages of ${size} bytes between threads that block, through a ring of two of them`, async () => {
    await withThreads(async (system) => {
      const queue = new Queue<Uint8Array>({
        capacityBytes: Math.max(1024, 2 ** Math.ceil(Math.log2(2.2 * size))),
      });
      const [sum] = await Promise.all([
        system.run(takeBlocking, [queue, 50]),
        system.run(putBlocking, [queue, size, 50]),
      ]);
      assertEquals(sum, size * (50 * 49 / 2));
    });
  });
}

Deno.test("Queue of 0 hands over between threads", async () => {
  await withThreads(async (system) => {
    const queue = new Queue<Uint8Array>({ capacity: 0 });
    const [sum] = await Promise.all([
      system.run(takeBlocking, [queue, 50]),
      system.run(putBlocking, [queue, 10, 50]),
    ]);
    assertEquals(sum, 10 * (50 * 49 / 2));
  });
});

Deno.test("Queue gives the room of a thread that is killed while it waits to the next", async () => {
  await withThreads(async (system) => {
    const queue = new Queue<string>({ capacity: 1 });
    const ready = new EventFlag();
    await queue.put("first");
    const job = system.run(loseRoom, [queue, ready]);
    const ended = assertRejects(() => Promise.resolve(job));
    await ready.wait();
    const behind = queue.put("behind");
    job.kill();
    await ended;
    assertEquals([await queue.take(), await queue.take()], ["first", "behind"]);
    await behind;
  });
});

Deno.test("Queue lets no small message of another thread go before a large one that waits, until that gives up", async () => {
  await withThreads(async (system) => {
    const queue = new Queue<string>({ capacityBytes: 1024 });
    while (queue.tryPut("x".repeat(100)));
    const given = new AbortController();
    const large = assertRejects(
      () => queue.put("y".repeat(900), { signal: given.signal }),
      RangeError,
    );
    await queue.take();
    assertEquals(await system.run(putAtOnce, [queue, "small"]), false);
    const ready = new EventFlag();
    const behind = system.run(putBehind, [queue, "behind", ready]);
    await ready.wait();
    given.abort(new RangeError("Not that much"));
    await large;
    await behind;
    let last = "";
    while (!queue.empty) last = await queue.take();
    assertEquals(last, "behind");
  });
});

Deno.test("Queue of 0 forgets the offer of a thread that is killed", async () => {
  await withThreads(async (system) => {
    const queue = new Queue<string>({ capacity: 0 });
    const ready = new EventFlag();
    const job = system.run(offerAndStay, [queue, ready]);
    const ended = assertRejects(() => Promise.resolve(job));
    await ready.wait();
    job.kill();
    await ended;
    assertEquals([queue.tryTake(), queue.undone], [undefined, 0]);
  });
});

Deno.test("Queue that is closed by the main thread ends threads that block in it", async () => {
  await withThreads(async (system) => {
    const queue = new Queue<Uint8Array>();
    const jobs = [1, 2].map(() => system.run(takeBlocking, [queue, 50]));
    const ended = jobs.map((job) =>
      assertRejects(() => Promise.resolve(job), QueueClosedError)
    );
    await queue.put(new Uint8Array(3));
    queue.close();
    await Promise.all(ended);
    assert(queue.empty);
  });
});
