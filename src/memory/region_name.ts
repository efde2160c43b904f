/**
 * The names of regions.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";

/** What every system takes: macOS has room for 30 characters. No slash, so that no path is one; no dot at first. */
const NAME_REGEXP = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,29}$/;

/** Whether a region may be called so. */
export function isRegionName(name: unknown): name is string {
  return typeof name === "string" && NAME_REGEXP.test(name);
}

/**
 * Checks a name.
 *
 * @param what What cannot be done otherwise, for the message.
 * @throws {InvalidOptionError} If no region may be called so.
 */
export function checkRegionName(what: string, name: unknown): void {
  if (isRegionName(name)) return;
  throw new InvalidOptionError(
    `Cannot ${what} as "name" must have 1 to 30 letters, digits, "_", "-" and ".", and no "-" or "." at first: current value is ${
      Deno.inspect(name, { depth: 1 })
    }`,
    { option: "name", value: name },
  );
}

/** A name that nobody can guess: 64 bits of chance. */
export function drawRegionName(): string {
  const drawn = crypto.getRandomValues(new Uint8Array(8));
  return `troupe_${drawn.toHex()}`;
}
