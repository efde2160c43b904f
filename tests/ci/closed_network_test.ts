import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertInstanceOf,
  AssertionError,
  assertIsError,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  equal,
  fail,
} from "@std/assert";
import {
  abortable,
  deadline,
  MuxAsyncIterator,
  pooledMap,
  retry,
  tee,
} from "@std/async";
import { delay } from "@std/async/delay";
import { parseArgs } from "@std/cli/parse-args";
import { unicodeWidth } from "@std/cli/unicode-width";
import { ProgressBar } from "@std/cli/unstable-progress-bar";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import {
  assertSpyCall,
  assertSpyCalls,
  returnsNext,
  spy,
  stub,
} from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";

Deno.test("assertions narrow the type of what they checked", () => {
  const value: unknown = "text";
  assert(typeof value === "string");
  assertEquals(value.length, 4);
  const maybe: number | undefined = [1].at(0);
  assertExists(maybe);
  assertEquals(maybe + 1, 2);
  const error: unknown = new RangeError("Too far");
  assertInstanceOf(error, RangeError);
  assertStringIncludes(error.message, "far");
  const kind = (): unknown => "a";
  const seen = kind();
  assertStrictEquals(seen, "a" as const);
  assertEquals(seen.toUpperCase(), "A");
});

Deno.test("assertions throw AssertionError when they do not hold", () => {
  assertThrows(() => assertEquals(1, 2), AssertionError, "not equal");
  assertThrows(() => fail("Stop"), AssertionError, "Stop");
  assertThrows(() => assertFalse(true), AssertionError);
  assertNotEquals({ a: 1 }, { a: 2 });
  assertObjectMatch({ a: 1, b: 2 }, { a: 1 });
  assertArrayIncludes([1, 2, 3], [2]);
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertMatch("abc", /b/);
  assertGreater(2, 1);
  assertLessOrEqual(2, 2);
  assert(equal(new Map([[1, 2]]), new Map([[1, 2]])));
  assertIsError(new TypeError("No"), TypeError, "No");
});

Deno.test("assertRejects() resolves to the error when the promise rejects", async () => {
  const error: TypeError = await assertRejects(
    () => Promise.reject(new TypeError("Bad")),
    TypeError,
    "Bad",
  );
  assertEquals(error.message, "Bad");
});

Deno.test("deadline() and abortable() reject when the time is over", async () => {
  await assertRejects(() => deadline(new Promise(() => {}), 1), DOMException);
  await assertRejects(() =>
    abortable(new Promise(() => {}), AbortSignal.abort(new Error("Off")))
  );
});

Deno.test("retry(), pooledMap(), tee() and MuxAsyncIterator give what they are made for", async () => {
  let tries = 0;
  const flaky = () => {
    if (++tries < 3) throw new Error("Not yet");
    return tries;
  };
  const got: number = await retry(flaky, { minTimeout: 0, maxTimeout: 1 });
  assertEquals(got, 3);
  assertEquals(
    await Array.fromAsync(
      pooledMap(2, [1, 2, 3], (n) => Promise.resolve(n * 2)),
    ),
    [2, 4, 6],
  );
  const [left, right] = tee((async function* () {
    yield await Promise.resolve(1);
  })());
  assertEquals([await Array.fromAsync(left), await Array.fromAsync(right)], [[
    1,
  ], [1]]);
  const mux = new MuxAsyncIterator<string>();
  mux.add((async function* () {
    yield await Promise.resolve("a");
  })());
  assertEquals(await Array.fromAsync(mux), ["a"]);
});

Deno.test("parseArgs() infers the type of each flag", () => {
  const args = parseArgs([
    "--json",
    "out.json",
    "--quick",
    "--tag=a",
    "--tag=b",
    "mailbox",
  ], {
    string: ["json", "tag"],
    boolean: ["quick", "help"],
    collect: ["tag"],
    alias: { help: "h" },
    default: { json: "none" },
  });
  const json: string = args.json;
  const quick: boolean = args.quick;
  const tags: string[] = args.tag;
  const help: boolean = args.h;
  const rest: (string | number)[] = args._;
  assertEquals({ json, quick, tags, help, rest }, {
    json: "out.json",
    quick: true,
    tags: ["a", "b"],
    help: false,
    rest: ["mailbox"],
  });
  const optional: string | undefined = parseArgs([], { string: ["port"] }).port;
  assertEquals(optional, undefined);
});

Deno.test("unicodeWidth() counts columns", () => {
  assertEquals(unicodeWidth("ab\u{4f60}e\u0301\u{1f600}"), 7);
});

Deno.test("ProgressBar draws its last state when stopped", async () => {
  let drawn = "";
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      drawn += new TextDecoder().decode(chunk);
    },
  });
  const bar = new ProgressBar({ max: 4096, barLength: 4, writable });
  bar.value = 4096;
  await bar.stop();
  assertStringIncludes(drawn, "[00:00] [####] [4.00/4.00 KiB]");
});

Deno.test("FakeTime runs timers in the order they are due", async () => {
  using time = new FakeTime(1_000);
  const seen: string[] = [];
  setTimeout(() => seen.push(`b ${Date.now()}`), 20);
  setTimeout(() => seen.push(`a ${Date.now()}`), 10);
  const every = setInterval(() => seen.push(`every ${Date.now()}`), 15);
  time.tick(15);
  assertEquals(seen, ["a 1010", "every 1015"]);
  assertEquals(time.next(), true);
  assertEquals(seen.at(-1), "b 1020");
  clearInterval(every);
  assertEquals(await time.nextAsync(), false);
  assertEquals([time.now, time.start, new Date().valueOf()], [
    1_020,
    1_000,
    1_020,
  ]);
});

Deno.test("FakeTime advances awaited delays and AbortSignal.timeout()", async () => {
  using time = new FakeTime();
  const signal = AbortSignal.timeout(50);
  const slept = delay(100).then(() => "slept");
  await time.tickAsync(50);
  assert(signal.aborted);
  setTimeout(() => {}, 10);
  time.runAll();
  assertEquals(await slept, "slept");
  await time.runMicrotasks();
  await time.delay(1);
  assertEquals(time.now, time.start + 100);
});

Deno.test("FakeTime.restore() gives the real clock back", () => {
  const { setTimeout: before } = globalThis;
  const time = new FakeTime(0);
  assertThrows(() => new FakeTime(), Error, "already faked");
  time.restore();
  assert(Date.now() > 0);
  assertStrictEquals(globalThis.setTimeout, before);
});

Deno.test("spy() and stub() record calls and give the method back", () => {
  const add = spy((a: number, b: number) => a + b);
  assertEquals(add(1, 2), 3);
  assertSpyCall(add, 0, { args: [1, 2], returned: 3 });
  assertSpyCalls(add, 1);
  const dice = { roll: (): number => 0 };
  {
    using roll = stub(dice, "roll", returnsNext([4, 5]));
    assertEquals([dice.roll(), dice.roll()], [4, 5]);
    assertSpyCalls(roll, 2);
    assertThrows(
      () => assertSpyCalls(roll, 1),
      AssertionError,
      "more than expected",
    );
  }
  assertEquals(dice.roll(), 0);
});

describe("describe()", () => {
  const log: string[] = [];
  beforeEach(() => {
    log.push("before");
  });
  afterEach(() => {
    log.push("after");
  });
  it("runs hooks around each case", () => {
    assertEquals(log, ["before"]);
  });
  describe("nested", () => {
    it("inherits the hooks", () => {
      assertEquals(log, ["before", "after", "before"]);
    });
  });
});
