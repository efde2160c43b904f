import { assertEquals } from "@std/assert";
import { countText } from "../../examples/search_service/audit.ts";
import {
  joinAnswers,
  PostingIndex,
} from "../../examples/search_service/posting_index.ts";
import {
  piecesOf,
  postingsOf,
  type PostingsPart,
} from "../../examples/search_service/postings.ts";

const TEXT = "one two\r\ntwo two three\n\nthree one two";

function partsOf(
  text: string,
  owner = { file: 0, lease: 0 },
  size = 3,
): PostingsPart[] {
  return [...postingsOf(owner, text, size)];
}

function indexOf(...texts: string[]): PostingIndex {
  const index = new PostingIndex();
  texts.forEach((text, file) =>
    partsOf(text, { file, lease: file }).forEach((part) => index.add(part))
  );
  return index;
}

Deno.test("piecesOf() counts lines from 1 and cuts a long one", () => {
  assertEquals([...piecesOf("a\n\nb")], [
    { line: 1, text: "a" },
    { line: 2, text: "" },
    { line: 3, text: "b" },
  ]);
  assertEquals([...piecesOf("")], []);
  const pieces = [...piecesOf("x".repeat(70_000) + "\ny")];
  assertEquals(pieces.map((piece) => [piece.line, piece.text.length]), [
    [1, 65_536],
    [1, 4_464],
    [2, 1],
  ]);
});

Deno.test("piecesOf() cuts between words when there is a gap near the cut", () => {
  const text = "wörd ".repeat(40_000);
  const pieces = [...piecesOf(text)].map((piece) => piece.text);
  assertEquals(pieces.join(""), text);
  assertEquals(pieces.map((piece) => piece.endsWith(" ")), [
    true,
    true,
    true,
    true,
  ]);
});

Deno.test("postingsOf() returns the number of words with repetitions, and closes with a last part", () => {
  const generator = postingsOf({ file: 7, lease: 9 }, TEXT, 1000);
  const first = generator.next();
  assertEquals(first.value, {
    file: 7,
    lease: 9,
    part: 0,
    last: true,
    words: "one\ntwo\nthree",
    lines: new Uint32Array([2, 1, 4, 3, 1, 2, 4, 2, 2, 4]),
  });
  assertEquals(generator.next(), { done: true, value: 8 });
});

Deno.test("PostingIndex.search() ranks lines with more of the words first", () => {
  const index = indexOf(TEXT, "one");
  assertEquals(index.search(["one", "two"], 10), {
    hits: [
      { file: 0, line: 1, score: 2 },
      { file: 0, line: 4, score: 2 },
      { file: 0, line: 2, score: 1 },
    ],
    lines: 3,
    files: 1,
  });
});

Deno.test("PostingIndex.search() is empty when a word is nowhere or none is asked", () => {
  const index = indexOf(TEXT);
  assertEquals(index.search(["one", "nowhere"], 10).lines, 0);
  assertEquals(index.search([], 10).lines, 0);
});

Deno.test("PostingIndex.search() counts all lines when the limit is lower", () => {
  const answer = indexOf(TEXT).search(["two"], 1);
  assertEquals([answer.hits.length, answer.lines], [1, 3]);
});

Deno.test("PostingIndex.add() shows nothing of a file whose last part did not come", () => {
  const index = new PostingIndex();
  for (const part of partsOf(TEXT).slice(0, -1)) index.add(part);
  assertEquals([index.files, index.words, index.count("two")], [0, 0, 0]);
});

Deno.test("PostingIndex.add() counts a file once when two leases send it, interleaved and repeated", async () => {
  const index = new PostingIndex();
  const [dead, alive] = [1, 2].map((lease) =>
    partsOf(TEXT, { file: 0, lease })
  );
  index.add(dead![0]!);
  index.add(alive![0]!);
  index.add(alive![0]!);
  index.add(dead![1]!);
  for (const part of alive!.slice(1)) index.add(part);
  for (const part of [...dead!, ...alive!]) index.add(part);
  const { postings, sum } = await countText(TEXT);
  assertEquals(index.sums(), [{ file: 0, postings, sum }]);
});

Deno.test("PostingIndex.sums() equals countText() of each file", async () => {
  const texts = [TEXT, "", "ß ẞ\nfoo foo\nfoo", "word ".repeat(30_000)];
  const index = indexOf(...texts);
  assertEquals(
    index.sums(),
    await Promise.all(texts.map(async (text, file) => {
      const { postings, sum } = await countText(text);
      return { file, postings, sum };
    })),
  );
});

Deno.test("joinAnswers() merges by rank and adds the counts", () => {
  const left = { hits: [{ file: 2, line: 1, score: 1 }], lines: 5, files: 1 };
  const right = {
    hits: [{ file: 1, line: 3, score: 1 }, { file: 9, line: 1, score: 2 }],
    lines: 2,
    files: 2,
  };
  assertEquals(joinAnswers([left, right], 2), {
    hits: [{ file: 9, line: 1, score: 2 }, { file: 1, line: 3, score: 1 }],
    lines: 7,
    files: 3,
  });
});

Deno.test("PostingIndex.search() finds the same lines as a plain scan does", () => {
  const texts = Array.from(
    { length: 30 },
    (_, file) =>
      Array.from(
        { length: 40 },
        (_, line) =>
          ["red", "green", "blue"].filter((_, i) =>
            (file * 7 + line * 3 + i) % (4 + i) === 0
          ).join(" "),
      ).join("\n"),
  );
  const index = indexOf(...texts);
  const wanted = ["red", "blue"];
  const expected = texts.flatMap((text, file) => {
    if (!wanted.every((word) => text.includes(word))) return [];
    return text.split("\n").map((line, i) => ({
      file,
      line: i + 1,
      score: wanted.filter((word) => line.includes(word)).length,
    }));
  }).filter((hit) => hit.score > 0).sort((a, b) =>
    b.score - a.score || a.file - b.file || a.line - b.line
  );
  assertEquals(index.search(wanted, 10_000).hits, expected);
  assertEquals(index.search(wanted, 5).hits, expected.slice(0, 5));
});

Deno.test("PostingIndex.commonWords() puts the word on the most lines first and leaves short ones out", () => {
  const index = indexOf("alpha beta\nalpha a\na a1b2\na");
  assertEquals(index.commonWords(5), [{ word: "alpha", lines: 2 }, {
    word: "beta",
    lines: 1,
  }]);
});
