/** What became of a message: it can be read, there was no room for it, or the channel takes none any more. */
export type Written = "written" | "full" | "sealed";

/** A message that is to be sent, when there is room. */
export interface Letter {
  /** Writes it, if there is room. */
  write(): Written;
  /** It is not sent: what was given away with it is the sender's again. */
  drop(): void;
}

/** Room for a message of bytes, which is written in place. Nothing else is written before it is committed or forgotten. */
export interface Room {
  /** The bytes. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** Sends them. */
  commit(): Written;
}

/** The way of messages into a channel. One thread uses it. */
export interface OutTrack<T> {
  /** Messages sent and not received. */
  readonly size: number;
  /** Writes a message if there is room; throws if it cannot be sent. */
  write(value: T, transfer?: readonly Transferable[]): Written;
  /** A message to be sent later, with the value as it is now; throws if it cannot be sent. */
  prepare(value: T, transfer?: readonly Transferable[]): Letter;
  /** Right after `write()` answered `"full"`: what tries again, with the value as it was. */
  retry(): Letter;
  /** Right after `write()` answered `"full"`: it is not tried again. */
  drop(): void;
  /** Writes as many of `values` as there is room for, from `from` on, and publishes them at once. Returns how many, or -1 if it is sealed. */
  writeMany(values: readonly T[], from: number): number;
  /** Room for so many bytes; throws if messages are none. */
  claim(length: number): Room | "full" | "sealed";
  /** Whether there may be room; for looking often. */
  roomy(): boolean;
  /** Ends the channel: what was sent can be read. Anybody may. */
  seal(): void;
}

/** What is at the head of a channel: a message, one whose parcel has to be collected, nothing yet, or nothing ever. */
export type Taken = "taken" | "later" | "empty" | "ended";

/** The way of messages out of a channel. One thread uses it. */
export interface InTrack<T> {
  /** Messages sent and not received. */
  readonly size: number;
  /** Whether there is a message. */
  readonly hasMore: boolean;
  /** Whether there is none, and none will come. */
  readonly over: boolean;
  /** The message, after `"taken"`. It is not held on to. */
  give(): T;
  /** The rest of the message, after `"later"`. */
  fetch(): Promise<T>;
  /** As `fetch()`, blocking the thread. */
  fetchSync(): T;
  /** Takes the message at the head; throws if it cannot be read, and it is gone then. */
  take(): Taken;
  /** Takes messages that need no parcel, at most `max`, and frees their room at once. */
  takeMany(max: number, into: T[]): void;
  /** As `take()`, of a message of bytes, which stays until it is released; throws if it is none, and it is the next one still. */
  takeInPlace(): Taken;
  /** The bytes, after `"taken"`. */
  giveInPlace(): Uint8Array<SharedArrayBuffer>;
  /** The bytes, after `"later"`; throws if it is none. */
  fetchInPlace(): Promise<Uint8Array<SharedArrayBuffer>>;
  /** As `fetchInPlace()`, blocking the thread. */
  fetchInPlaceSync(): Uint8Array<SharedArrayBuffer>;
  /** Frees the room of what was given in place. */
  release(): void;
  /** Ends the channel from here. */
  seal(): void;
  /** Forgets what has not been received. */
  drop(): void;
}

const NEVER: Letter = { write: () => "sealed", drop: () => {} };

/** Stands for both ways where an end came too late. */
export const NO_TRACK: OutTrack<never> & InTrack<never> = {
  size: 0,
  hasMore: false,
  over: true,
  write: () => "sealed",
  prepare: () => NEVER,
  retry: () => NEVER,
  writeMany: () => -1,
  claim: () => "sealed",
  roomy: () => true,
  seal: () => {},
  give: (): never => undefined as never,
  fetch: () => Promise.reject(),
  fetchSync: (): never => undefined as never,
  take: () => "ended",
  takeMany: () => {},
  takeInPlace: () => "ended",
  giveInPlace: (): never => undefined as never,
  fetchInPlace: () => Promise.reject(),
  fetchInPlaceSync: (): never => undefined as never,
  release: () => {},
  drop: () => {},
};
