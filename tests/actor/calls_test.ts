import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Calls } from "../../src/actor/calls.ts";
import type { RefCore } from "../../src/actor/mail/ref_core.ts";

type Sent = [
  to: string,
  method: string,
  args: unknown[],
  timeout: number | undefined,
];

/** Calls to `to`, which note in `sent` what was sent. */
function callsTo(
  to: string,
  sent: Sent[],
  timeout?: number,
): Record<string | symbol, (...args: unknown[]) => unknown> {
  const core = { name: to } as RefCore;
  const options = timeout === undefined ? {} : { timeout };
  const calls = new Calls(core, options, ({ name }, method, args, given) => {
    sent.push([name, method.name, args, given.timeout]);
    return sent.length;
  });
  return calls as unknown as ReturnType<typeof callsTo>;
}

Deno.test("Calls sends to its own actor when another one taught it the name", () => {
  const sent: Sent[] = [];
  const [one, two] = [callsTo("one", sent, 1), callsTo("two", sent)];
  assertEquals(one.calls_test_a!(1, 2), 1);
  assertEquals(two.calls_test_a!(3), 2);
  assertEquals(two.calls_test_b!(), 3);
  assertEquals(one.calls_test_b!(), 4);
  assertEquals(sent, [
    ["one", "calls_test_a", [1, 2], 1],
    ["two", "calls_test_a", [3], undefined],
    ["two", "calls_test_b", [], undefined],
    ["one", "calls_test_b", [], 1],
  ]);
});

Deno.test("Calls gives the same function each time, which works on its own", () => {
  const sent: Sent[] = [];
  const calls = callsTo("one", sent);
  const { calls_test_c: first } = calls;
  assertStrictEquals(first, calls.calls_test_c);
  assert(first !== callsTo("two", sent).calls_test_c);
  first!("alone");
  assertEquals(sent, [["one", "calls_test_c", ["alone"], undefined]]);
});

Deno.test("Calls takes every name but then, and no symbol", async () => {
  const sent: Sent[] = [];
  const calls = callsTo("one", sent);
  const names = ["constructor", "toString", "hasOwnProperty", "0", "__proto__"];
  for (const name of names) calls[name]!();
  assertEquals(sent.map(([, method]) => method), names);
  assertEquals(calls.then, undefined);
  assertEquals(calls[Symbol.iterator], undefined);
  assertStrictEquals(await Promise.resolve(calls), calls);
});

Deno.test("Calls works on when more names were made up than are shared", () => {
  const sent: Sent[] = [];
  const calls = callsTo("one", sent);
  for (let i = 0; i < 10_100; i++) calls[`calls_test_${i}`]!(i);
  callsTo("two", sent).calls_test_10050!("last");
  assertEquals(sent.length, 10_101);
  assertEquals(sent.at(-1), ["two", "calls_test_10050", ["last"], undefined]);
});
