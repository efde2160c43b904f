import { assertEquals, assertNotEquals } from "@std/assert";
import {
  hashPosting,
  hashWord,
  LONGEST_WORD,
  words,
} from "../../examples/search_service/tokenizer.ts";

Deno.test("words() lower-cases and splits at everything that is no word", () => {
  assertEquals(words("const fooBar = a.b_c(12);"), [
    "const",
    "foobar",
    "a",
    "b_c",
    "12",
  ]);
});

Deno.test("words() finds words of any script", () => {
  assertEquals(words("Größe – Жизнь, 東京 naïve"), [
    "größe",
    "жизнь",
    "東京",
    "naïve",
  ]);
});

Deno.test("words() composes so that both spellings of a letter are one word", () => {
  assertEquals(words("cafe\u0301"), words("caf\u00e9"));
});

Deno.test("words() is empty when there is no word", () => {
  assertEquals(words(""), []);
  assertEquals(words(" \t--- +++ "), []);
});

Deno.test("words() cuts a word longer than LONGEST_WORD without leaving half a pair", () => {
  assertEquals(words("a".repeat(1000)), ["a".repeat(LONGEST_WORD)]);
  const [cut] = words("a".repeat(LONGEST_WORD - 1) + "𝒳x");
  assertEquals(cut?.isWellFormed(), true);
});

Deno.test("hashWord() tells words apart and stays within 32 bits", () => {
  assertNotEquals(hashWord("deno"), hashWord("done"));
  assertEquals(hashWord(""), 0x811c9dc5);
  assertEquals(hashWord("a"), 0xe40c292c); // the published FNV-1a of "a"
});

Deno.test("hashPosting() depends on the line", () => {
  assertNotEquals(
    hashPosting(hashWord("deno"), 1),
    hashPosting(hashWord("deno"), 2),
  );
});
