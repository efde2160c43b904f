import { nameError } from "../name_error.ts";
import { ChannelClosedError } from "./channel_closed_error.ts";

/** The other end of a channel was aborted, by its stream, for a reason that is the `cause`; code `TROUPE_CHANNEL_ABORTED`. */
export class ChannelAbortedError extends ChannelClosedError {}

nameError(ChannelAbortedError, "ChannelAbortedError", "TROUPE_CHANNEL_ABORTED");

/**
 * What a stream fails with, where a call would fail with `error`: the reason for which the stream at the other end was
 * aborted or cancelled.
 *
 * @throws Always.
 */
export function toReason(error: unknown): never {
  throw error instanceof ChannelAbortedError ? error.cause : error;
}
