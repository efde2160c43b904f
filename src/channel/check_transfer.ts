import { InvalidOptionError } from "../errors.ts";

/**
 * Checks the list of what of a message is moved.
 *
 * @param what What cannot be done otherwise, for the message.
 * @throws {InvalidOptionError} If it is no array.
 */
export function checkTransfer(what: string, transfer: unknown): void {
  if (transfer === undefined || Array.isArray(transfer)) return;
  throw new InvalidOptionError(
    `Cannot ${what} as 'transfer' must be an array: current value is ${
      Deno.inspect(transfer, { depth: 1 })
    }`,
    { option: "transfer", value: transfer },
  );
}
