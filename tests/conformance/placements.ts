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
import { System } from "../../src/actor/mod.ts";
import { mapWords, openLibc } from "../fixtures/words.ts";

// Stays loaded: no test is to be blamed for it.
openLibc();

/** Where an actor may live. */
export type Placement = NonNullable<SpawnOptions["placement"]>;

/** The placements that there are. */
export const PLACEMENTS: readonly Placement[] = [
  "thread",
  "shared",
  "process",
  "local",
];

/** The placements in which an actor may end its thread and takes nobody along. */
export const OWN_THREAD: readonly Placement[] = ["thread", "process"];

/** The placements in which actors share memory, ports and keys with the test. */
export const SHARING: readonly Placement[] = ["thread", "shared", "local"];

/** The placements in which what is sent is a copy, and what cannot be copied or is too large is refused. */
export const COPIES: readonly Placement[] = ["thread", "shared", "process"];

/** The placements whose mailboxes have a thread of their own, which drops messages when it comes to them; hosts do at once. */
export const LATE_DROPS: readonly Placement[] = ["thread", "process"];

/** The placements in which a message from another actor under test names its sender, and not the thread it came from. */
export const NAMED: readonly Placement[] = ["thread", "process", "local"];

/** The placements in which actors that ask one another in a circle are found: each on its own thread, or all on one. */
export const CIRCLES: readonly Placement[] = ["thread", "process", "local"];

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

/** A process of its own starts late where many others run. */
function patience(placement: Placement): SpawnOptions {
  return placement === "process" ? { initTimeout: 30_000 } : {};
}

/** How many workers are kept warm: in one of four cases one, as more threads are most of the time of all others. */
function sparesFor(placement: Placement, name: string): number {
  return placement === "thread" && name.length % 4 === 0 ? 1 : 0;
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
      mapWords(placement === "process");
      await using system = new System({
        spares: sparesFor(placement, name),
        deadLetterLines: 0,
        ...options,
      });
      await body({
        placement,
        system,
        spawn: (definition, args, options = {}) =>
          system.spawn(definition, args, {
            ...patience(placement),
            ...options,
            placement,
          }),
        child: (spec) => ({
          ...spec,
          options: { ...patience(placement), ...spec.options, placement },
        }),
      });
    });
  }
}
