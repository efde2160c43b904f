/** The wait of a client in another program for an item, with a Manager that a test plays. */
import { assertEquals } from "@std/assert";
import { ItemWait } from "../../src/manager/remote/item_wait.ts";
import type { Taken } from "../../src/manager/queue_book.ts";

/** A queue of which each call is answered by the test. */
class PlayedQueue {
  readonly asked: PromiseWithResolvers<Taken | undefined>[] = [];
  readonly putBack: unknown[] = [];
  isWanted = true;

  /** A wait for its items. */
  wait(): ItemWait {
    const ask = {
      dequeue: () => {
        const asked = Promise.withResolvers<Taken | undefined>();
        this.asked.push(asked);
        return asked.promise;
      },
      requeue: (_queue: string, item: unknown) =>
        Promise.resolve(void this.putBack.push(item)),
      leave: () => Promise.resolve(),
    };
    return new ItemWait({
      vault: { ask } as never,
      queue: "q",
      ticket: "t",
      owner: undefined,
      isWanted: () => this.isWanted,
    });
  }

  /** Resolves when it was asked so often. */
  async askedTimes(count: number): Promise<void> {
    while (this.asked.length < count) await Promise.resolve();
  }

  /** Whether it is asked no more, once all that needs no event is done. */
  async isAskedNoMore(count: number): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.asked.length === count;
  }
}

Deno.test("ItemWait puts back what was given while its client went away, and waits on when it is back", async () => {
  const queue = new PlayedQueue();
  const wait = queue.wait();
  const taken = wait.take(Infinity);
  wait.depart();
  queue.asked[0]!.resolve({ item: "lost" });
  assertEquals(await queue.isAskedNoMore(1), true);
  assertEquals(queue.putBack, ["lost"]);
  wait.arrive();
  await queue.askedTimes(2);
  queue.asked[1]!.resolve({ item: "kept" });
  assertEquals(await taken, { item: "kept" });
});

Deno.test("ItemWait is not in line when its client comes and goes at once, nor when it begins without one", async () => {
  const queue = new PlayedQueue();
  const wait = queue.wait();
  wait.depart();
  const taken = wait.take(Infinity);
  assertEquals(await queue.isAskedNoMore(0), true);
  wait.arrive();
  wait.depart();
  assertEquals(await queue.isAskedNoMore(0), true);
  wait.arrive();
  await queue.askedTimes(1);
  queue.asked[0]!.resolve(undefined);
  assertEquals(await taken, undefined);
});

Deno.test("ItemWait puts back what was given when its client does not come back, or waits no more", async () => {
  const queue = new PlayedQueue();
  const wait = queue.wait();
  const taken = wait.take(Infinity);
  wait.depart();
  wait.end();
  queue.asked[0]!.resolve({ item: 1 });
  assertEquals(await taken, undefined);
  assertEquals(queue.putBack, [1]);
  const other = queue.wait();
  const none = other.take(Infinity);
  other.depart();
  queue.asked[1]!.resolve(undefined);
  queue.isWanted = false;
  other.arrive();
  assertEquals(await none, undefined);
  assertEquals(await queue.isAskedNoMore(2), true);
});
