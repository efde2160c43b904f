import { assertEquals } from "@std/assert";
import {
  counted,
  findingsText,
  printable,
  skippedLines,
  totalsText,
  treeText,
} from "../../examples/search_service/report.ts";

Deno.test("printable() writes out whatever would move the cursor or turn the line round", () => {
  assertEquals(
    printable("a\tb\x1b[2J\n\x9b\u202ec 名前"),
    "a b\\u001b[2J\\u000a\\u009b\\u202ec 名前",
  );
});

Deno.test("counted() has a plural and groups thousands", () => {
  assertEquals(
    [counted(0, "file"), counted(1, "file"), counted(12_345, "file")],
    ["0 files", "1 file", "12,345 files"],
  );
});

Deno.test("totalsText() counts runs, files and words", () => {
  const counts = { files: 1, words: 2_345, bytes: 9, skipped: 0 };
  assertEquals(
    totalsText({ ...counts, runs: 2 }),
    "on disk: 2 runs, 1 file, 2,345 words",
  );
});

Deno.test("treeText() hangs the supervised below their supervisor, with the reason of each restart", () => {
  const base = { state: "running", incarnation: 0, mailbox: 0 };
  const queue = { ...base, name: "queue", restarts: 0, ends: [] };
  const first = { ...base, name: "first", restarts: 3, ends: ["b", "c"] };
  const other = { ...base, name: "other", restarts: 0, ends: [] };
  const text = treeText([
    { ...queue, supervised: false },
    { ...first, supervised: true },
    { ...other, supervised: true },
  ]);
  assertEquals(text.split("\n"), [
    "search service",
    "├─ queue       running",
    "└─ supervisor  one for one, 3 restarts",
    "   ├─ first    running, 3 restarts",
    "   │           2. b",
    "   │           3. c",
    "   └─ other    running, 0 restarts",
  ]);
});

Deno.test("findingsText() aligns the lines by the width of their places", () => {
  const hit = { score: 1, text: "needle" };
  const hits = [{ ...hit, file: "名前", line: 1 }, {
    ...hit,
    file: "a",
    line: 10,
  }];
  const text = findingsText({
    query: "needle",
    words: ["needle"],
    lines: 1234,
    files: 1,
    hits,
  });
  assertEquals(text.split("\n"), [
    `"needle": 1,234 lines in 1 file`,
    "  名前:1  needle",
    "  a:10    needle",
  ]);
});

Deno.test("skippedLines() names files that are large or unreadable, and only counts binary ones", () => {
  const none = { words: 0, bytes: 0 };
  const lines = skippedLines([
    { ...none, file: 0, outcome: "indexed" },
    { ...none, file: 1, outcome: "binary" },
    { ...none, file: 2, outcome: "tooLarge" },
    { ...none, file: 3, outcome: "unreadable", reason: "not found" },
  ], { paths: [], labels: ["a", "b", "c", "d"], maxBytes: 1 << 20 });
  assertEquals(lines, [
    "  skipped 1 file as binary",
    "  skipped 1 file as larger than 1 MiB",
    "    c",
    "  skipped 1 file as unreadable",
    "    d: not found",
  ]);
});
