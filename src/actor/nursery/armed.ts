/** A timer that runs `callback` after `ms` milliseconds; none for a time that no timer can wait. */
export function armed(
  callback: () => void,
  ms: number,
): ReturnType<typeof setTimeout> | undefined {
  return ms < 2 ** 31 ? setTimeout(callback, ms) : undefined;
}
