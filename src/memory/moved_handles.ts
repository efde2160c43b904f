/**
 * Handles that are given away by being sent: told once the value that holds them is encoded as a whole.
 *
 * @module
 */

let moved: (() => void)[] | undefined;

/** Has `sent` called if the value being encoded can be sent. */
export function onSent(sent: () => void): void {
  (moved ??= []).push(sent);
}

/** The value being encoded can be sent. */
export function tellSent(): void {
  const told = moved;
  moved = undefined;
  for (const sent of told ?? []) sent();
}

/** The value being encoded cannot be sent. */
export function forgetSent(): void {
  moved = undefined;
}
