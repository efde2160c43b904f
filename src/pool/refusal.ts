import { isStream } from "../actor/stream/stream_source.ts";
import { DataCloneError } from "../errors.ts";
import { encode } from "../memory/codec.ts";

const RESULT = { root: "result" };

/** Why a result cannot travel, if it cannot: each is looked at alone, so that it harms no other. */
export function refusal(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== "object") {
    if (typeof value !== "function" && typeof value !== "symbol") {
      return undefined;
    }
  } else if (ArrayBuffer.isView(value) && value.byteLength > 0) {
    return undefined;
  } else if (isStream(value)) {
    return new DataCloneError(
      "Cannot send result as it is read as it is made: read it with pool.generate(), or collect it into an array first",
      { path: "result" },
    );
  }
  try {
    encode(value, RESULT);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The refusal to read a result that has no elements. */
export function noElements(name: string, value: unknown): TypeError {
  const type = value === null ? "null" : typeof value;
  return new TypeError(
    `Cannot read "${name}" as it must return something that can be iterated: current value is of type ${type}, run it with pool.run()`,
  );
}
