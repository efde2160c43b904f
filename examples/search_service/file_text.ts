import { reasonOf } from "./file_walk.ts";

/** A file's text, or why it has none. */
export type FileText =
  | { readonly kind: "text"; readonly text: string; readonly bytes: number }
  | { readonly kind: "binary" | "tooLarge" }
  | { readonly kind: "unreadable"; readonly reason: string };

/** A NUL in this many first bytes marks a binary file, as in grep and git. */
const PROBE_BYTES = 8192;

/**
 * Reads the file at `path` as UTF-8.
 *
 * `binary` is a NUL in the first 8 KiB or anything that is not UTF-8; `tooLarge` is more than `maxBytes`
 * (such a file is not read past its first 8 KiB); every error of the file system is `unreadable`, never thrown.
 */
export async function readText(
  path: string,
  maxBytes: number,
): Promise<FileText> {
  try {
    using file = await Deno.open(path, { read: true });
    const { size } = await file.stat();
    const head = await readUpTo(file, Math.min(PROBE_BYTES, Math.max(size, 1)));
    if (head.includes(0)) return { kind: "binary" };
    if (size > maxBytes) return { kind: "tooLarge" };
    const rest = await readUpTo(file, size - head.length);
    return decode(head, rest);
  } catch (error) {
    return { kind: "unreadable", reason: reasonOf(error) };
  }
}

async function readUpTo(
  file: Deno.FsFile,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, length));
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function decode(head: Uint8Array, rest: Uint8Array): FileText {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    const text = decoder.decode(head, { stream: true }) + decoder.decode(rest);
    return { kind: "text", text, bytes: head.length + rest.length };
  } catch {
    return { kind: "binary" };
  }
}
