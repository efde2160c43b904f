/**
 * Where the workers of a pool leave word while a task runs: an actor on the pool's own thread.
 *
 * @module
 */
import { actor, type ActorClass } from "../actor/define.ts";
import type { WireError } from "../error_wire.ts";

/** Told what a task reports: the place of its worker, the number of its batch, its index there, and what it says. */
export type Reported = (
  place: number,
  batch: number,
  index: number,
  report: unknown,
) => void;

/** Told when nothing more comes of a task whose elements are read, and of its error if there is one. */
export type Ended = (
  place: number,
  batch: number,
  failure: WireError | null,
) => void;

/** Who listens at a desk. */
export interface Listener {
  /** See {@link Reported}. */
  readonly reported: Reported;
  /** See {@link Ended}. */
  readonly ended: Ended;
}

const DESKS: Map<number, Listener> = new Map();
let count = 0;

/** Opens a desk; `listener` is called until {@link closeDesk}. Returns its number. */
export function openDesk(listener: Listener): number {
  DESKS.set(++count, listener);
  return count;
}

/** Nobody listens at the desk of that number any more. */
export function closeDesk(desk: number): void {
  DESKS.delete(desk);
}

/** See {@linkcode PoolDesk}. */
export class PoolDeskActor {
  readonly #desk: number;

  /** The desk of that number, on this thread. */
  constructor(desk: number) {
    this.#desk = desk;
  }

  /** A task says something. */
  report(place: number, batch: number, index: number, report: unknown): void {
    DESKS.get(this.#desk)?.reported(place, batch, index, report);
  }

  /** Nothing more comes of a task. */
  ended(place: number, batch: number, failure: WireError | null): void {
    DESKS.get(this.#desk)?.ended(place, batch, failure);
  }
}

/** Hears what tasks report; started by pools only. */
export const PoolDesk: ActorClass<[desk: number], PoolDeskActor> = actor(
  import.meta,
  "PoolDesk",
  PoolDeskActor,
);
