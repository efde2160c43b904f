import type { PostingsPart } from "./postings.ts";
import { hashPosting, hashWord } from "./tokenizer.ts";

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
  /** For each word the pairs file, line, file, line, … in the order the files came. */
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
        const line = lines[at] ?? 0;
        const last = list.length - 1; // a line cut between two parts brings its words twice
        if (list[last] !== line || list[last - 1] !== file) {
          list.push(file, line);
        }
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
    const scores = new Map<number, Map<number, number>>(); // file -> line -> score
    for (const [round, list] of lists.entries()) {
      const inThisList = new Set<number>();
      for (let i = 0; i < list!.length; i += 2) {
        const file = list![i]!;
        const line = list![i + 1]!;
        let lines = scores.get(file);
        if (lines === undefined) {
          if (round > 0) continue;
          scores.set(file, lines = new Map());
        }
        lines.set(line, (lines.get(line) ?? 0) + 1);
        inThisList.add(file);
      }
      for (const file of scores.keys()) {
        if (!inThisList.has(file)) scores.delete(file);
      }
    }
    const hits: Hit[] = [];
    for (const [file, lines] of scores) {
      for (const [line, score] of lines) hits.push({ file, line, score });
    }
    return {
      hits: hits.sort(byRank).slice(0, limit),
      lines: hits.length,
      files: scores.size,
    };
  }

  /** How many lines hold `word`. */
  count(word: string): number {
    return (this.#postings.get(word)?.length ?? 0) / 2;
  }

  /** Sums up, from the index itself, what it holds of each file; files without a word are in it with zeros. */
  sums(): FileSum[] {
    const found = new Map<number, { postings: number; sum: number }>();
    for (const file of this.#files) found.set(file, { postings: 0, sum: 0 });
    for (const [word, list] of this.#postings) {
      const hash = hashWord(word);
      for (let i = 0; i < list.length; i += 2) {
        const entry = found.get(list[i]!);
        if (entry === undefined) continue;
        entry.postings++;
        entry.sum = (entry.sum + hashPosting(hash, list[i + 1]!)) >>> 0;
      }
    }
    return [...found].map(([file, entry]) => ({ file, ...entry })).sort((
      a,
      b,
    ) => a.file - b.file);
  }
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
