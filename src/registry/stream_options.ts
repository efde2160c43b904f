import type { Context } from "../actor/current.ts";

/** Whom a stream of a registry belongs to. */
export interface OwnedStream {
  /**
   * The `Context` of the actor with whose incarnation the stream ends. Default: the actor that makes the call; one that
   * shares its thread is known until its first `await`.
   */
  readonly owner?: Context;
}

/** Whom a stream of a registry belongs to, and how much of it may wait. */
export interface RegistryStreamOptions extends OwnedStream {
  /** Values that may wait for the reader; a whole number from 1 to 1,048,576, default 1,024. */
  readonly capacity?: number;
}
