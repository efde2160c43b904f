/**
 * Where the workers of a pool leave word while a task runs: an actor on the pool's own thread.
 *
 * @module
 */
import { actor, type ActorClass } from "../actor/define.ts";

/** Told what a task reports: the place of its worker, the number of its batch, its index there, and what it says. */
export type Reported = (
  place: number,
  batch: number,
  index: number,
  report: unknown,
) => void;

const DESKS: Map<number, Reported> = new Map();
let count = 0;

/** Opens a desk; `reported` is called until {@link closeDesk}. Returns its number. */
export function openDesk(reported: Reported): number {
  DESKS.set(++count, reported);
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
    DESKS.get(this.#desk)?.(place, batch, index, report);
  }
}

/** Hears what tasks report; started by pools only. */
export const PoolDesk: ActorClass<[desk: number], PoolDeskActor> = actor(
  import.meta,
  "PoolDesk",
  PoolDeskActor,
);
