import { InvalidOptionError } from "../errors.ts";

/** Refuses the value of an option. */
export function refuse(
  what: string,
  option: string,
  rule: string,
  value: unknown,
): never {
  throw new InvalidOptionError(
    `${what} as '${option}' must be ${rule}: current value is ${
      Deno.inspect(value, { depth: 1 })
    }`,
    { option, value },
  );
}

/** A whole number, or `Infinity` where there is no end; refuses any other value. */
export function whole(
  what: string,
  option: string,
  value: number,
  min: number,
  max: number,
): number {
  const fits = Number.isInteger(value) && value >= min && value <= max;
  // Where there is no end, none is a value too.
  if (fits || max === Infinity && value === Infinity) return value;
  const upTo = max === Infinity ? "or more" : `to ${max.toLocaleString("en")}`;
  return refuse(what, option, `a whole number of ${min} ${upTo}`, value);
}

/** A number of milliseconds; refuses any other value. */
export function duration(
  what: string,
  option: string,
  value: number,
  zero: boolean,
): number {
  const fits = typeof value === "number" && (zero ? value >= 0 : value > 0);
  if (fits) return value;
  return refuse(what, option, zero ? "0 or more" : "more than 0", value);
}
