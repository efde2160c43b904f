import { checkTransfer } from "../../channel/check_transfer.ts";
import { InvalidOptionError } from "../../errors.ts";
import { checkOptionNames, type OptionNames } from "../../option_names.ts";
import type { SendOptions } from "./send.ts";

/** The most elements that a producer may be ahead. */
const MAX_CREDIT = 65_536;

const NAMES: OptionNames<SendOptions> = {
  timeout: true,
  signal: true,
  transfer: true,
  credit: true,
  urgent: true,
};

/**
 * Checks how messages to `actor` are to be sent.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 */
export function checkSendOptions(actor: string, options: SendOptions): void {
  const refuse = (option: string, must: string, value: unknown): never => {
    throw new InvalidOptionError(
      `Cannot send to "${actor}" as '${option}' must be ${must}: current value is ${
        Deno.inspect(value)
      }`,
      { option, value },
    );
  };
  checkOptionNames(`Cannot send to "${actor}"`, options, NAMES);
  const { timeout, signal, transfer, credit, urgent } = options;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    refuse("timeout", "0 or more milliseconds", timeout);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    refuse("signal", "an AbortSignal", signal);
  }
  checkTransfer(`send to "${actor}"`, transfer);
  if (urgent !== undefined && typeof urgent !== "boolean") {
    refuse("urgent", "true or false", urgent);
  }
  if (
    credit !== undefined &&
    !(Number.isInteger(credit) && credit >= 1 && credit <= MAX_CREDIT)
  ) refuse("credit", `a whole number from 1 to ${MAX_CREDIT}`, credit);
}
