import { assert, assertEquals } from "@std/assert";
import { Patience } from "../../src/actor/thread/patience.ts";

Deno.test("Patience.next() grows with polls that found something", () => {
  const patience = new Patience();
  for (let i = 0; i < 8; i++) patience.learn(false);
  const before = patience.next();
  patience.learn(true);
  assert(patience.next() > before);
});

Deno.test("Patience.next() shrinks with polls in vain, but never to nothing", () => {
  const patience = new Patience();
  const first = patience.next();
  for (let i = 0; i < 30; i++) patience.learn(false);
  assert(patience.next() < first);
  assert(patience.next() > 0);
});

Deno.test("Patience.next() polls long now and then, however often it was in vain", () => {
  const patience = new Patience();
  const longest = patience.next();
  const polls: number[] = [];
  for (let i = 0; i < 64; i++) {
    polls.push(patience.next());
    patience.learn(false);
  }
  assertEquals(polls.slice(16).filter((ms) => ms === longest).length, 2);
});
