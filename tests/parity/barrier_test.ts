/** Barriers, as Python's `multiprocessing` promises them, and what it does not know of deaths. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  Barrier,
  type BarrierWait,
  BrokenBarrierError,
  System,
} from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { failBeforeMeeting, meetOften } from "./sync_tasks.ts";

function come(
  barrier: Barrier,
  count: number,
  options: BarrierWait = {},
): Promise<number>[] {
  return Array.from({ length: count }, () => barrier.wait(options));
}

/** Sees that all of them are told that the barrier broke. */
async function assertBroken(all: Promise<number>[]): Promise<void> {
  for (const { status, reason } of await settle(all)) {
    assertEquals([status, reason instanceof BrokenBarrierError], [
      "rejected",
      true,
    ]);
  }
}

async function settle(
  all: Promise<number>[],
): Promise<{ status: string; reason?: unknown }[]> {
  return await Promise.allSettled(all);
}

Deno.test("no party begins a round before all have ended the one before", async () => { // BA01
  {
    await using system = new System();
    const barrier = new Barrier(3);
    const rounds = new Int32Array(new SharedArrayBuffer(12));
    const indices = await Promise.all([
      system.run(meetOften, [barrier, rounds, 0, true]),
      system.run(meetOften, [barrier, rounds, 1, false]),
      system.run(meetOften, [barrier, rounds, 2, true]),
    ]);
    for (let round = 0; round < 10; round++) {
      const seen = indices.map((of) => of[round]!);
      assertEquals(seen.toSorted(), [0, 1, 2], `round ${round}`);
    }
    assertEquals([barrier.waiting, barrier.broken], [0, false]);
  }
  await threadsGone();
});

Deno.test("each of five parties has a number of its own", async () => { // BA02
  const barrier = new Barrier(5);
  assertEquals(await Promise.all(come(barrier, 5)), [0, 1, 2, 3, 4]);
});

Deno.test("an action runs once, before anybody goes on", async () => { // BA03
  const barrier = new Barrier(3);
  const seen: string[] = [];
  const action = async () => {
    seen.push("begins");
    await Promise.resolve();
    seen.push("ends");
  };
  await Promise.all(
    come(barrier, 3, { action }).map((one) => one.then(() => seen.push("on"))),
  );
  assertEquals(seen, ["begins", "ends", "on", "on", "on"]);
});

Deno.test("one who comes while the action runs is of the next round", async () => {
  const barrier = new Barrier(2);
  const first = barrier.wait();
  let early: Promise<number> | undefined;
  const action = () => {
    early = barrier.wait();
  };
  assertEquals(await Promise.all([first, barrier.wait({ action })]), [0, 1]);
  assertEquals(await Promise.all([early!, barrier.wait()]), [0, 1]);
});

Deno.test("abort() tells all who wait, and breaks the barrier", async () => { // BA04
  const barrier = new Barrier(5);
  const four = come(barrier, 4);
  const told = assertBroken(four);
  barrier.abort();
  await told;
  assertEquals([barrier.broken, barrier.waiting], [true, 0]);
  await assertRejects(() => barrier.wait(), BrokenBarrierError);
});

Deno.test("reset() tells all who wait, and the next round is whole", async () => { // BA05
  const barrier = new Barrier(5);
  const told = assertBroken(come(barrier, 4));
  barrier.reset();
  await told;
  assertEquals(barrier.broken, false);
  assertEquals(await Promise.all(come(barrier, 5)), [0, 1, 2, 3, 4]);
});

Deno.test("an aborted barrier that is reset is whole again", async () => { // BA06
  const barrier = new Barrier(5);
  const told = assertBroken(come(barrier, 2));
  barrier.abort();
  await told;
  const second = new Barrier(2);
  await Promise.all([
    second.wait(),
    second.wait({ action: () => barrier.reset() }),
  ]);
  assertEquals(await Promise.all(come(barrier, 5)), [0, 1, 2, 3, 4]);
});

Deno.test("a party that is late breaks the barrier for all, itself too", async () => { // BA07
  const barrier = new Barrier(5);
  await assertBroken(come(barrier, 4, { timeout: 10 }));
  await assertBroken(come(barrier, 1));
});

Deno.test("the timeout of the barrier is that of waits that have none", async () => { // BA08
  const barrier = new Barrier(2, { timeout: 10 });
  await assertBroken(come(barrier, 1));
  barrier.reset();
  const one = barrier.wait({ timeout: 60_000 });
  assertEquals(await Promise.all([one, barrier.wait()]), [0, 1]);
});

Deno.test("a barrier of one holds nobody up", async () => { // BA09
  const barrier = new Barrier(1);
  assertEquals([await barrier.wait(), await barrier.wait()], [0, 0]);
  assertEquals(barrier.waitSync({ onMain: true }), 0);
});

Deno.test("a thousand rounds are told in order", async () => { // BA10
  const barrier = new Barrier(5);
  const heard: number[] = [];
  await Promise.all(Array.from({ length: 5 }, async () => {
    for (let round = 0; round < 1_000; round++) {
      await barrier.wait();
      heard.push(round);
    }
  }));
  assertEquals(
    heard,
    Array.from({ length: 5_000 }, (_, i) => Math.trunc(i / 5)),
  );
});

Deno.test("an action that throws breaks the barrier, and its party sees the error", async () => { // BA12
  const barrier = new Barrier(2);
  const told = assertBroken([barrier.wait()]);
  await assertRejects(
    () =>
      barrier.wait({
        action: () => {
          throw new TypeError("In the action");
        },
      }),
    TypeError,
    "In the action",
  );
  await told;
  assertEquals(barrier.broken, true);
});

Deno.test("an abort of one who waits breaks the barrier, and it sees the reason", async () => {
  const barrier = new Barrier(3);
  const told = assertBroken([barrier.wait()]);
  const abort = new AbortController();
  const aborted = assertRejects(
    () => barrier.wait({ signal: abort.signal }),
    Error,
    "Enough",
  );
  abort.abort(new Error("Enough"));
  await Promise.all([told, aborted]);
});

Deno.test("a party that dies before it has come breaks the barrier", async () => { // W06
  {
    await using system = new System();
    const barrier = new Barrier(2);
    const told = assertBroken([barrier.wait()]);
    await system.run(failBeforeMeeting, [barrier]).catch(() => {});
    await told;
    assertEquals(barrier.broken, true);
  }
  await threadsGone();
});
