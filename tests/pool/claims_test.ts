import { assertEquals } from "@std/assert";
import { wordsOf, workerMemory } from "../../src/pool/cancel_note.ts";
import {
  beginNext,
  begunOf,
  giveUp,
  openClaim,
  recall,
} from "../../src/pool/claims.ts";

Deno.test("giveUp() lets tasks begin elsewhere that were begun and not done", () => {
  const words = wordsOf(workerMemory());
  openClaim(words, 1, 5);
  for (let i = 0; i < 4; i++) assertEquals(beginNext(words, 1), i);
  giveUp(words, 1, 2);
  assertEquals(begunOf(words, 1), 2);
  assertEquals(recall(words, 1), 2);
  openClaim(words, 1, 2);
  for (let i = 0; i < 5; i++) beginNext(words, 1);
  assertEquals(begunOf(words, 1), 2);
  giveUp(words, 1, 0);
  assertEquals([begunOf(words, 1), recall(words, 1)], [0, 0]);
});
