import { throwTooLate, type Wait } from "../sync/wait.ts";

/**
 * What `promise` comes to, unless the wait is over first: what becomes of it then is nobody's matter.
 *
 * @param what What could not be done otherwise, for the message.
 * @throws {WaitTimeoutError} If the time is over.
 * @throws {unknown} The reason of the signal.
 */
export async function withinWait<T>(
  what: string,
  promise: Promise<T>,
  { timeout = Infinity, signal }: Wait,
): Promise<T> {
  promise.catch(() => {});
  if (timeout === Infinity && signal === undefined) return await promise;
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {});
  const late = (): void => {
    try {
      throwTooLate(what, { timeout });
    } catch (error) {
      over.reject(error);
    }
  };
  const abort = (): void => over.reject(signal!.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const timer = timeout === Infinity
    ? undefined
    : setTimeout(late, Math.min(timeout, 2 ** 31 - 1));
  try {
    return await Promise.race([over.promise, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
