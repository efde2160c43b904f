import { assertEquals } from "@std/assert";
import { latin1Of, loadText } from "../../src/memory/byte_text.ts";

Deno.test("latin1Of() makes the same of any byte before and after Node's part is loaded, also of shared memory", () => {
  const bytes = new Uint8Array(new SharedArrayBuffer(700));
  for (let i = 0; i < bytes.length; i++) bytes[i] = i;
  const texts = () => [latin1Of(bytes, 0, 256), latin1Of(bytes, 1, 700)];
  const before = texts();
  loadText();
  assertEquals(texts(), before);
  const codes = Array.from(before[0]!, (unit) => unit.charCodeAt(0));
  assertEquals(codes, Array.from({ length: 256 }, (_, i) => i));
});
