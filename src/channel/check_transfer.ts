import { InvalidOptionError } from "../errors.ts";

/** What can be moved instead of copied. */
const MOVABLE: readonly (new (...args: never[]) => object)[] = [
  ArrayBuffer,
  MessagePort,
  ReadableStream,
  WritableStream,
  TransformStream,
  ImageBitmap,
];

/**
 * Checks the list of what of a message is moved.
 *
 * @param what What cannot be done otherwise, for the message.
 * @throws {InvalidOptionError} If it is no array, or holds what cannot be moved.
 */
export function checkTransfer(what: string, transfer: unknown): void {
  if (transfer === undefined) return;
  if (Array.isArray(transfer)) {
    for (const [index, each] of transfer.entries()) {
      if (MOVABLE.some((known) => each instanceof known)) continue;
      throw new InvalidOptionError(
        `Cannot ${what} as 'transfer' must hold array buffers, ports and streams alone: current value of transfer[${index}] is ${
          Deno.inspect(each, { depth: 0 })
        }; what is not in it is copied`,
        { option: "transfer", value: transfer },
      );
    }
    return;
  }
  throw new InvalidOptionError(
    `Cannot ${what} as 'transfer' must be an array: current value is ${
      Deno.inspect(transfer, { depth: 1 })
    }`,
    { option: "transfer", value: transfer },
  );
}
