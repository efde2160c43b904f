/**
 * What a keeper and its process say to each other; no code.
 *
 * @module
 */
import type { ProcessOrder } from "../actor/process_order.ts";

/** What a process is to be. */
export interface Become {
  readonly order: ProcessOrder;
  readonly name: string;
  readonly incarnation: number;
  readonly parent: { readonly id: number; readonly name: string };
  /** Its own ref. */
  readonly self: unknown;
  /** The arguments of its constructor. */
  readonly args: Uint8Array;
  /** What it is to restore. */
  readonly restore: Uint8Array | undefined;
}

/** What it has become. */
export interface Made {
  /** The methods that are messages. */
  readonly methods: readonly string[];
  /** Whether it has the hook `checkpoint()`. */
  readonly checkpoints: boolean;
}

/** What became of a message. */
export type Answer =
  | { readonly type: "value"; readonly value: Uint8Array }
  | { readonly type: "stream"; readonly stream: number }
  | { readonly type: "aside" }
  /** What its handler threw. */
  | { readonly type: "error"; readonly error: unknown }
  /** Why what its handler returned cannot be sent; it may be read as a stream. */
  | {
    readonly type: "unsent";
    readonly error: unknown;
    readonly stream?: number;
  };

/** The next element of a stream. */
export interface Element {
  readonly done: boolean;
  readonly value?: Uint8Array;
  /** Why it cannot be sent. */
  readonly unsent?: unknown;
}
