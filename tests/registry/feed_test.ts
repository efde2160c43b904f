import { assertEquals } from "@std/assert";
import { Feed } from "../../src/registry/feed.ts";

Deno.test("Feed.next() gives everything that waits", async () => {
  const feed = new Feed(10);
  feed.push(1);
  feed.push(2);
  assertEquals(await feed.next(), { values: [1, 2], missed: 0 });
});

Deno.test("Feed.next() waits for the next value", async () => {
  const feed = new Feed(10);
  const next = feed.next();
  feed.push(1);
  feed.push(2);
  assertEquals(await next, { values: [1], missed: 0 });
  assertEquals(await feed.next(), { values: [2], missed: 0 });
});

Deno.test("Feed.push() drops the oldest value when there is no room, and counts it", async () => {
  const feed = new Feed(2);
  for (let n = 0; n < 5; n++) feed.push(n);
  assertEquals(await feed.next(), { values: [3, 4], missed: 3 });
  feed.push(5);
  assertEquals(await feed.next(), { values: [5], missed: 0 });
});

Deno.test("Feed.close() ends who waits and who comes after", async () => {
  const feed = new Feed(2);
  const next = feed.next();
  feed.close();
  assertEquals([await next, await feed.next()], [undefined, undefined]);
});
