/**
 * How an actor is started, and the checks at the door.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";

/** How a task or an actor is started. */
export interface SpawnOptions {
  /** Name in errors, logs and trees. @default {the definition's name and a number} */
  readonly name?: string;
  /** Where it runs: a Deno worker of its own. @default {"thread"} */
  readonly placement?: "thread";
  /** Messages handled at the same time; more than 1 lets async handlers interleave. @default {1} */
  readonly concurrency?: number;
  /** An actor that does not return to its event loop for this many milliseconds is replaced. @default {Infinity} */
  readonly hangMs?: number;
  /** Longest time for module, constructor and `onStart`, in milliseconds. @default {5000} */
  readonly initTimeout?: number;
  /** Objects among the arguments that are moved instead of copied. */
  readonly transfer?: readonly Transferable[];
  /** The queue of messages. */
  readonly mailbox?: {
    /** Messages that may wait for each sending thread. @default {1024} */
    readonly capacity?: number;
  };
}

/** {@link SpawnOptions} with every default filled in. */
export interface CheckedOptions {
  /** See {@link SpawnOptions.name}. */
  readonly name: string | undefined;
  /** See {@link SpawnOptions.concurrency}. */
  readonly concurrency: number;
  /** See {@link SpawnOptions.hangMs}. */
  readonly hangMs: number;
  /** See {@link SpawnOptions.initTimeout}. */
  readonly initTimeout: number;
  /** See {@link SpawnOptions.transfer}. */
  readonly transfer: readonly Transferable[];
}

function positive(
  actor: string,
  option: string,
  value: number,
  whole: boolean,
): number {
  if (value > 0 && (!whole || Number.isInteger(value))) return value;
  throw new InvalidOptionError(
    `Cannot start "${actor}" as '${option}' must be ${
      whole ? "a whole number of at least 1" : "more than 0"
    }: current value is ${value}`,
    { option, value },
  );
}

/**
 * Checks the options of `actor` and fills in the defaults.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds; nothing was started.
 */
export function checkSpawnOptions(
  actor: string,
  options: SpawnOptions,
): CheckedOptions {
  if (options.placement !== undefined && options.placement !== "thread") {
    throw new InvalidOptionError(
      `Cannot start "${actor}" as 'placement' must be "thread": current value is "${options.placement}"`,
      { option: "placement", value: options.placement },
    );
  }
  positive(actor, "mailbox.capacity", options.mailbox?.capacity ?? 1_024, true);
  return {
    name: options.name,
    concurrency: positive(actor, "concurrency", options.concurrency ?? 1, true),
    hangMs: positive(actor, "hangMs", options.hangMs ?? Infinity, false),
    initTimeout: positive(
      actor,
      "initTimeout",
      options.initTimeout ?? 5_000,
      false,
    ),
    transfer: options.transfer ?? [],
  };
}
