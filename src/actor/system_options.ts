import { InvalidOptionError } from "../errors.ts";
import { MAX_HOSTS } from "../memory/host_rows.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import type { OutputLine } from "./output_line.ts";

/** How a system is made. */
export interface SystemOptions {
  /**
   * Workers kept warm, so that an actor starts in the time of one import; a whole number from 0 to 64. That many starts
   * in a row are fast.
   *
   * @default {1}
   */
  readonly spares?: number;
  /**
   * Host workers, on which the actors of placement `"shared"` live; a whole number from 1 to 64. Each starts when it
   * is needed first.
   *
   * @default {the number of cores}
   */
  readonly hosts?: number;
  /**
   * Dead letters that are lines on stderr before that log pauses for 5 minutes; a whole number from 0, which is no log
   * at all, to 1,000. See {@linkcode System.deadLetters}.
   *
   * @default {10}
   */
  readonly deadLetterLines?: number;
  /**
   * Finds, in tests, what is changed after it was sent: actors that share a thread get the very values that were sent.
   * With `true` these are frozen, arguments and results, as deep as they go: who changes one gets a `TypeError`, on
   * either side. What a method changes of its arguments it must copy first. Only the bytes of buffers cannot be frozen.
   * What could not travel to another thread is refused too, with its path; otherwise there only functions and symbols
   * that are arguments themselves are.
   *
   * @default {false}
   */
  readonly freeze?: boolean;
  /**
   * Called on the thread that made the system with each line that a process of it writes, in order, and before the end of
   * its actor is told. Of one that is killed from here the last lines may be missing. What it throws is thrown on that
   * thread, where nobody catches it: that ends the program.
   *
   * Without it the thread that keeps the process writes each line, with the name of its actor in front, to the program's own
   * stdout or stderr: also while the thread of the system is busy.
   *
   * @default {none}
   */
  readonly onOutput?: (line: OutputLine) => void;
}

const NAMES: OptionNames<SystemOptions> = {
  spares: true,
  hosts: true,
  deadLetterLines: true,
  freeze: true,
  onOutput: true,
};
const CLOSE_NAMES: OptionNames<{ timeoutMs: number }> = { timeoutMs: true };

/** How a system is made, checked. */
export type CheckedSystem =
  & Required<Omit<SystemOptions, "onOutput">>
  & { readonly onOutput: SystemOptions["onOutput"] };

/**
 * Checks how a system is to be made, and fills in the defaults.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
 */
export function checkSystemOptions(
  options: SystemOptions,
): CheckedSystem {
  checkOptionNames("Cannot make a system", options, NAMES);
  const { spares = 1, deadLetterLines = 10, freeze = false, onOutput } =
    options;
  const { hosts = Math.min(navigator.hardwareConcurrency, MAX_HOSTS) } =
    options;
  checkWhole("spares", spares, 64);
  checkWhole("hosts", hosts, MAX_HOSTS, 1);
  checkWhole("deadLetterLines", deadLetterLines, 1_000);
  checkBoolean("freeze", freeze);
  if (onOutput !== undefined && typeof onOutput !== "function") {
    refuse("onOutput", "be a function", onOutput);
  }
  return { spares, hosts, deadLetterLines, freeze, onOutput };
}

/**
 * Checks how a system is to be closed.
 *
 * @returns How long that may take, in milliseconds.
 * @throws {InvalidOptionError} If that is no time, or there is no option of a name.
 */
export function checkCloseOptions(options: { timeoutMs?: number }): number {
  checkOptionNames("Cannot close the system", options, CLOSE_NAMES);
  const { timeoutMs = 5_000 } = options;
  if (typeof timeoutMs === "number" && timeoutMs >= 0) return timeoutMs;
  throw new InvalidOptionError(
    `Cannot close the system as 'timeoutMs' must be 0 or more: current value is ${
      Deno.inspect(timeoutMs)
    }`,
    { option: "timeoutMs", value: timeoutMs },
  );
}

function checkBoolean(option: string, value: unknown): void {
  if (typeof value === "boolean") return;
  refuse(option, "be true or false", value);
}

function checkWhole(
  option: string,
  value: unknown,
  max: number,
  min = 0,
): void {
  if (
    Number.isInteger(value) && value as number >= min && value as number <= max
  ) {
    return;
  }
  refuse(option, `be a whole number from ${min} to ${max}`, value);
}

function refuse(option: string, must: string, value: unknown): never {
  throw new InvalidOptionError(
    `Cannot make a system as '${option}' must ${must}: current value is ${
      Deno.inspect(value)
    }`,
    { option, value },
  );
}
