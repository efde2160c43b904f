import { InvalidOptionError } from "../errors.ts";

/**
 * Refuses an option of what is about to be made or done.
 *
 * @param what What cannot be done with it, such as `make a queue`.
 * @param wanted What it must be.
 * @throws {InvalidOptionError} Always.
 */
export function refuseOption(
  what: string,
  option: string,
  value: unknown,
  wanted: string,
): never {
  throw new InvalidOptionError(
    `Cannot ${what} as '${option}' must be ${wanted}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/**
 * Checks an option that is a count.
 *
 * @throws {InvalidOptionError} If it is no whole number within its bounds.
 */
export function checkCount(
  what: string,
  option: string,
  value: number,
  least: number,
  most: number,
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const wanted = most === Infinity
    ? `a whole number from ${least}`
    : `a whole number from ${least} to ${most}`;
  refuseOption(what, option, value, wanted);
}
