/**
 * What a client of a Manager and the program that serves it say to each other first.
 *
 * @module
 */
import { type ActorRef, coreIn } from "../../actor/ref.ts";
import { TroupeError } from "../../errors.ts";
import type { Door } from "./door.ts";

/** What a client says. */
export interface Hello {
  /** Names what it goes on with when it comes again: nobody else knows it. */
  readonly session: string;
  /** The numbers of the calls whose answers it still waits for. */
  readonly pending: readonly number[];
}

/** What it is answered. */
export interface Welcome {
  /** What it asks. */
  readonly door: ActorRef<Door>;
  /** The number of this connection, to be said with each call: those of an earlier one are not heeded any more. */
  readonly link: number;
  /** Names the door: one of another name knows of nothing that was asked before. */
  readonly life: string;
}

/** A session is no longer name, and no more calls are waited for. */
const MOST = { session: 64, pending: 2 ** 20 } as const;

/** Takes what came for a hello. */
export function readHello(value: unknown): Hello {
  const { session, pending } = (value ?? {}) as Partial<Hello>;
  const isOne = typeof session === "string" &&
    session.length <= MOST.session && Array.isArray(pending) &&
    pending.length <= MOST.pending && pending.every(Number.isSafeInteger);
  if (isOne) return { session, pending };
  throw new TroupeError(
    "Cannot serve a program as what it says first is not what a client of a Manager says: it is to use Manager.connect()",
  );
}

/** Takes what came for a welcome. */
export function readWelcome(address: string, value: unknown): Welcome {
  const { door, link, life } = (value ?? {}) as Partial<Welcome>;
  if (
    coreIn(door) !== undefined && Number.isSafeInteger(link) &&
    typeof life === "string"
  ) return { door: door!, link: link!, life };
  throw new TroupeError(
    `Cannot use the Manager at "${address}" as none is there: a program serves one by Manager.start({ address, key })`,
  );
}
