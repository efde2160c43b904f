import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  InvalidOptionError,
  Manager,
  type ManagerOptions,
  type MapRef,
  MessageTooLargeError,
  type Reducer,
  reducer,
  Refusal,
  System,
} from "../../mod.ts";
import { served } from "../fixtures/served.ts";
import { unsendable } from "../fixtures/bad_reducer.ts";

/** A Manager and a map of it that holds `k`. */
async function withMap(
  body: (map: MapRef<string, unknown>, manager: Manager) => Promise<void>,
): Promise<void> {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, unknown>("m");
  await map.set("k", 1);
  await body(map, manager);
  assertEquals(await map.entries(), [["k", 1]]);
}

Deno.test("MapRef.setIf() and expect() refuse what is no version, and do not take it for any", () =>
  withMap(async (map) => {
    for (const none of [undefined, null, NaN, -1, 0.5, "1"]) {
      const version = none as unknown as number;
      await assertRejects(() => map.setIf("k", 2, version), InvalidOptionError);
      assertThrows(() => map.plan.expect("k", version), InvalidOptionError);
    }
  }));

Deno.test("MapRef.setAll() refuses what is no list of pairs", () =>
  withMap(async (map) => {
    for (const none of [{ ada: 1 }, "abc", null, [1, 2], [["a"]], 5]) {
      const entries = none as unknown as [string, unknown][];
      await assertRejects(() => map.setAll(entries), InvalidOptionError);
    }
  }));

Deno.test("MapRef.watch() refuses a prefix that is no text", () =>
  withMap(async (map) => {
    const watch = map.watch({ prefix: 5 as unknown as string });
    await assertRejects(() => watch.next(), InvalidOptionError);
  }));

Deno.test("MapRef.update() refuses a sum that is not finite", () =>
  withMap(async (map) => {
    await map.set("big", 1e308);
    await assertRejects(() => map.update("big", { add: 1e308 }), Refusal);
    assertEquals(await map.get("big"), 1e308);
    await map.delete("big");
  }));

Deno.test("MapRef.reduce() refuses a result that cannot travel, and whoever waits goes on waiting", () =>
  withMap(async (map, manager) => {
    const queue = manager.queue<string>("q");
    const taken = queue.take();
    const error = await assertRejects(
      () => map.reduce("k", unsendable, []),
      Refusal,
    );
    assertEquals(error.message.includes('"unsendable"'), true, error.message);
    await queue.put("one");
    assertEquals(await taken, "one");
  }));

/** What is no text, no function and no array. */
const NONE = [undefined, null, 5, {}] as never[];

/** The text of the error that a call is refused with, before anything is sent. */
async function refusal(call: () => unknown): Promise<string> {
  const error = await assertRejects(async () => {
    await call();
  }, InvalidOptionError);
  return error.message;
}

Deno.test("what is given to a Manager and is no text, function, reducer or array is refused by its name", () =>
  withMap(async (map, manager) => {
    const names = manager.namespace<Record<string, number>>("n");
    const online = manager.presence<number>("p");
    const known = reducerOf("known");
    for (const none of NONE) {
      const calls: [string, () => unknown][] = [
        ["'key' must", () => online.enter(none, 1)],
        ["'key' must", () => online.leave(none)],
        ["'field' must", () => names.get(none)],
        ["'field' must", () => names.set(none, 1)],
        ["'field' must", () => names.update(none, { set: 1 })],
        ["'field' must", () => names.delete(none)],
        ["'make' must", () => manager.handle("h", none)],
        ["'name' must", () => manager.handle(none, () => 1)],
        ["'name' must", () => manager.custom(none, none)],
        ["'compute' must", () => map.derive(none).next()],
        ["'by' must", () => map.reduce("k", none, [])],
        ["'by' must", () => map.plan.reduce("k", none, [])],
        ["'args' must", () => map.reduce("k", known, none)],
        ["'steps' must", () => map.transaction(none)],
      ];
      for (const [part, call] of calls) {
        const message = await refusal(call);
        assertStringIncludes(message, part);
        assertStringIncludes(message, Deno.inspect(none, { depth: 0 }));
      }
    }
    const plain = (() => 1) as never;
    assertStringIncludes(
      await refusal(() => map.reduce("k", plain, [])),
      "a key of \"m\" as 'by' must be what reducer(import.meta",
    );
    assertEquals(await online.entries(), []);
  }));

function reducerOf(name: string): Reducer<unknown, []> {
  return reducer(import.meta, name, (state: unknown) => state);
}

