import type { OptionNames } from "../option_names.ts";
import type { SyncWait, Wait } from "../sync/wait.ts";

/** What of a message is moved instead of copied. */
export interface TransferOption {
  /**
   * Array buffers, ports and streams in the message that the receiver has instead of the sender.
   * @default {[]}
   */
  readonly transfer?: readonly Transferable[];
}

/** How long a message may wait for room, and what of it is moved. */
export interface ChannelSendOptions extends Wait, TransferOption {}

/** How long a message may block its thread, and what of it is moved. */
export interface ChannelSendSyncOptions extends SyncWait, TransferOption {}

/** What may be said of what is moved. */
export const TRANSFER: OptionNames<TransferOption> = { transfer: true };
/** What may be said of how a message is sent. */
export const SEND: OptionNames<ChannelSendOptions> = {
  ...TRANSFER,
  timeout: true,
  signal: true,
};
/** The same, where the thread waits. */
export const SEND_SYNC: OptionNames<ChannelSendSyncOptions> = {
  ...TRANSFER,
  timeout: true,
  onMain: true,
};
