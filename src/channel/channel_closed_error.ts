import { nameError } from "../name_error.ts";
import { UnsentError } from "./unsent_error.ts";

/** An end of a channel was closed, so that nothing can be sent or nothing more comes; code `TROUPE_CHANNEL_CLOSED`. */
export class ChannelClosedError extends UnsentError {}

nameError(ChannelClosedError, "ChannelClosedError", "TROUPE_CHANNEL_CLOSED");
