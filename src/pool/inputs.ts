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

/**
 * Checks that `args` are the arguments of a task.
 *
 * @throws {InvalidOptionError} If they are no array.
 */
export function checkArgs(task: string, args: unknown): void {
  if (Array.isArray(args)) return;
  throw new InvalidOptionError(
    `Cannot run "${task}" as its arguments must be an array: current value is ${
      Deno.inspect(args, { depth: 1 })
    }`,
    { option: "args", value: args },
  );
}
