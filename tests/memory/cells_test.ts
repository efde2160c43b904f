import { assertEquals } from "@std/assert";
import {
  add,
  and,
  cas,
  type Cells,
  exchange,
  load,
  notify,
  or,
  peek,
  poke,
  store,
  sub,
  useModel,
  wait,
  waitAsync,
} from "../../src/memory/cells.ts";

function fresh(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(16));
}

Deno.test("load() reads what store() wrote", () => {
  const words = fresh();
  assertEquals(store(words, 1, 7), 7);
  assertEquals(load(words, 1), 7);
  assertEquals(load(words, 0), 0);
});

Deno.test("add(), sub(), or(), and() and exchange() return the value before", () => {
  const words = fresh();
  assertEquals(add(words, 0, 5), 0);
  assertEquals(sub(words, 0, 2), 5);
  assertEquals(or(words, 0, 4), 3);
  assertEquals(and(words, 0, 6), 7);
  assertEquals(exchange(words, 0, -1), 6);
  assertEquals(load(words, 0), -1);
});

Deno.test("add() wraps at 2^32", () => {
  const words = fresh();
  store(words, 0, 0x7fffffff);
  add(words, 0, 1);
  assertEquals(load(words, 0), -0x80000000);
});

Deno.test("cas() writes only when the word is as expected", () => {
  const words = fresh();
  assertEquals(cas(words, 0, 1, 9), 0);
  assertEquals(load(words, 0), 0);
  assertEquals(cas(words, 0, 0, 9), 0);
  assertEquals(load(words, 0), 9);
});

Deno.test("wait() answers not-equal and timed-out", () => {
  const words = fresh();
  assertEquals(wait(words, 0, 1), "not-equal");
  assertEquals(wait(words, 0, 0, 0), "timed-out");
});

Deno.test("waitAsync() resolves when notify() is called", async () => {
  const words = fresh();
  assertEquals(waitAsync(words, 0, 1), { async: false, value: "not-equal" });
  const pending = waitAsync(words, 0, 0);
  assertEquals(notify(words, 0, 1), 1);
  assertEquals(pending.async && await pending.value, "ok");
  assertEquals(notify(words, 0), 0);
});

Deno.test("peek() reads what poke() wrote", () => {
  const words = fresh();
  poke(words, 3, 12);
  assertEquals(peek(words, 3), 12);
});

Deno.test("useModel() sends every operation to the model until it is taken away", () => {
  const calls: string[] = [];
  const answer = (name: string) => (): number => {
    calls.push(name);
    return 42;
  };
  const model: Cells = {
    load: answer("load"),
    store: answer("store"),
    add: answer("add"),
    sub: answer("sub"),
    or: answer("or"),
    and: answer("and"),
    exchange: answer("exchange"),
    cas: answer("cas"),
    wait: () => {
      calls.push("wait");
      return "ok";
    },
    waitAsync: () => {
      calls.push("waitAsync");
      return { async: false, value: "timed-out" };
    },
    notify: answer("notify"),
  };
  const words = fresh();
  useModel(model);
  try {
    assertEquals(load(words, 0), 42);
    assertEquals(store(words, 0, 1), 42);
    assertEquals(add(words, 0, 1), 42);
    assertEquals(sub(words, 0, 1), 42);
    assertEquals(or(words, 0, 1), 42);
    assertEquals(and(words, 0, 1), 42);
    assertEquals(exchange(words, 0, 1), 42);
    assertEquals(cas(words, 0, 0, 1), 42);
    assertEquals(wait(words, 0, 0), "ok");
    assertEquals(waitAsync(words, 0, 0).value, "timed-out");
    assertEquals(notify(words, 0), 42);
  } finally {
    useModel(undefined);
  }
  assertEquals(calls, [
    "load",
    "store",
    "add",
    "sub",
    "or",
    "and",
    "exchange",
    "cas",
    "wait",
    "waitAsync",
    "notify",
  ]);
  assertEquals(load(words, 0), 0);
});
