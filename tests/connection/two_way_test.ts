import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { UnknownHandleError } from "../../mod.ts";
import type { RefCore } from "../../src/actor/mail/ref_core.ts";
import { coreIn } from "../../src/actor/ref.ts";
import type { Isolate } from "../../src/actor/thread/isolate.ts";
import type { LinkSide } from "../../src/connection/far_line.ts";
import { pack, unpack } from "../../src/connection/freight.ts";
import { Imports } from "../../src/connection/imports.ts";
import { TwoWay } from "../../src/connection/two_way.ts";
import { portable } from "../../src/memory/portable.ts";
import { NO_BORDER } from "../fixtures/no_border.ts";

function side(): LinkSide {
  return {
    call: () => Promise.resolve(),
    say: () => {},
    packArgs: () => new Uint8Array(),
  };
}

function twoWay(): TwoWay {
  return new TwoWay(new Imports({} as Isolate, side()));
}

/** A ref of this program, as far as a border sees it. */
function own(name: string): RefCore {
  const address = { endpoint: 1, life: 2 };
  return { address, name, incarnation: 3, maxBytes: 4, ref: { name } } as never;
}

Deno.test("TwoWay leads refs of the other program back to it, and any other here", () => {
  const [here, there] = [twoWay(), twoWay()];
  const mine = own("mine");
  const left = here.depart(mine).data;
  const far = there.arrive(left);
  const core = coreIn(far)!;
  assertEquals([core.name, core.incarnation, core.maxBytes], ["mine", 3, 4]);
  assertStrictEquals(there.arrive(left), far);
  // It goes back as what it is there.
  assertEquals(there.depart(core).data, [1]);
  assertStrictEquals(here.arrive(there.depart(core).data), mine.ref);
  // For a third program it is one of this one, which leads it on.
  assertEquals((twoWay().depart(core).data as unknown[]).length, 7);
});

Deno.test("TwoWay.standIn() has one ref leave in the place of another one, which nobody there ever has", () => {
  const [here, there] = [twoWay(), twoWay()];
  const [inner, outer] = [own("inner"), own("outer")];
  here.standIn(inner, outer);
  const left = here.depart(inner).data;
  const far = coreIn(there.arrive(left))!;
  assertEquals(far.name, "outer");
  assertEquals(here.exports.size, 1);
  // Who calls it calls it as what it is.
  const back = there.depart(far).data;
  assertStrictEquals(here.arrive(back), outer.ref);
  // And so at the other end, for the one that came.
  const mine = own("mine");
  there.standIn(mine, far);
  assertEquals(there.depart(mine).data, back);
  assertStrictEquals(there.arrive(left), mine.ref);
});

Deno.test("Imports.end() ends every ref that came", () => {
  const border = twoWay();
  const far = border.arrive([1, 1, 1, -1, "far", 1, 0]);
  border.imports.end({ kind: "lost", code: 1 });
  assertEquals(coreIn(far)!.report?.kind, "lost");
});

Deno.test("a message of another program revives no ref that it was not given, of whichever kind", () => {
  const border = twoWay();
  border.depart(own("mine"));
  const forged: [kind: string, data: unknown][] = [
    ["ref", [1, 1, "Counter-1", 1]],
    ["light", [0, 1, 0, "x", 1, 1, 1, 1, 0, 1]],
    ["gated", [null, 1, "x", 1, 0, 0, 1, 1]],
    ["far", [2]],
    ["far", ["__proto__"]],
    ["far", [1.5]],
    ["far", []],
    ["far", [1, 0, 0, 0, {}, 0, 0]],
    ["far", [1, 0, 0, 0, "x", 0, "0"]],
    ["far", { length: 1 }],
    ["far", 7],
    ["none", null],
  ];
  for (const [kind, data] of forged) {
    const value = { [portable]: () => ({ kind, data }) };
    const bytes = pack(NO_BORDER, value, "value");
    const error = assertThrows(
      () => unpack(border, bytes),
      UnknownHandleError,
      undefined,
      Deno.inspect([kind, data]),
    );
    assertEquals(error.kind, kind);
  }
});
