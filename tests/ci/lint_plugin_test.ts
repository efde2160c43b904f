import { assertEquals } from "@std/assert";
import plugin from "../../.ci/lint_plugin.ts";

function messages(filename: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, filename, source)
    .map(({ id, message }) => `${id}: ${message}`);
}

function assertClean(filename: string, source: string): void {
  assertEquals(messages(filename, source), []);
}

Deno.test("layers allows imports down and in the folder", () => {
  assertClean("src/pool/pool.ts", 'import { a } from "../actor/ref.ts";');
  assertClean("src/pool/pool.ts", 'import { a } from "./job.ts";');
  assertClean("src/memory/lane.ts", 'import { a } from "../errors.ts";');
  assertClean("src/pool/pool.ts", 'import { delay } from "@std/async/delay";');
  assertClean("mod.ts", 'export { a } from "./src/cli/main.ts";');
  assertClean(
    "tests/pool/pool_test.ts",
    'import { a } from "../../src/pool/pool.ts";',
  );
});

Deno.test("layers rejects an import that goes up", () => {
  const expected = ["troupe/layers: 'src/memory' imports up from 'src/sync'"];
  const path = "src/memory/lane.ts";
  assertEquals(
    messages(path, 'import { a } from "../sync/mutex.ts";'),
    expected,
  );
  assertEquals(
    messages(path, 'import type { A } from "../sync/mutex.ts";'),
    expected,
  );
  assertEquals(
    messages(path, 'export { a } from "../sync/mutex.ts";'),
    expected,
  );
  assertEquals(messages(path, 'export * from "../sync/mutex.ts";'), expected);
  assertEquals(messages(path, 'await import("../sync/mutex.ts");'), expected);
  assertEquals(
    messages("src/errors.ts", 'import { a } from "./memory/cells.ts";'),
    [
      "troupe/layers: 'src/errors.ts' imports up from 'src/memory'",
    ],
  );
});

Deno.test("layers rejects an import between folders of one row", () => {
  assertEquals(
    messages("src/pool/pool.ts", 'import { a } from "../manager/store.ts";'),
    [
      "troupe/layers: 'src/pool' imports its neighbour 'src/manager': folders of one row are strangers",
    ],
  );
});

Deno.test("layers rejects a folder without a row and a path outside src/", () => {
  assertEquals(
    messages("src/magic/a.ts", 'import { a } from "../errors.ts";'),
    [
      "troupe/layers: 'src/magic' has no row: add it to ROWS",
    ],
  );
  assertEquals(messages("src/pool/a.ts", 'import { a } from "../../mod.ts";'), [
    "troupe/layers: 'mod.ts' is outside src/",
    "troupe/barrels: '../../mod.ts' is a barrel",
  ]);
});

Deno.test("atomics rejects Atomics outside of cells.ts", () => {
  const source = "Atomics.load(words, 0);";
  assertEquals(messages("src/sync/mutex.ts", source), [
    "troupe/atomics: 'Atomics' outside src/memory/cells.ts",
  ]);
  assertClean("src/memory/cells.ts", source);
  assertClean("tests/sync/mutex_test.ts", source);
});

Deno.test("barrels rejects a mod.ts inside src/", () => {
  assertEquals(
    messages("src/pool/pool.ts", 'import { a } from "../actor/mod.ts";'),
    [
      "troupe/barrels: '../actor/mod.ts' is a barrel",
    ],
  );
  assertClean("examples/hello.ts", 'import { a } from "../mod.ts";');
});

Deno.test("quiet rejects the console in the library", () => {
  assertEquals(messages("src/pool/pool.ts", 'console.log("x");'), [
    "troupe/quiet: The library writes to the console",
  ]);
  assertClean("src/cli/main.ts", 'console.log("x");');
  assertClean("examples/hello.ts", 'console.log("x");');
});

Deno.test("error-message rejects what the style does not allow", () => {
  const path = "src/pool/pool.ts";
  const lower = "troupe/error-message: An error message starts in upper case";
  const period = "troupe/error-message: An error message has no final period";
  const short = "troupe/error-message: An error message has no contractions";
  assertEquals(messages(path, 'throw new TypeError("bad size");'), [lower]);
  assertEquals(messages(path, 'reject(new PoolError("Bad size."));'), [period]);
  assertEquals(messages(path, 'throw new Refusal("Size isn\'t right");'), [
    short,
  ]);
  assertEquals(messages(path, "throw new RangeError(`cannot take ${n}.`);"), [
    lower,
    period,
  ]);
  assertEquals(messages(path, 'new AggregateError(errors, "two failed");'), [
    lower,
  ]);
});

Deno.test("error-message allows the house style", () => {
  const path = "src/pool/pool.ts";
  assertClean(
    path,
    "throw new RangeError(`Cannot use ${n} as size: limit is ${limit}`);",
  );
  assertClean(path, "throw new RangeError(`${name} is closed`);");
  assertClean(
    path,
    'throw new PoolClosedError("Cannot read the pool\'s size: it is closed");',
  );
  assertClean(path, 'new Worker("x.");');
  assertClean("tests/pool/pool_test.ts", 'throw new Error("boom");');
});
