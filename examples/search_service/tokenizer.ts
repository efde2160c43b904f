/** The longest word the index keeps, in UTF-16 units; what is longer (a blob, a hash) is cut to this. */
export const LONGEST_WORD = 64;

/** A word: letters, their marks, digits and the underscore of any script. */
const WORD_REGEXP = /[\p{L}\p{M}\p{N}_]+/gu;
/** The same for a line of ASCII, which is nearly every line: a table walk, three times as fast as Unicode classes. */
const ASCII_WORD_REGEXP = /[A-Za-z0-9_]+/g;
// deno-lint-ignore no-control-regex -- the whole range of ASCII is what is asked for
const ASCII_REGEXP = /^[\x00-\x7f]*$/;

/**
 * Returns the words of `text` in the order they stand, lower-cased and composed (NFC), so that a query finds
 * a word however it was typed. The same function serves the index, the query and the audit.
 */
export function words(text: string): string[] {
  const found = ASCII_REGEXP.test(text)
    ? text.match(ASCII_WORD_REGEXP)
    : text.normalize("NFC").match(WORD_REGEXP);
  if (found === null) return [];
  return found.map((word) => cut(word.toLowerCase()));
}

function cut(word: string): string {
  if (word.length <= LONGEST_WORD) return word;
  return word.slice(0, LONGEST_WORD).toWellFormed(); // a cut through a pair leaves no half
}

/** A 32-bit FNV-1a hash of a word's UTF-16 units: the ground of the audit's sums, not a secret. */
export function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) {
    hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Mixes a word's hash with a line number: the sum of these over a file's postings tells two indexes apart. */
export function hashPosting(wordHash: number, line: number): number {
  const mixed = Math.imul(wordHash ^ Math.imul(line, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
