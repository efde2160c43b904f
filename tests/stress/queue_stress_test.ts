import { assert, assertEquals } from "@std/assert";
import { type Job, Queue, sharedArray, System } from "../../mod.ts";
import { consume, type Numbered, produce } from "../fixtures/queue_crew.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";

/** Messages in all, where nobody is killed; `TROUPE_QUEUE_MESSAGES=1000000` asks for more. */
const MESSAGES = Number(Deno.env.get("TROUPE_QUEUE_MESSAGES") ?? 200_000);
/** Threads killed in each test that kills. */
const KILLS = Number(Deno.env.get("TROUPE_QUEUE_KILLS") ?? 8);
const CREW = 4;
/** Eight threads at once come up slowly where others want the same cores. */
const PATIENT = { initTimeout: 60_000 };

Deno.test(`Queue gives ${MESSAGES} messages of 4 producers to 4 consumers, each once and in order`, async () => { // QU21
  {
    await using system = new System();
    const each = MESSAGES / CREW;
    const queue = new Queue<Numbered>();
    const put = sharedArray(Int32Array, CREW);
    const came = sharedArray(Uint8Array, CREW * each);
    const crew = [...Array(CREW).keys()];
    const consumers = crew.map(() =>
      system.run(consume, [queue, each, came, false], PATIENT)
    );
    await Promise.all(
      crew.map((self) =>
        system.run(produce, [queue, self, each, put], PATIENT)
      ),
    );
    queue.close();
    assertEquals(await Promise.all(consumers), [0, 0, 0, 0]);
    assert(came.every((times) => times === 1));
    assertEquals([queue.size, queue.undone >>> 0], [0, MESSAGES]);
  }
  await threadsGone();
});

/** Kills one of some jobs and waits until it has ended. */
async function kill(job: Job<unknown>): Promise<void> {
  await job.kill();
}

for (const ack of [false, true]) {
  const what = ack ? "none is lost with ack" : "each takes at most one with it";
  Deno.test(`Queue accounts for every message when threads are killed at random: ${what}`, async () => { // W02, W04
    {
      await using system = new System();
      const each = 20_000;
      const queue = new Queue<Numbered>({ ack, capacity: 100 });
      const producers = 2 + KILLS;
      const put = sharedArray(Int32Array, producers);
      const came = sharedArray(Uint8Array, producers * each);
      const startConsumer = () => {
        const job = system.run(consume, [queue, each, came, ack], PATIENT);
        job.then(() => {}, () => {});
        return job;
      };
      let nextProducer = 0;
      const startProducer = () => {
        const job = system.run(produce, [
          queue,
          nextProducer++,
          each,
          put,
        ], PATIENT);
        job.then(() => {}, () => {});
        return job;
      };
      const consumers = [startConsumer(), startConsumer()];
      const producing = [startProducer(), startProducer()];
      for (let i = 0; i < KILLS; i++) {
        // Somewhere in the work of a few milliseconds.
        const soon = 5 + Math.random() * 30;
        await new Promise((resolve) => setTimeout(resolve, soon));
        const at = i % 2;
        if (i % 4 < 2) {
          await kill(consumers[at]!);
          consumers[at] = startConsumer();
        } else {
          await kill(producing[at]!);
          producing[at] = startProducer();
        }
      }
      await Promise.allSettled(producing);
      queue.close();
      const ends = await Promise.allSettled(consumers);
      assertEquals(ends.map(({ status }) => status), [
        "fulfilled",
        "fulfilled",
      ]);
      let missing = 0;
      let twice = 0;
      let unknown = 0;
      for (let producer = 0; producer < nextProducer; producer++) {
        for (let i = 0; i < each; i++) {
          const times = came[producer * each + i]!;
          if (i < put[producer]!) {
            if (times === 0) missing++;
            if (times > 1) twice += times - 1;
          } else if (i > put[producer]! && times > 0) unknown++;
        }
      }
      const consumersKilled = KILLS / 2;
      assertEquals(unknown, 0, "came without having been put");
      if (ack) {
        assertEquals(missing, 0);
        assert(twice <= consumersKilled, `${twice} came again`);
      } else {
        assertEquals(twice, 0);
        assert(missing <= consumersKilled, `${missing} are missing`);
      }
      assertEquals(queue.size, 0);
    }
    await threadsGone();
  });
}
