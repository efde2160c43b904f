import { assertEquals, assertThrows } from "@std/assert";
import type { RefCore } from "../../src/actor/mail/ref_core.ts";
import { UnknownHandleError } from "../../mod.ts";
import { Exports } from "../../src/connection/exports.ts";

function core(name: string): RefCore {
  const address = { endpoint: 1, life: 2 };
  return { address, name, incarnation: 3, maxBytes: 4, ref: { name } } as never;
}

Deno.test("Exports.depart() gives a ref one number for as long as the process has it", () => {
  const exports = new Exports();
  const [one, two] = [core("one"), core("two")];
  const first = exports.depart(one).data;
  assertEquals(first, [1, 1, 2, -1, "one", 3, 4]);
  assertEquals(exports.depart(two).data, [2, 1, 2, -1, "two", 3, 4]);
  assertEquals(exports.depart(one).data, first);
  assertEquals(exports.arrive([2]), two.ref);
});

Deno.test("Exports.release() forgets a ref when the process has dropped it as often as it was sent", () => {
  const exports = new Exports();
  const one = core("one");
  exports.depart(one);
  exports.depart(one);
  // The second was on its way when the first was dropped.
  exports.release(1, 1);
  assertEquals(exports.arrive([1]), one.ref);
  exports.release(1, 1);
  exports.release(1, 1);
  assertEquals(exports.size, 0);
  assertThrows(() => exports.arrive([1]), UnknownHandleError);
  assertEquals((exports.depart(one).data as number[])[0], 2);
});

Deno.test("Exports.arrive() refuses a number that was never given", () => {
  assertThrows(() => new Exports().arrive([7]), UnknownHandleError);
  assertThrows(() => new Exports().arrive(["__proto__"]), UnknownHandleError);
});
