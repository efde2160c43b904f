import { InvalidOptionError } from "../errors.ts";

/** The inputs of a job: one after the other, now or later. */
export type Inputs<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Checks that `inputs` can be read.
 *
 * @throws {InvalidOptionError} If not.
 */
export function checkInputs(task: string, inputs: unknown): void {
  const iterable = typeof inputs === "string" ||
    typeof inputs === "object" && inputs !== null &&
      (Symbol.iterator in inputs || Symbol.asyncIterator in inputs);
  if (iterable) return;
  throw new InvalidOptionError(
    `Cannot map "${task}" as its inputs must be iterable: current value is ${
      Deno.inspect(inputs, { depth: 1 })
    }`,
    { option: "inputs", value: inputs },
  );
}
