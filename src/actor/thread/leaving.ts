/**
 * Through which isolate a message leaves, while it is being encoded.
 *
 * @module
 */
import {
  encodeArguments,
  type Encoded,
  type EncodeOptions,
} from "../../memory/codec.ts";
import type { Isolate } from "./isolate.ts";

/** The isolate through which the message that is being encoded will leave. */
let leaving: Isolate | undefined;

/** The isolate through which the message that is being encoded will leave, if one is. */
export function leavingIsolate(): Isolate | undefined {
  return leaving;
}

/** Encodes `args` for a message that leaves through `isolate`: handles can tell whether they mean anything there. */
export function encodeFor(
  isolate: Isolate,
  args: readonly unknown[],
  options?: EncodeOptions,
): Encoded {
  leaving = isolate;
  try {
    return encodeArguments(args, options);
  } finally {
    leaving = undefined;
  }
}
