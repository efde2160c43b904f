import type { ChannelControl } from "./channel_control.ts";

/** What an end of a channel is made of. */
export interface ChannelParts {
  /** Who has its ends. */
  readonly control: ChannelControl;
  /** What else travels with an end: the memory of its lane, or the fingerprint of its records. */
  readonly rest: SharedArrayBuffer | string;
}
