/** Whether `value` is something to wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof (value as PromiseLike<unknown>).then === "function";
  } catch { // Whoever sends it says that it cannot be read.
    return false;
  }
}
