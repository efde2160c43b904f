/**
 * What the calls of a registry refuse before anything is sent.
 *
 * @module
 */
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { ActorStoppedError, InvalidOptionError } from "../errors.ts";
import { checkOptionNames } from "../option_names.ts";
import type { Source } from "./directory.ts";
import type { RegistryStreamOptions } from "./stream_options.ts";

const MAX_CAPACITY = 1 << 20;
const DEFAULT_CAPACITY = 1_024;

/** Refuses options of a stream that are out of their bounds; answers how many values may wait. */
export function checkStream(
  what: string,
  { kind, name }: Source,
  options: RegistryStreamOptions,
): number {
  const counted = kind === "topic" || kind === "changes";
  checkOptionNames<RegistryStreamOptions>(
    `Cannot ${what} "${name}"`,
    options,
    counted ? { capacity: true, owner: true } : { owner: true } as never,
  );
  const { capacity = counted ? DEFAULT_CAPACITY : 1, owner } = options;
  if (owner !== undefined && coreIn(owner?.self) === undefined) {
    throw new InvalidOptionError(
      `Cannot ${what} "${name}" as 'owner' must be the Context of an actor: current value is ${
        Deno.inspect(owner, { depth: 1 })
      }`,
      { option: "owner", value: owner },
    );
  }
  if (Number.isInteger(capacity) && capacity >= 1 && capacity <= MAX_CAPACITY) {
    return capacity;
  }
  throw new InvalidOptionError(
    `Cannot ${what} "${name}" as 'capacity' must be a whole number from 1 to ${MAX_CAPACITY}: current value is ${capacity}`,
    { option: "capacity", value: capacity },
  );
}

/** Refuses what is no name. */
export function checkName(what: string, name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw new InvalidOptionError(
    `Cannot ${what} that name as it must be a non-empty string: current value is ${
      Deno.inspect(name, { depth: 1 })
    }`,
    { option: "name", value: name },
  );
}

/** Refuses what is no ref. */
export function checkRef(what: string, ref: unknown): void {
  if (coreIn(ref) !== undefined) return;
  throw new InvalidOptionError(
    `Cannot ${what} an actor as its ref is needed: current value is ${
      Deno.inspect(ref, { depth: 1 })
    }`,
    { option: "ref", value: ref },
  );
}

/** The refusal of an actor that ends or has. */
export function stopping(
  what: string,
  ref: ActorRef<unknown>,
): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ${what} "${ref.name}" as it is stopping or has stopped: use an actor that runs`,
    { actor: ref.name, safeToRetry: true },
  );
}
