/**
 * Text as it is written by a process, line by line.
 *
 * @module
 */

/** The longest line, in UTF-16 units: a longer one is cut into several. */
const LONGEST = 65_536;

/** Calls `take` with each line of `stream`, the last also if it does not end; resolves when the stream has ended. */
export async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) take(line);
      while (rest.length > LONGEST) {
        take(rest.slice(0, LONGEST));
        rest = rest.slice(LONGEST);
      }
    }
  } catch { /* Its writer was ended in the middle of it. */ }
  if (rest !== "") take(rest);
}
