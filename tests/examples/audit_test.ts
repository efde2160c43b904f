import { assertEquals } from "@std/assert";
import {
  auditFiles,
  type Books,
  countText,
} from "../../examples/search_service/audit.ts";

async function audited(
  change: (books: { -readonly [K in keyof Books]: Books[K] }) => void,
) {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "one two\none");
    await Deno.utime(path, 1, 1);
    const { words, postings, sum } = await countText("one two\none");
    const books = {
      paths: [path],
      results: new Map([[0, {
        file: 0,
        outcome: "indexed" as const,
        words,
        bytes: 11,
      }]]),
      sums: new Map([[0, { file: 0, postings, sum }]]),
      statistics: { files: 1, words, bytes: 11, skipped: 0 },
      maxBytes: 100,
      startedAt: Date.now() + 60_000,
    };
    change(books);
    const { lost, changed, miscounts, ...counts } = await auditFiles(books);
    return { lost, changed, miscounts, counts };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("auditFiles() finds nothing lost when the books agree", async () => {
  const audit = await audited(() => {});
  assertEquals(audit, {
    lost: [],
    changed: [],
    miscounts: [],
    counts: { files: 1, words: 3, postings: 3 },
  });
});

Deno.test("auditFiles() calls a file lost when its result, its words or its postings differ", async () => {
  const wrong = { file: 0, outcome: "indexed" as const, words: 4, bytes: 11 };
  assertEquals((await audited((books) => books.results = new Map())).lost, [0]);
  assertEquals(
    (await audited((books) => books.results = new Map([[0, wrong]]))).lost,
    [0],
  );
  assertEquals((await audited((books) => books.sums = new Map())).lost, [0]);
  assertEquals(
    (await audited((books) =>
      books.sums = new Map([[0, { file: 0, postings: 3, sum: 1 }]])
    )).lost,
    [0],
  );
});

Deno.test("auditFiles() calls a file changed when it differs and was written since the start", async () => {
  const audit = await audited((books) => {
    books.sums = new Map();
    books.startedAt = 0;
  });
  assertEquals([audit.lost, audit.changed], [[], [0]]);
});

Deno.test("auditFiles() tells which sums of the Manager differ from the results", async () => {
  const { miscounts, lost } = await audited((books) => {
    books.statistics = { ...books.statistics, words: 4 };
  });
  assertEquals(miscounts, [{ key: "words", kept: 4, own: 3 }]);
  assertEquals(lost, []);
});
