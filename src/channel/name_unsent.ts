import { DataCloneError, InvalidOptionError } from "../errors.ts";
import { ViewRangeError } from "../memory/view_range_error.ts";
import { UnsendableError } from "./unsendable_error.ts";

/**
 * The error of a message that was refused, with that message.
 *
 * @param error What was thrown where it was encoded or moved.
 * @param unsent The message, or what is left of many.
 * @param index Which of many it is: the path of what cannot be sent begins with it.
 * @returns An {@linkcode UnsendableError} if it cannot travel; else the error, which has the message if it is one of ours.
 */
export function nameUnsent(
  error: unknown,
  unsent: unknown,
  index?: number,
): unknown {
  const place = index === undefined ? {} : { index };
  if (error instanceof DataCloneError) {
    const { path, message } = error;
    const whole = index !== undefined && path.startsWith("value")
      ? `values[${index}]${path.slice("value".length)}`
      : path;
    return new UnsendableError(message.replace(path, () => whole), {
      path: whole,
      unsent,
      ...place,
      ...error.cause === undefined ? {} : { cause: error.cause },
    });
  }
  if (error instanceof DOMException && error.name === "DataCloneError") {
    return new UnsendableError(
      `Cannot send the message as a part of it cannot be moved: ${error.message}; what was moved before is elsewhere`,
      { path: "transfer", unsent, ...place, cause: error },
    );
  }
  if (error instanceof InvalidOptionError || error instanceof ViewRangeError) {
    return Object.assign(error, { unsent, ...place });
  }
  return error;
}
