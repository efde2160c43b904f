import { breather } from "./breath.ts";
import { readText } from "./file_text.ts";
import type { FileResult } from "./lease_book.ts";
import type { FileSum } from "./posting_index.ts";
import { piecesOf } from "./postings.ts";
import type { Statistics } from "./statistics.ts";
import { hashPosting, hashWord, words } from "./tokenizer.ts";

/** What one thread counts in one text, word by word. */
export interface TextCount {
  readonly words: number;
  readonly postings: number;
  readonly sum: number;
}

/** How the service's books compare with a count done by one thread, alone. */
export interface Audit {
  readonly files: number;
  readonly words: number;
  readonly postings: number;
  /** Files whose result is missing, or differs from the count. */
  readonly lost: readonly number[];
  /** Files that changed on disk since they were indexed: nobody can say who is right. */
  readonly changed: readonly number[];
  /** What the Manager has counted otherwise than the accepted results. */
  readonly miscounts: readonly Miscount[];
}

/** A sum that is wrong. */
export interface Miscount {
  readonly key: keyof Statistics;
  readonly kept: number;
  readonly own: number;
}

/** What {@linkcode auditFiles} compares: the files, and what the service says of them. */
export interface Books {
  readonly paths: readonly string[];
  readonly results: ReadonlyMap<number, FileResult>;
  readonly sums: ReadonlyMap<number, FileSum>;
  /** The sums that the Manager has kept. */
  readonly statistics: Statistics;
  readonly maxBytes: number;
  /** When indexing began, in milliseconds since the epoch: a file modified later may rightly differ. */
  readonly startedAt: number;
}

/** Counts the words of a text and sums its postings up, sharing nothing with the index but the definition of a word. */
export async function countText(text: string): Promise<TextCount> {
  const breathe = breather();
  const lastLine = new Map<string, number>();
  const hashes = new Map<string, number>();
  let total = 0;
  let postings = 0;
  let sum = 0;
  for (const piece of piecesOf(text)) {
    await breathe();
    for (const word of words(piece.text)) {
      total++;
      if (lastLine.get(word) === piece.line) continue;
      lastLine.set(word, piece.line);
      let hash = hashes.get(word);
      if (hash === undefined) hashes.set(word, hash = hashWord(word));
      postings++;
      sum = (sum + hashPosting(hash, piece.line)) >>> 0;
    }
  }
  return { words: total, postings, sum };
}

/** Reads every file again, here, one after the other, and compares what it counts with what the service says. */
export async function auditFiles(
  books: Books,
  { signal, onFile }: {
    /** Ends the audit when aborted. */
    signal?: AbortSignal;
    /** Called after each file with how many are done. */
    onFile?: (done: number) => void;
  } = {},
): Promise<Audit> {
  const lost: number[] = [];
  const changed: number[] = [];
  const total = { files: 0, words: 0, postings: 0 };
  for (const [file, path] of books.paths.entries()) {
    signal?.throwIfAborted();
    const read = await readText(path, books.maxBytes);
    const result = books.results.get(file);
    const sum = books.sums.get(file);
    const own = read.kind === "text"
      ? await countText(read.text)
      : { words: 0, postings: 0, sum: 0 };
    const outcome = read.kind === "text" ? "indexed" : read.kind;
    const equal = result?.outcome === outcome && result.words === own.words &&
      (sum?.postings ?? 0) === own.postings && (sum?.sum ?? 0) === own.sum;
    if (equal) {
      total.files += outcome === "indexed" ? 1 : 0;
      total.words += own.words;
      total.postings += own.postings;
    } else if (
      result !== undefined && await changedSince(path, books.startedAt)
    ) changed.push(file);
    else lost.push(file);
    onFile?.(file + 1);
  }
  return { ...total, lost, changed, miscounts: miscountsOf(books) };
}

function miscountsOf({ results, statistics }: Books): Miscount[] {
  const own = { files: 0, words: 0, bytes: 0, skipped: 0 };
  for (const { outcome, words, bytes } of results.values()) {
    own[outcome === "indexed" ? "files" : "skipped"]++;
    own.words += words;
    own.bytes += bytes;
  }
  const keys = ["files", "words", "bytes", "skipped"] as const;
  return keys.filter((key) => statistics[key] !== own[key])
    .map((key) => ({ key, kept: statistics[key], own: own[key] }));
}

async function changedSince(path: string, startedAt: number): Promise<boolean> {
  try {
    const { mtime, ctime } = await Deno.lstat(path);
    // File systems keep coarser clocks than ours: a second of grace.
    return Math.max(mtime?.getTime() ?? 0, ctime?.getTime() ?? 0) >=
      startedAt - 1000;
  } catch {
    return true; // gone since
  }
}
