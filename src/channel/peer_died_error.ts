import { nameError } from "../name_error.ts";
import { ChannelClosedError } from "./channel_closed_error.ts";

/** The thread that had the other end of a channel crashed, hung or was killed; code `TROUPE_PEER_DIED`. */
export class PeerDiedError extends ChannelClosedError {}

nameError(PeerDiedError, "PeerDiedError", "TROUPE_PEER_DIED");
