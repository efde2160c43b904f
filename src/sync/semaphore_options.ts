import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { LIMIT } from "./permit_word.ts";

/** How a semaphore is made. */
export interface SemaphoreOptions {
  /**
   * The most permits there may be, held and free: a release too many throws then. A whole number from 1 to 2^29.
   *
   * @default no bound
   */
  readonly max?: number;
}

const OPTIONS: OptionNames<SemaphoreOptions> = { max: true };

/**
 * Checks what a caller gave for a semaphore.
 *
 * @throws {InvalidOptionError} If a number is no whole one of its bounds, or an option is none.
 */
export function checkPermits(
  permits: number,
  options: SemaphoreOptions,
): void {
  checkCount("permits", permits, 0);
  checkOptionNames("Cannot make a semaphore", options, OPTIONS);
  const { max } = options;
  if (max !== undefined) checkCount("max", max, Math.max(1, permits));
}

function checkCount(option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= LIMIT) return;
  throw new InvalidOptionError(
    `Cannot make a semaphore as '${option}' must be a whole number from ${least} to ${LIMIT}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}
