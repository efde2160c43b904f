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
