import {
  ActorCrashedError,
  AskTimeoutError,
  type MapRef,
} from "@troupe/actors";
import type { FileResult } from "./lease_book.ts";

/** What was counted over some files. */
export interface Statistics {
  readonly files: number;
  readonly words: number;
  readonly bytes: number;
  readonly skipped: number;
}

/** What several runs have counted together. */
export interface Totals extends Statistics {
  readonly runs: number;
}

/** What each run has counted, by its name, as the Manager keeps it. */
export type RunBook = MapRef<string, Statistics>;

/** Before anything was counted. */
export const NOTHING: Statistics = { files: 0, words: 0, bytes: 0, skipped: 0 };

/** What `counts` come to together. */
export function sum(counts: Iterable<Statistics>): Statistics {
  const all = { ...NOTHING };
  for (const { files, words, bytes, skipped } of counts) {
    all.files += files;
    all.words += words;
    all.bytes += bytes;
    all.skipped += skipped;
  }
  return all;
}

/** What one result adds. */
export function countOf({ outcome, words, bytes }: FileResult): Statistics {
  const isIndexed = outcome === "indexed";
  const [files, skipped] = isIndexed ? [1, 0] : [0, 1];
  return { files, words, bytes, skipped };
}

/** What all runs in `book` have counted. */
export async function totalsOf(book: RunBook): Promise<Totals> {
  const counts = await book.values();
  return { runs: counts.length, ...sum(counts) };
}

/**
 * Writes down what a run has counted so far; resolves when it is kept. All of it and not what is new: so it may be said
 * once more when the Manager ends before it answers, and nothing is counted twice.
 */
export async function writeRun(
  book: RunBook,
  run: string,
  counted: Statistics,
): Promise<void> {
  for (;;) {
    try {
      return await book.set(run, counted);
    } catch (error) {
      // It may have been kept or not.
      const isOpen = error instanceof ActorCrashedError ||
        error instanceof AskTimeoutError;
      if (!isOpen) throw error;
    }
  }
}
