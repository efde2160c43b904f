import { assertEquals } from "@std/assert";
import { LastWords, newMark } from "../../src/process/last_words.ts";
import { readLines } from "../../src/process/read_lines.ts";

async function linesOf(...texts: string[]): Promise<string[]> {
  const lines: string[] = [];
  await readLines(
    ReadableStream.from(texts.map((text) => new TextEncoder().encode(text))),
    (line) => lines.push(line),
  );
  return lines;
}

Deno.test("readLines() gives lines that come in pieces, and the last one without an end", async () => {
  assertEquals(await linesOf("a\nb", "c\n", "\nd"), ["a", "bc", "", "d"]);
  assertEquals(await linesOf(), []);
  assertEquals(await linesOf("a\n"), ["a"]);
});

Deno.test("readLines() cuts a line that never ends", async () => {
  const lines = await linesOf("x".repeat(100_000), "y".repeat(100_000));
  assertEquals(lines.map(({ length }) => length), [
    65_536,
    65_536,
    65_536,
    3_392,
  ]);
});

Deno.test("LastWords.take() takes the words out of lines, and leaves what the user wrote", () => {
  const mark = newMark();
  const words = new LastWords(mark);
  const said = new Uint8Array([1, 2, 250]);
  assertEquals(words.take("plain"), "plain");
  assertEquals(words.take(`${mark}${said.toBase64()}`), undefined);
  assertEquals(words.take(`half ${mark}${said.toBase64()}`), "half ");
  assertEquals(words.parts, [said, said]);
});
