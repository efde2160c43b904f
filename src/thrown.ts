/**
 * What was thrown, read with care: it may be anything, also what cannot be turned into text, and whoever looks at it is
 * not to fail instead of who threw it.
 *
 * @module
 */

/** Whether `thrown` is an Error; never throws. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error;
  } catch { // A proxy that was revoked, or whose traps throw.
    return false;
  }
}

/** `value` as text; never throws. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    try {
      return Object.prototype.toString.call(value);
    } catch {
      return "[unreadable]";
    }
  }
}

/** What `thrown` says: its message if it is an Error, else its text; never throws. */
export function messageOf(thrown: unknown): string {
  if (!isError(thrown)) return textOf(thrown);
  try {
    return textOf(thrown.message);
  } catch {
    return "[unreadable]";
  }
}
