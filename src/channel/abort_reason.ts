/**
 * Why an end of a channel was aborted: left in the depot for the other end.
 *
 * @module
 */
import { decode } from "../memory/decode.ts";
import { encode } from "../memory/encode.ts";
import { takeBack } from "../memory/moved_handles.ts";
import { collectSync, deposit } from "./depot.ts";
import { ParcelLostError } from "./parcel_lost_error.ts";

/**
 * Leaves a reason. What is no plain data is left as its text.
 *
 * @returns Its number in the depot.
 */
export function leaveReason(reason: unknown): number {
  return deposit([plainBytes(reason)]);
}

/** The reason of that number, which the thread `who` left; `undefined` if it is lost. It stays there. */
export function readReason(parcel: number, who: number): unknown {
  try {
    const [bytes] = collectSync(parcel, who, true) as [Uint8Array];
    return decode(bytes, 0, bytes.length);
  } catch (error) {
    if (error instanceof ParcelLostError) return undefined;
    throw error;
  }
}

function plainBytes(reason: unknown): Uint8Array {
  try {
    const { attachments, bytes, length } = encode(reason);
    if (attachments === undefined) return bytes.slice(0, length);
    takeBack(attachments);
  } catch {
    // It cannot travel.
  }
  const { bytes, length } = encode(Deno.inspect(reason, { depth: 1 }));
  return bytes.slice(0, length);
}
