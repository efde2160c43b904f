/**
 * Values as bytes that mean the same in another program.
 *
 * @module
 */
import { type Border, crossing, currentBorder } from "../actor/border.ts";
import { unshared } from "../actor/mail/refuse_shared.ts";
import { UnknownHandleError } from "../errors.ts";
import {
  decode,
  definePortable,
  encode,
  encodeArguments,
  type Encoded,
} from "../memory/codec.ts";
import { takeBack } from "../memory/moved_handles.ts";
import { refusingUnknown } from "../memory/portable.ts";

/** What a ref is called on its way. */
export const FAR = "far";

definePortable(FAR, (data) => {
  const border = currentBorder();
  if (border !== undefined) return border.arrive(data);
  throw new UnknownHandleError(
    "Cannot revive a reference of another program as no message of it is being read",
    { kind: FAR },
  );
});

/**
 * The bytes of `value`.
 *
 * @throws {DataCloneError} If it cannot be sent to another program.
 */
export function pack(
  border: Border,
  value: unknown,
  root: string,
): Uint8Array<ArrayBuffer> {
  const encoded = crossing(border, () => encode(value, { root }));
  return bytesOf(encoded, value, root);
}

/** As {@link pack}, for the arguments of a call. */
export function packArgs(
  border: Border,
  args: readonly unknown[],
): Uint8Array<ArrayBuffer> {
  const encoded = crossing(border, () => encodeArguments(args));
  return bytesOf(encoded, args, "args");
}

/** The value that another program made into `bytes`. */
export function unpack(border: Border, bytes: Uint8Array): unknown {
  return refusingUnknown(() => unpackOwn(border, bytes));
}

/** As {@link unpack}, from the program that this process is of: handles of kinds that are not known here can be sent on. */
export function unpackOwn(border: Border, bytes: Uint8Array): unknown {
  return crossing(border, () => decode(bytes, 0, bytes.length));
}

function bytesOf(
  { bytes, length, attachments }: Encoded,
  value: unknown,
  root: string,
): Uint8Array<ArrayBuffer> {
  if (attachments === undefined) {
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(0, length));
    return copy;
  }
  takeBack(attachments);
  throw unshared(attachments, value, root);
}
