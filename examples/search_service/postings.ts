import { words } from "./tokenizer.ts";

/**
 * A part of one file's postings, small enough for one message.
 *
 * `lines` holds, for each word of `words` in order, a count and that many line numbers (from 1, rising).
 * The parts of a file under one `lease` are numbered from 0 by `part`; the one with `last` closes it.
 */
export interface PostingsPart {
  readonly file: number;
  readonly lease: number;
  readonly part: number;
  readonly last: boolean;
  /** The words, joined by a line feed (no word holds one): one string travels faster than thousands. */
  readonly words: string;
  readonly lines: Uint32Array<ArrayBuffer>;
}

/** Which file, read under which lease. */
export interface PostingsOwner {
  readonly file: number;
  readonly lease: number;
}

/** A part is also closed after this much text, so that no part keeps its thread for long. */
const PART_CHARACTERS = 1 << 18;
/** A longer piece of one line (minified code, a table in one line) is cut at its last word before this. */
const PIECE_CHARACTERS = 1 << 16;
/** How far before the cut the end of a word is looked for. */
const LOOK_BACK = 256;
const UP_TO_LAST_SEPARATOR_REGEXP = /^.*[^\p{L}\p{M}\p{N}_]/su;

/**
 * Cuts the postings of `text` into parts of about `postingsPerPart`. A posting is a word on a line: a word that
 * stands twice on a line is one posting. The generator's result is the number of words, repetitions counted.
 */
export function* postingsOf(
  owner: PostingsOwner,
  text: string,
  postingsPerPart: number,
): Generator<PostingsPart, number, void> {
  let total = 0;
  let part = 0;
  let postings = 0;
  let characters = 0;
  let open = new Map<string, number[]>();
  for (const piece of piecesOf(text)) {
    const found = words(piece.text);
    total += found.length;
    for (const word of found) {
      const lines = open.get(word);
      if (lines === undefined) open.set(word, [piece.line]);
      else if (lines[lines.length - 1] !== piece.line) lines.push(piece.line);
      else continue;
      postings++;
    }
    characters += piece.text.length + 1;
    if (postings < postingsPerPart && characters < PART_CHARACTERS) continue;
    yield pack(owner, { part: part++, last: false }, open);
    open = new Map();
    postings = characters = 0;
  }
  yield pack(owner, { part, last: true }, open);
  return total;
}

/** A piece of one line, whose number is counted from 1. */
export interface Piece {
  readonly line: number;
  readonly text: string;
}

/** The lines of a text without their ends, one at a time; a line longer than 64 Ki characters comes in several pieces, cut between words if there are any. */
export function* piecesOf(text: string): Generator<Piece, void, void> {
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed;
    do {
      const cut = cutBefore(text, start, end);
      yield { line, text: text.slice(start, cut) };
      start = cut;
    } while (start < end);
    start = end + 1;
  }
}

function cutBefore(text: string, start: number, end: number): number {
  const cut = start + PIECE_CHARACTERS;
  if (cut >= end) return end;
  const from = cut - LOOK_BACK;
  const kept = UP_TO_LAST_SEPARATOR_REGEXP.exec(text.slice(from, cut));
  return kept === null ? cut : from + kept[0].length;
}

function pack(
  owner: PostingsOwner,
  place: { part: number; last: boolean },
  open: ReadonlyMap<string, readonly number[]>,
): PostingsPart {
  let length = 0;
  for (const lines of open.values()) length += 1 + lines.length;
  const flat = new Uint32Array(length);
  let at = 0;
  for (const lines of open.values()) {
    flat[at++] = lines.length;
    flat.set(lines, at);
    at += lines.length;
  }
  const { file, lease } = owner;
  return {
    file,
    lease,
    ...place,
    words: [...open.keys()].join("\n"),
    lines: flat,
  };
}
