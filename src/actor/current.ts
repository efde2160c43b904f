/**
 * The task or actor that runs on this thread.
 *
 * @module
 */
import type { ActorRef } from "./ref.ts";

/** What an actor is told about itself, by its `onStart(context)` hook. */
export interface Context<C = unknown> {
  /** The actor's own ref. */
  readonly self: ActorRef<C>;
  /** Its name. */
  readonly name: string;
  /** How often it has been started; 1 is the first. */
  readonly incarnation: number;
  /** Aborted when it is asked to stop. */
  readonly signal: AbortSignal;
  /** Who started it. */
  readonly parent: { readonly id: number; readonly name: string };
  /** Writes a line to stderr that begins with the actor's name. */
  log(...values: unknown[]): void;
}

let running: Context | undefined;

/** Sets what {@link current} shows. Called by the runtime only. */
export function enterContext(context: Context): void {
  running = context;
}

/** The task or actor that runs on this thread; on the main thread, `"main"`. */
export const current: {
  /** Its own ref; `undefined` on the main thread. */
  readonly self: ActorRef<unknown> | undefined;
  /** Its name. */
  readonly name: string;
  /** Number of its address. */
  readonly id: number;
  /** How often it has been started; 0 on the main thread. */
  readonly incarnation: number;
  /** Aborted when it is asked to stop. */
  readonly signal: AbortSignal;
  /** Who started it. */
  readonly parent: { readonly id: number; readonly name: string } | undefined;
  /** Writes a line to stderr that begins with its name. */
  log(...values: unknown[]): void;
} = {
  get self(): ActorRef<unknown> | undefined {
    return running?.self;
  },
  get name(): string {
    return running?.name ?? "main";
  },
  get id(): number {
    return running?.self.id ?? 0;
  },
  get incarnation(): number {
    return running?.incarnation ?? 0;
  },
  get signal(): AbortSignal {
    return running?.signal ?? NEVER;
  },
  get parent(): { readonly id: number; readonly name: string } | undefined {
    return running?.parent;
  },
  log(...values: unknown[]): void {
    // deno-lint-ignore troupe/quiet -- this is what it is for
    console.error(`[${current.name}]`, ...values);
  },
};

const NEVER: AbortSignal = new AbortController().signal;
