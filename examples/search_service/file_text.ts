import { reasonOf } from "./file_walk.ts";

/** A file's text, or why it has none. */
export type FileText =
  | { readonly kind: "text"; readonly text: string; readonly bytes: number }
  | { readonly kind: "binary" | "tooLarge" }
  | { readonly kind: "unreadable"; readonly reason: string };

/** A NUL in this many first bytes marks a binary file, as in grep and git. */
const PROBE_BYTES = 8192;
/** A file is read in chunks of at most this, in bytes: one is decoded in a millisecond, and in between others get their turn. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads the file at `path` as UTF-8.
 *
 * `binary` is a NUL in the first 8 KiB or anything that is not UTF-8; `tooLarge` is more than `maxBytes`
 * (such a file is not read past its first chunk); every error of the file system is `unreadable`, never thrown.
 */
export async function readText(
  path: string,
  maxBytes: number,
): Promise<FileText> {
  try {
    using file = await Deno.open(path, { read: true });
    const { size } = await file.stat();
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size + 1));
    let text = "";
    let bytes = 0;
    for (;;) {
      const count = await file.read(chunk);
      if (count === null) break;
      const isHead = bytes === 0;
      bytes += count;
      if (
        isHead && chunk.subarray(0, Math.min(count, PROBE_BYTES)).includes(0)
      ) {
        return { kind: "binary" };
      }
      if (Math.max(size, bytes) > maxBytes) return { kind: "tooLarge" };
      text += decoder.decode(chunk.subarray(0, count), { stream: true });
    }
    return { kind: "text", text: text + decoder.decode(), bytes };
  } catch (error) {
    // The decoder's way to say that this is not UTF-8.
    if (error instanceof TypeError) return { kind: "binary" };
    return { kind: "unreadable", reason: reasonOf(error) };
  }
}
