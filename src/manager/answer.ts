/** Answers with `value` when `kept` resolves; at once, if there is nothing to wait for. */
export function answer<T>(
  kept: Promise<void> | undefined,
  value: T,
): T | Promise<T> {
  return kept === undefined ? value : kept.then(() => value);
}
