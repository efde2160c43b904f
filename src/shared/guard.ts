import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import type { Held } from "../sync/held.ts";
import { Mutex } from "../sync/mutex.ts";
import type { Wait } from "../sync/wait.ts";

/** Which lock shared data has. */
export interface GuardOptions<L extends Mutex | false> {
  /**
   * A lock of somebody else's, or `false` for none: then `lock()` does not compile. A lock of its own takes some 14 KB,
   * for those who wait at it; many values may share one.
   *
   * @default {a lock of its own}
   */
  readonly lock?: L;
}

const OPTIONS: OptionNames<GuardOptions<false>> = { lock: true };

/**
 * Checks which options were given.
 *
 * @param what What cannot be made otherwise, for the message.
 * @throws {InvalidOptionError} If there is none of that name.
 */
export function checkGuard(what: string, options: unknown): void {
  checkOptionNames(`Cannot ${what}`, options, OPTIONS);
}

/**
 * The lock that was asked for.
 *
 * @throws {InvalidOptionError} If it is none.
 */
export function guardOf<L extends Mutex | false>(lock: L | undefined): L {
  if (lock === undefined) return new Mutex() as L;
  if (lock === false || lock instanceof Mutex) return lock;
  throw new InvalidOptionError(
    `Cannot guard the data as "lock" must be a Mutex or false: current value is ${
      Deno.inspect(lock, { depth: 1 })
    }`,
    { option: "lock", value: lock },
  );
}

/** Takes the lock of data that has one; see {@linkcode Mutex.lock}. */
export function takeGuard(
  guard: Mutex | false,
  options?: Wait,
): Promise<Held> {
  if (guard !== false) return guard.lock(options);
  return Promise.reject(
    new InvalidOptionError(
      'Cannot lock what was made without a lock: current value of "lock" is false',
      { option: "lock", value: false },
    ),
  );
}
