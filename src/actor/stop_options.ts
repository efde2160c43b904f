import { DataCloneError, InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { messageOf } from "../thrown.ts";

/**
 * How an actor is stopped; see `ActorRef.stop()`.
 *
 * @example Let it finish what it has accepted
 * ```ts
 * import { System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * const vault = await system.spawn(VaultActor, []);
 * const pushed = vault.ask.push("list", [1, 2, 3]);
 * const { kind } = await vault.stop("done", { drain: true, timeout: 30_000 });
 * assertEquals([kind, await pushed], ["stopped", 3]);
 * ```
 */
export interface StopOptions {
  /**
   * Handles the messages that wait before it stops, those that a `receive()` waits for among them, and takes no more: an ask is refused with `ActorStoppedError`, a
   * tell is a dead letter. Otherwise the stop overtakes what waits.
   *
   * @default {false}
   */
  readonly drain?: boolean;
  /**
   * When it is killed if it has not stopped by then, in milliseconds; 0 or more, `Infinity` for never.
   *
   * @default {5000}
   */
  readonly timeout?: number;
}

const NAMES: OptionNames<StopOptions> = { drain: true, timeout: true };

/**
 * Checks how `actor` is to be stopped.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, there is none of its name, or they are where the reason is.
 */
export function checkStopOptions(
  actor: string,
  reason: unknown,
  options: StopOptions,
): void {
  const refuse = (option: string, must: string, value: unknown): never => {
    throw new InvalidOptionError(
      `Cannot stop "${actor}" as '${option}' must be ${must}: current value is ${
        Deno.inspect(value)
      }`,
      { option, value },
    );
  };
  checkOptionNames(`Cannot stop "${actor}"`, options, NAMES);
  if (isOptions(reason)) {
    throw new InvalidOptionError(
      `Cannot stop "${actor}" as its options come behind its reason: call stop(undefined, options)`,
      { option: "reason", value: reason },
    );
  }
  const { drain, timeout } = options;
  if (drain !== undefined && typeof drain !== "boolean") {
    refuse("drain", "true or false", drain);
  }
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    refuse("timeout", "0 or more milliseconds", timeout);
  }
}

/** Whether a reason has the names of options, and no others. */
function isOptions(reason: unknown): boolean {
  if (typeof reason !== "object" || reason === null) return false;
  const names = Object.keys(reason);
  return names.length > 0 && names.every((name) => Object.hasOwn(NAMES, name));
}

/** Why `actor` cannot be stopped for `reason`, which has to travel; `undefined` if it can. */
export function refuseReason(
  reason: unknown,
  actor: string,
): DataCloneError | undefined {
  try {
    structuredClone(reason);
    return undefined;
  } catch (cause) {
    return new DataCloneError(
      `Cannot stop "${actor}" for that reason as it cannot be sent: ${
        messageOf(cause)
      }`,
      { path: "reason", cause },
    );
  }
}