Deno.test("reducer() refuses what is none as a reducer", () => {
  for (const name of ["", 5, null] as never[]) {
    assertThrows(
      () => reducerOf(name),
      InvalidOptionError,
      "Cannot register a reducer as its name",
    );
  }
  reducerOf("twice");
  assertThrows(() => reducerOf("twice"), InvalidOptionError, "is taken");
});

Deno.test("a change that does not fit is refused with the key, its kind and its name", () =>
  withMap(async (map, manager) => {
    const value = manager.value("v", "x" as never);
    const names = manager.namespace<{ a: number }>("n");
    await names.set("a", "text" as never);
    const refused: [string, () => Promise<unknown>][] = [
      [
        'Cannot update "k" of the map "m" as what is pushed to must be an array: current value is 1',
        () => map.update("k", { push: 1 }),
      ],
      ['"k" of the map "m"', () => map.update("k", { path: ["a"], set: 1 })],
      ['"b" of the map "m"', () => map.update("b", { add: 1 })],
      ['"a" of the namespace "n"', () => names.update("a", { add: 1 })],
      ['the value "v"', () => value.update({ add: 1 })],
      ['the counter "c"', () => manager.counter("c").add(NaN)],
      [
        'Cannot reduce "k" of the map "m"',
        () => map.reduce("k", unsendable, []),
      ],
      [
        '"k" of the map "m"',
        () => map.transaction([map.plan.expect("k", 7)]),
      ],
    ];
    for (const [part, call] of refused) {
      await assertRejects(call, Refusal, part);
    }
  }));

Deno.test("ListRef refuses to sort what has no order, and finds NaN", () =>
  withMap(async (_, manager) => {
    const list = manager.list<unknown>("l");
    await list.push(10, 9n, NaN);
    assertEquals([await list.indexOf(NaN), await list.count(NaN)], [2, 1]);
    await assertRejects(() => list.sort(), Refusal, "item 2 is NaN");
    await list.set(2, "9");
    await assertRejects(() => list.sort(), Refusal, 'item 2 is "9"');
    await list.reverse();
    await assertRejects(() => list.sort(), Refusal, "item 1 is 9n");
    assertEquals(await list.slice(), ["9", 9n, 10]);
    await list.shift();
    await list.push(-1);
    await list.sort();
    assertEquals(await list.slice(), [-1, 9n, 10]);
  }));

Deno.test("QueueRef.take() says once that it cannot", () =>
  withMap(async (_, manager) => {
    const error = await assertRejects(
      () => manager.queue("q").take({ timeout: -1 }),
      InvalidOptionError,
    );
    assertEquals(error.message.startsWith('Cannot take from "q" as'), true);
  }));

Deno.test("Manager.start() refuses replicas and sizes that are none by their names, and memory that there is not", async () => {
  await using system = new System();
  const refused: [unknown, string][] = [
    [{ replicas: 5 }, "'replicas'"],
    [{ replicas: { s: {} } }, "'replicas.s'"],
    [{ replicas: { s: { capacity: 0 } } }, "'replicas.s'"],
    [{ replicas: { s: { capacity: 1, valueBytes: 0 } } }, "'replicas.s'"],
    [{ replicas: { s: { capacity: 1, keyBytes: 1e9 } } }, "'replicas.s'"],
    [
      { replicas: { s: { capacity: 2 ** 22, valueBytes: 2 ** 28 } } },
      "'replicas.s'",
    ],
    [{ mailbox: { maxMessageBytes: 0 } }, "'mailbox.maxMessageBytes'"],
    [{ mailbox: { maxMessageBytes: 2 ** 31 } }, "'mailbox.maxMessageBytes'"],
    [{ mailbox: { capacity: 5 } }, "capacity"],
  ];
  for (const [options, part] of refused) {
    const message = await refusal(() =>
      Manager.start({ ...options as ManagerOptions, system })
    );
    assertStringIncludes(message, "Cannot start a Manager as");
    assertStringIncludes(message, part);
  }
});

Deno.test("a message that is too large names an option of the Manager, which can be raised", async () => {
  for (const where of ["manager", "remote"] as const) {
    const bounds = { maxMessageBytes: 10_000 };
    await using both = await served({ mailbox: bounds });
    const map = both[where].map<string, string>("m");
    const error = await assertRejects(
      () => map.set("a", "x".repeat(10_000)),
      MessageTooLargeError,
      "raise mailbox.maxMessageBytes",
    );
    assertEquals(error.limit, 10_000);
    await map.set("a", "x".repeat(9_000));
  }
});
