/**
 * Handles that are given away by being sent: told once the value that holds them is encoded as a whole, and once more if that
 * is refused after all.
 *
 * @module
 */

/** Gives a handle away. Returns what takes that back. */
export type Giving = () => () => void;

let moved: Giving[] | undefined;
/** What takes handles back, by the attachments of the value that holds them. */
const backs: WeakMap<readonly unknown[], (() => void)[]> = new WeakMap();

/** Has `sent` called if the value being encoded can be sent. */
export function onSent(sent: Giving): void {
  (moved ??= []).push(sent);
}

/** The value being encoded can be sent, with these attachments. */
export function tellSent(attachments: readonly unknown[] | undefined): void {
  const told = moved;
  if (told === undefined) return;
  moved = undefined;
  const given = told.map((sent) => sent());
  if (attachments !== undefined) backs.set(attachments, given);
}

/** The value being encoded cannot be sent. */
export function forgetSent(): void {
  moved = undefined;
}

/**
 * A value that was encoded is not sent after all: handles in it that were given away are as before. Does nothing the second
 * time.
 *
 * @param attachments Those of the value, as `encode()` gave them.
 */
export function takeBack(attachments: readonly unknown[] | undefined): void {
  if (attachments === undefined) return;
  const given = backs.get(attachments);
  if (given === undefined) return;
  backs.delete(attachments);
  for (const back of given) back();
}
