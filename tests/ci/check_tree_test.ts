import { assertEquals } from "@std/assert";
import { findProblems } from "../../.ci/check_tree.ts";

function problems(
  files: Record<string, string>,
  exports: Record<string, string> = { ".": "./mod.ts" },
): string[] {
  return findProblems({ files: new Map(Object.entries(files)), exports });
}

Deno.test("findProblems() finds none in a tree that keeps the rules", () => {
  assertEquals(
    problems({
      "mod.ts": "",
      "README.md": "line\n".repeat(1_000),
      "src/pool/mod.ts": "",
      "src/pool/pool.ts": 'export type {} from "./pool_entry.ts";\n',
      "src/pool/pool_entry.ts": "",
      "tests/pool/common.ts": "",
    }, { ".": "./mod.ts", "./pool": "./src/pool/mod.ts" }),
    [],
  );
});

Deno.test("findProblems() reports what does not belong at the top", () => {
  assertEquals(problems({ "notes.txt": "" }), [
    "notes.txt: the top level holds mod.ts, src, tests, examples, deno.json, README.md, LICENSE, .ci, .gitignore and nothing else",
  ]);
});

Deno.test("findProblems() reports a file that is too long", () => {
  assertEquals(problems({ "src/pool/pool.ts": "\n".repeat(451) }), [
    "src/pool/pool.ts: 451 lines, limit is 450: it is two ideas",
  ]);
  assertEquals(problems({ "src/pool/pool.ts": "\n".repeat(450) }), []);
});

Deno.test("findProblems() reports an empty name", () => {
  assertEquals(problems({ "src/pool/utils.ts": "" }), [
    "src/pool/utils.ts: a file is named after its main symbol",
  ]);
});

Deno.test("findProblems() reports an entry that no spawner names", () => {
  const expected =
    'src/pool/pool_entry.ts: no spawner says `export type {} from "./pool_entry.ts"`, so no check sees it';
  assertEquals(problems({ "src/pool/pool_entry.ts": "" }), [expected]);
  assertEquals(
    problems({
      "src/pool/pool_entry.ts": "",
      "src/process/command.ts": 'export type {} from "./pool_entry.ts";',
    }),
    [expected],
  );
});

Deno.test("findProblems() reports exports that do not match the folders", () => {
  assertEquals(problems({ "mod.ts": "", "src/pool/mod.ts": "" }), [
    'deno.json: "./pool" is not exported, src/pool/mod.ts exists',
  ]);
  assertEquals(problems({ "mod.ts": "" }, { "./pool": "./src/pool/mod.ts" }), [
    'deno.json: "./pool" exports ./src/pool/mod.ts, which does not exist',
  ]);
  assertEquals(problems({ "src/pool/mod.ts": "" }), []);
});
