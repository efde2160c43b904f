import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError, SharedText, ViewRangeError } from "../../mod.ts";
import { copy } from "../fixtures/handle_copy.ts";

Deno.test("SharedText gives back exactly what it was given", () => {
  const text = new SharedText(16);
  assertEquals([text.value, text.byteLength, text.capacity], ["", 0, 16]);
  for (
    const one of [
      "hello",
      "a\0",
      "\0b\0\0",
      "🎭🎭🎭🎭",
      "\uFEFFmark",
      "",
      "sixteen bytes...",
    ]
  ) {
    text.value = one;
    assertEquals(text.value, one);
  }
});

Deno.test("SharedText counts bytes, not characters", () => {
  const text = new SharedText(4, "🎭");
  assertEquals(text.byteLength, 4);
  const error = assertThrows(() => text.value = "ééé", ViewRangeError);
  assertEquals([error.needed, error.available], [6, 4]);
  assertEquals(text.value, "🎭");
  assertThrows(
    () => text.value = "🎭a",
    ViewRangeError,
    "5 bytes are needed, 4",
  );
  assertThrows(() => new SharedText(2, "abc"), ViewRangeError);
});

Deno.test("SharedText keeps no half of a character", () => {
  const text = new SharedText(8, "\ud83c");
  assertEquals(text.value, "\ufffd");
});

Deno.test("SharedText can be empty for ever", () => {
  const text = new SharedText(0);
  assertEquals(text.value, "");
  assertThrows(() => text.value = "a", ViewRangeError, "1 bytes are needed, 0");
});

Deno.test("SharedText refuses what is no text or no capacity", () => {
  const text = new SharedText(8, "same");
  assertThrows(() => text.value = 5 as never, InvalidOptionError);
  assertThrows(() => text.update(() => null as never), InvalidOptionError);
  for (const capacity of [-1, 1.5, NaN, 2 ** 40]) {
    assertThrows(() => new SharedText(capacity), InvalidOptionError);
  }
  assertEquals(text.value, "same");
});

Deno.test("SharedText.update() computes anew when somebody was faster", () => {
  const text = new SharedText(16, "a");
  const seen: string[] = [];
  const after = text.update((now) => {
    seen.push(now);
    if (now === "a") text.value = "b";
    return now + "!";
  });
  assertEquals([seen, after, text.value], [["a", "b"], "b!", "b!"]);
  assertThrows(() =>
    text.update(() => {
      throw new TypeError("no");
    }), TypeError);
  text.value = "free";
  assertEquals(text.value, "free");
});

Deno.test("SharedText travels and is one object where it arrives twice", () => {
  const text = new SharedText(5, "a\0b");
  assertEquals(copy([text, text]).every((one) => one === text), true);
  assertEquals(Deno.inspect(text), String.raw`SharedText("a\u0000b")`);
});
