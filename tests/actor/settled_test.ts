import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import {
  ActorCrashedError,
  asCompleted,
  InvalidOptionError,
  settleFirst,
  System,
} from "../../mod.ts";
import { Gate } from "../fixtures/gate.ts";
import { Ledger } from "../fixtures/ledger.ts";
import { Relay } from "../fixtures/relay.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";

// M19
Deno.test("asCompleted() yields in the order of completion, with the place of each", async () => {
  const all = [1, 2, 3].map(() => Promise.withResolvers<string>());
  const order: unknown[] = [];
  all[2]!.resolve("c");
  for await (const settled of asCompleted(all.map((one) => one.promise))) {
    order.push(settled);
    if (order.length === 1) all[0]!.reject("no");
    if (order.length === 2) all[1]!.resolve("b");
  }
  assertEquals(order, [
    { index: 2, status: "fulfilled", value: "c" },
    { index: 0, status: "rejected", reason: "no" },
    { index: 1, status: "fulfilled", value: "b" },
  ]);
});

// M19
Deno.test("asCompleted() throws a TimeoutError for those that have not settled in time", async () => {
  using time = new FakeTime();
  const never = new Promise<number>(() => {});
  const settling = asCompleted([never, Promise.resolve(7)], { timeout: 100 });
  assertEquals((await settling.next()).value?.index, 1);
  const late = assertRejects(
    () => settling.next(),
    DOMException,
    "1 (of 2) have not settled within 100 ms",
  );
  await time.tickAsync(99);
  await time.tickAsync(1);
  await late;
  assertEquals((await settling.next()).done, true);
});

Deno.test("asCompleted() ends at once without promises and leaves no timer after a break", async () => {
  assertEquals((await asCompleted([]).next()).done, true);
  for await (
    const { index } of asCompleted([Promise.resolve()], { timeout: 1e6 })
  ) {
    assertEquals(index, 0);
    break;
  }
  assertThrows(() => asCompleted([], { timeout: -1 }), InvalidOptionError);
});

// M19
Deno.test("settleFirst() resolves when enough have settled", async () => {
  const never = new Promise<number>(() => {});
  const [one, two] = [Promise.resolve(1), Promise.resolve(2)];
  const bad = Promise.reject(new RangeError("Bad"));
  assertEquals(await settleFirst([never, one], "completed"), {
    done: [one],
    pending: [never],
  });
  assertEquals(await settleFirst([never, one, bad], "error"), {
    done: [one, bad],
    pending: [never],
  });
  assertEquals(await settleFirst([one, two], "error"), {
    done: [one, two],
    pending: [],
  });
  assertEquals(await settleFirst([bad, two], "all"), {
    done: [bad, two],
    pending: [],
  });
  assertEquals(await settleFirst([], "completed"), { done: [], pending: [] });
});

Deno.test("settleFirst() gives up when its time is over, exactly then", async () => {
  using time = new FakeTime();
  const never = new Promise<number>(() => {});
  let settled = false;
  const waiting = settleFirst([never], "all", { timeout: 100 });
  void waiting.then(() => settled = true);
  await time.tickAsync(99);
  assertEquals(settled, false);
  await time.tickAsync(1);
  assertEquals(await waiting, { done: [], pending: [never] });
});

Deno.test("settleFirst() refuses what it cannot wait for", async () => {
  await assertRejects(
    () => settleFirst([], "some" as "all"),
    InvalidOptionError,
    `current value is "some"`,
  );
  await assertRejects(
    () => settleFirst([], "all", { timeout: NaN }),
    InvalidOptionError,
  );
});

// M19 M20
Deno.test("asCompleted() takes the answers of many asks as they come", async () => {
  {
    await using system = new System();
    const gate = await system.spawn(Gate, [], { concurrency: 100 });
    const books = await system.spawn(Ledger, [0]);
    const passing = gate.ask.pass();
    const asks = [passing, ...[1, 2, 3].map((n) => books.ask.add(n))];
    const order: number[] = [];
    for await (const { index } of asCompleted(asks)) {
      order.push(index);
      if (order.length === 3) await gate.ask.open();
    }
    assertEquals(order, [1, 2, 3, 0]);
    assertEquals(
      await Promise.all([5, 4, 3].map((n) => books.ask.echo(n))),
      [5, 4, 3],
    );
    // It fails with the first that does, and the others go on.
    const holding = gate.ask.pass();
    await assertRejects(
      () => Promise.all([new Promise(() => {}), books.ask.boom()]),
      ActorCrashedError,
    );
    await holding;
  }
  await threadsGone();
});

// M18
Deno.test("ActorRef.ask costs the same when 500,000 messages wait for the asker", async () => {
  const ASKS = 2_000;
  {
    await using system = new System({ deadLetterLines: 0 });
    const asker = await system.spawn(Relay, [], {
      mailbox: { capacity: 1 << 20 },
    });
    const other = await system.spawn(Relay, []);
    const measure = async (queued: number): Promise<number> => {
      const go = new Int32Array(new SharedArrayBuffer(8));
      const begun = Atomics.waitAsync(go, 1, 0);
      const asking = asker.with({ timeout: Infinity }).ask
        .askMany(other, ASKS, go);
      if (begun.async) await begun.value;
      for (let i = 0; i < queued; i++) asker.tell.hear();
      Atomics.store(go, 0, 1);
      Atomics.notify(go, 0);
      return await asking;
    };
    await measure(0);
    const empty = await measure(0);
    const full = await measure(500_000);
    assert(full < empty * 10 + 100, `${full} ms against ${empty} ms`);
    await asker.kill();
  }
  await threadsGone();
});
