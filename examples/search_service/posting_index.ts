import type { PostingsPart } from "./postings.ts";
import { hashPosting, hashWord } from "./tokenizer.ts";

/** More lines than a file may have, and small enough that a file's number times this is exact for two million files. */
const FILE = 2 ** 32;
/** What {@linkcode PostingIndex.commonWords} counts: words that are worth a question. */
const LONG_WORD_REGEXP = /^\p{L}{4,}$/u;

/** A line that answers a query; `score` is how many of the asked words stand on it. */
export interface Hit {
  readonly file: number;
  readonly line: number;
  readonly score: number;
}

/** What an index knows of a query: its best lines and how many there are in all. */
export interface Answer {
  readonly hits: readonly Hit[];
  readonly lines: number;
  readonly files: number;
}

/** What an index holds of one file: the number of its postings and the sum of their hashes, mod 2^32. */
export interface FileSum {
  readonly file: number;
  readonly postings: number;
  readonly sum: number;
}

/**
 * An inverted index from words to (file, line), fed with parts of files.
 *
 * - **All or nothing:** a file appears when all parts of one lease are there, and not before.
 * - **Exactly once:** the first lease that completes a file wins; parts of any other are dropped.
 *   So whoever is not sure whether a part arrived may send the file again.
 */
export class PostingIndex {
  /**
   * For each word its postings, each one number, `file * FILE + line`: half the memory of a pair. Those of a file
   * stand together, its lines rising; the files stand in the order they came.
   */
  readonly #postings = new Map<string, number[]>();
  /** The parts of files that are not complete, by `file:lease`. */
  readonly #staged = new Map<string, PostingsPart[]>();
  readonly #files = new Set<number>();

  /** The number of complete files. */
  get files(): number {
    return this.#files.size;
  }

  /** The number of different words. */
  get words(): number {
    return this.#postings.size;
  }

  /** Takes a part; the last one of a lease brings the file in. Parts of one lease must come in order. */
  add(part: PostingsPart): void {
    if (this.#files.has(part.file)) return;
    const key = `${part.file}:${part.lease}`;
    const staged = this.#staged.get(key) ?? [];
    if (part.part !== staged.length) return; // a part sent again, or the rest of a lease whose start was dropped
    staged.push(part);
    if (!part.last) {
      this.#staged.set(key, staged);
      return;
    }
    for (const one of staged) this.#merge(one);
    this.#files.add(part.file);
    this.#forget(part.file);
  }

  #merge({ file, words, lines }: PostingsPart): void {
    if (words === "") return;
    let at = 0;
    for (const word of words.split("\n")) {
      let list = this.#postings.get(word);
      if (list === undefined) this.#postings.set(word, list = []);
      const end = at + 1 + (lines[at] ?? 0);
      for (at++; at < end; at++) {
        const posting = file * FILE + (lines[at] ?? 0);
        // A line cut between two parts brings its words twice.
        if (list[list.length - 1] !== posting) list.push(posting);
      }
    }
  }

  #forget(file: number): void {
    for (const key of this.#staged.keys()) {
      if (key.startsWith(`${file}:`)) this.#staged.delete(key);
    }
  }

  /**
   * Finds the lines of the files that hold every one of `wanted`: lines with more of the words first, then by
   * file and line; at most `limit` of them. `lines` and `files` count them all.
   */
  search(wanted: readonly string[], limit: number): Answer {
    const lists = wanted.map((word) => this.#postings.get(word));
    if (lists.length === 0 || lists.includes(undefined)) {
      return { hits: [], lines: 0, files: 0 };
    }
    const spans = lists.map((list) => spansOf(list!));
    const files = [...spans[0]!.keys()]
      .filter((file) => spans.every((span) => span.has(file)))
      .sort((a, b) => a - b);
    // The best lines of each score, at most `limit`: a common word stands on more lines than are worth sorting.
    const best = wanted.map((): Hit[] => []);
    let count = 0;
    for (const file of files) {
      const scores = new Map<number, number>();
      for (const [i, list] of lists.entries()) {
        const { start, end } = spans[i]!.get(file)!;
        for (let at = start; at < end; at++) {
          const line = list![at]! % FILE;
          scores.set(line, (scores.get(line) ?? 0) + 1);
        }
      }
      count += scores.size;
      if (best[wanted.length - 1]!.length >= limit) continue;
      for (const [line, score] of [...scores].sort((a, b) => a[0] - b[0])) {
        const hits = best[score - 1]!;
        if (hits.length < limit) hits.push({ file, line, score });
      }
    }
    return {
      hits: best.reverse().flat().slice(0, limit),
      lines: count,
      files: files.length,
    };
  }

  /** How many lines hold `word`. */
  count(word: string): number {
    return this.#postings.get(word)?.length ?? 0;
  }

  /** The `count` words of at least four letters, no digits, that stand on the most lines. */
  commonWords(count: number): { word: string; lines: number }[] {
    const found: { word: string; lines: number }[] = [];
    for (const [word, list] of this.#postings) {
      if (LONG_WORD_REGEXP.test(word)) {
        found.push({ word, lines: list.length });
      }
    }
    return found.sort((a, b) => b.lines - a.lines || (a.word < b.word ? -1 : 1))
      .slice(0, count);
  }

  /** Sums up, from the index itself, what it holds of each file; files without a word are in it with zeros. */
  sums(): FileSum[] {
    const found = new Map<number, { postings: number; sum: number }>();
    for (const file of this.#files) found.set(file, { postings: 0, sum: 0 });
    for (const [word, list] of this.#postings) {
      const hash = hashWord(word);
      for (const posting of list) {
        const entry = found.get(Math.floor(posting / FILE));
        if (entry === undefined) continue;
        entry.postings++;
        entry.sum = (entry.sum + hashPosting(hash, posting % FILE)) >>> 0;
      }
    }
    return [...found].map(([file, entry]) => ({ file, ...entry })).sort((
      a,
      b,
    ) => a.file - b.file);
  }
}

/** Where each file's postings stand in a word's list. */
function spansOf(
  list: readonly number[],
): Map<number, { start: number; end: number }> {
  const spans = new Map<number, { start: number; end: number }>();
  let start = 0;
  for (let at = 1; at <= list.length; at++) {
    const file = Math.floor(list[start]! / FILE);
    if (at < list.length && Math.floor(list[at]! / FILE) === file) continue;
    spans.set(file, { start, end: at });
    start = at;
  }
  return spans;
}

/** The order of hits: more words first, then the file, then the line. */
export function byRank(a: Hit, b: Hit): number {
  return b.score - a.score || a.file - b.file || a.line - b.line;
}

/** Joins the answers of indexes that share the files out among them into one of at most `limit` hits. */
export function joinAnswers(answers: readonly Answer[], limit: number): Answer {
  return {
    hits: answers.flatMap((answer) => answer.hits).sort(byRank).slice(0, limit),
    lines: answers.reduce((sum, answer) => sum + answer.lines, 0),
    files: answers.reduce((sum, answer) => sum + answer.files, 0),
  };
}
