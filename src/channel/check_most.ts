import { InvalidOptionError } from "../errors.ts";

/**
 * Checks how many messages are wanted at most.
 *
 * @param what What cannot be done otherwise, for the message.
 * @param option What the number is called.
 * @throws {InvalidOptionError} If it is no whole number from 1.
 */
export function checkMost(what: string, option: string, most: number): void {
  if (Number.isInteger(most) && most >= 1) return;
  throw new InvalidOptionError(
    `Cannot ${what} as '${option}' must be a whole number from 1: current value is ${
      Deno.inspect(most, { depth: 1 })
    }`,
    { option, value: most },
  );
}
