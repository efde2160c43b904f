import { InvalidOptionError } from "../errors.ts";
import type { System } from "../actor/system.ts";
import type { Publications } from "./published.ts";

/** What both ends of a connection can say of it. */
export interface ConnectionOptions {
  /**
   * What both programs know and nobody else: 32 random bytes. It is never sent; but who listens to a handshake, or takes
   * part in one, can try keys that can be guessed.
   */
  readonly key: Uint8Array;
  /** Actors of this program that the other one may have by name. Default: none. */
  readonly publish?: Publications;
  /**
   * Messages that came and were not received that this end holds; more wait at the other one.
   *
   * @default {64}
   */
  readonly capacity?: number;
  /**
   * The largest message, in bytes, also with what is asked and answered. Each end tells it to the other one first, and what is
   * too large for either is refused with `MessageTooLargeError` where it is sent, or was asked for. Nothing is allocated for a
   * larger one, and who sends it all the same, or before it was told, is cut.
   *
   * @default {67_108_864}
   */
  readonly maxMessageBytes?: number;
  /**
   * Milliseconds between two signs of life. When nothing came for four of them, the connection is lost; 0: it never is
   * by its silence.
   *
   * @default {15_000}
   */
  readonly heartbeatMs?: number;
  /** Where it belongs. Default: the actor whose code runs here, else the default system. */
  readonly system?: System;
}

/** The same, checked. */
export interface CheckedConnection {
  readonly key: Uint8Array;
  readonly capacity: number;
  readonly maxMessageBytes: number;
  readonly heartbeatMs: number;
}

/** Bounds of the options that are numbers. */
const BOUNDS: Readonly<
  Record<string, readonly [least: number, most: number, otherwise: number]>
> = {
  capacity: [1, 2 ** 20, 64],
  // Less would not hold the calls themselves.
  maxMessageBytes: [1_024, 2 ** 31 - 1, 2 ** 26],
  heartbeatMs: [0, 2 ** 31 - 1, 15_000],
  handshakeMs: [1, 2 ** 31 - 1, 10_000],
  maxConnections: [1, 2 ** 16, 256],
  maxHandshakes: [1, 2 ** 16, 64],
};

/**
 * The value of an option that is a whole number.
 *
 * @throws {InvalidOptionError} If it is out of its bounds.
 */
export function checkedNumber(
  what: string,
  option: string,
  value: number | undefined,
): number {
  const [least, most, otherwise] = BOUNDS[option]!;
  if (value === undefined) return otherwise;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidOptionError(
    `${what} as '${option}' must be a whole number from ${least} to ${most}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/**
 * Checks a key.
 *
 * @throws {InvalidOptionError} If it is none.
 */
export function checkKey(what: string, option: string, key: Uint8Array): void {
  if (key instanceof Uint8Array) return;
  throw new InvalidOptionError(
    // Not what was given: it may be a secret nevertheless.
    `${what} as '${option}' must be a Uint8Array: current type is ${typeof key}`,
    { option, value: undefined },
  );
}

/**
 * Checks that each key is one, and says who has it.
 *
 * @param nameOf What the option with the key of somebody is called.
 * @throws {InvalidOptionError} If not.
 */
export function checkKeys(
  what: string,
  key: Uint8Array,
  keys: Readonly<Record<string, Uint8Array>>,
  nameOf: (name: string) => string = (name) => `keys.${name}`,
): void {
  const known = new Set([key.toHex()]);
  for (const [name, each] of Object.entries(keys)) {
    const option = nameOf(name);
    checkKey(what, option, each);
    const hex = each.toHex();
    if (known.has(hex)) {
      throw new InvalidOptionError(
        `${what} as '${option}' must be another key than each of the others, so that it says who has it`,
        { option, value: undefined },
      );
    }
    known.add(hex);
  }
}

/**
 * Checks what both ends say.
 *
 * @throws {InvalidOptionError} If an option is out of bounds.
 */
export function checkConnection(
  what: string,
  { key, capacity, maxMessageBytes, heartbeatMs }: ConnectionOptions,
): CheckedConnection {
  checkKey(what, "key", key);
  return {
    key,
    capacity: checkedNumber(what, "capacity", capacity),
    maxMessageBytes: checkedNumber(what, "maxMessageBytes", maxMessageBytes),
    heartbeatMs: checkedNumber(what, "heartbeatMs", heartbeatMs),
  };
}
