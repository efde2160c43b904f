/**
 * Where the cases of this folder run: every one of them in every placement, with the same text.
 *
 * @module
 */
import type {
  ActorChild,
  ActorClass,
  ActorRef,
  SpawnOptions,
  SystemOptions,
} from "../../mod.ts";
import { System } from "../../mod.ts";

/** Where an actor may live. */
export type Placement = NonNullable<SpawnOptions["placement"]>;

/** The placements that there are. */
export const PLACEMENTS: readonly Placement[] = ["thread", "shared", "local"];

/** The placements in which an actor may end its thread and takes nobody along. */
export const OWN_THREAD: readonly Placement[] = ["thread"];

/** The placements in which what is sent is a copy, and what cannot be copied or is too large is refused. */
export const COPIES: readonly Placement[] = ["thread", "shared"];

/** The placements in which a message from another actor under test names its sender, and not the thread it came from. */
export const NAMED: readonly Placement[] = ["thread", "local"];

/** The placements in which actors that ask one another in a circle are found: each on its own thread, or all on one. */
export const CIRCLES: readonly Placement[] = ["thread", "local"];

/** One case in one placement. */
export interface Case {
  /** The placement of the actors under test. */
  readonly placement: Placement;
  /** A system of the case's own, closed at its end. */
  readonly system: System;
  /** Starts an actor in the placement under test. */
  spawn<A extends unknown[], C>(
    definition: ActorClass<A, C>,
    args: A,
    options?: SpawnOptions,
  ): Promise<ActorRef<C>>;
  /** A child of a supervisor in the placement under test. */
  child(spec: ActorChild): ActorChild;
}

/** Declares a case that holds in every placement, or in those of `only`; its system is made with `options` too. */
export function conformance(
  name: string,
  body: (t: Case) => Promise<void>,
  only: readonly Placement[] = PLACEMENTS,
  options: SystemOptions = {},
): void {
  for (const placement of PLACEMENTS) {
    if (!only.includes(placement)) continue;
    Deno.test(`${name} [${placement}]`, async () => {
      await using system = new System({
        spares: 1,
        deadLetterLines: 0,
        ...options,
      });
      await body({
        placement,
        system,
        spawn: (definition, args, options = {}) =>
          system.spawn(definition, args, { ...options, placement }),
        child: (spec) => ({
          ...spec,
          options: { ...spec.options, placement },
        }),
      });
    });
  }
}
