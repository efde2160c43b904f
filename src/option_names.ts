/**
 * The check that every option is one: a name that means nothing is a mistake, and what it was to change would not.
 *
 * @module
 */
import { InvalidOptionError } from "./errors.ts";

/** The names of all options of `Options`; the compiler finds the one that is left out. */
export type OptionNames<Options> = {
  readonly [Name in keyof Options]-?: true;
};

/**
 * Checks that `options` is an object and has no option by another name. One that is `undefined` says nothing.
 *
 * @param what What cannot be done otherwise, such as `Cannot start "books"`.
 * @param options What was given, by a program that need not have been compiled by TypeScript.
 * @param names The options that there are.
 * @param path The option whose value `options` is; none if it is what was given itself.
 * @throws {InvalidOptionError} That names the option, and the one that was meant if it can be told.
 */
export function checkOptionNames<Options extends object>(
  what: string,
  options: unknown,
  names: OptionNames<Options>,
  path = "",
): asserts options is Options {
  if (
    typeof options !== "object" || options === null || Array.isArray(options)
  ) {
    throw new InvalidOptionError(
      `${what} as ${
        path === "" ? "the options" : `'${path}'`
      } must be an object: current value is ${
        Deno.inspect(options, { depth: 1 })
      }`,
      { option: path === "" ? "options" : path, value: options },
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue;
    const option = path === "" ? name : `${path}.${name}`;
    throw new InvalidOptionError(
      `${what} as there is no option '${option}': current value is ${
        Deno.inspect(value, { depth: 1 })
      }, ${wayOut(name, Object.keys(names))}`,
      { option, value },
    );
  }
}

function wayOut(name: string, known: readonly string[]): string {
  const near = known.find((other) => isNear(name, other));
  return near === undefined
    ? `use ${known.map((other) => `'${other}'`).join(", ")}`
    : `did you mean '${near}'?`;
}

/** Whether one is the beginning of the other, or at most two letters of it are amiss. */
function isNear(given: string, known: string): boolean {
  const [a, b] = [given.toLowerCase(), known.toLowerCase()];
  return a !== "" && (b.startsWith(a) || a.startsWith(b)) ||
    distance(a, b) <= Math.min(2, b.length - 1);
}

/** How many letters are to be put in, taken out or changed to make `b` of `a`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
