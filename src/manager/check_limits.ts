import { InvalidOptionError } from "../errors.ts";

const MAX_CAPACITY = 2 ** 24;

/** Refuses a time to live that is none. */
export function checkTtl(what: string, ttlMs: number | undefined): void {
  if (ttlMs === undefined) return;
  if (typeof ttlMs === "number" && ttlMs > 0 && ttlMs < Infinity) return;
  const must = "a number of milliseconds more than 0";
  throw refusal(what, "ttlMs", must, ttlMs);
}

/** Refuses a number of things that is none. */
export function checkCapacity(what: string, capacity: number): void {
  if (
    Number.isInteger(capacity) && capacity >= 1 && capacity <= MAX_CAPACITY
  ) return;
  const must = `a whole number from 1 to ${MAX_CAPACITY}`;
  throw refusal(what, "capacity", must, capacity);
}

/** Refuses a time that is none. */
export function checkMs(what: string, option: string, value: number): void {
  if (typeof value === "number" && value >= 0) return;
  throw refusal(what, option, "a number of milliseconds from 0", value);
}

/** Refuses a version that no write has: it would match nothing, or, if it were not there, anything. */
export function checkVersion(what: string, version: number): void {
  if (Number.isSafeInteger(version) && version >= 0) return;
  const must =
    "a whole number from 0, as entry() says it, or 0 for a key that is not there";
  throw refusal(what, "version", must, version);
}

/** Refuses a key without a byte, as one that was to come from elsewhere and did not: everybody knows it. */
export function checkSecret(what: string, option: string, key: unknown): void {
  if (!(key instanceof Uint8Array) || key.length > 0) return;
  throw new InvalidOptionError(
    `${what} as '${option}' must be a secret, such as 32 random bytes: current length is 0`,
    { option, value: undefined },
  );
}

/** Refuses what cannot be called. */
export function checkFunction(what: string, option: string, fn: unknown): void {
  if (typeof fn !== "function") throw refusal(what, option, "a function", fn);
}

/** Refuses a key or a name that is no text. */
export function checkText(what: string, option: string, text: unknown): void {
  if (typeof text !== "string") throw refusal(what, option, "a string", text);
}

function refusal(
  what: string,
  option: string,
  must: string,
  value: unknown,
): InvalidOptionError {
  return new InvalidOptionError(
    `${what} as '${option}' must be ${must}: current value is ${
      Deno.inspect(value, { depth: 0, strAbbreviateSize: 100 })
    }`,
    { option, value },
  );
}
