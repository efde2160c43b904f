/** How many columns of a terminal a text takes. @module */

// Combining marks, invisible formatting (soft hyphen excepted) and Hangul vowels and finals take no column.
const ZERO_REGEXP =
  /^(?:(?!\u00AD)[\p{Cc}\p{Mn}\p{Me}\p{Cf}]|[\u1160-\u11FF])$/u;

// The blocks of wide characters, and every emoji that is drawn as a picture by default.
const WIDE_REGEXP =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}])$/u;

export function unicodeWidth(str: string): number {
  let width = 0;
  for (const char of str) {
    if (ZERO_REGEXP.test(char)) continue;
    width += WIDE_REGEXP.test(char) ? 2 : 1;
  }
  return width;
}
