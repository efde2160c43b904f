/**
 * What a write does to the state: the one form in which it is applied, kept and told.
 *
 * @module
 */

import { placeOf } from "./places.ts";

/** Why a key is gone. */
export type Gone = "deleted" | "expired" | "evicted" | "left";

/** A value and what is known of it. */
export interface Entry {
  /** The value; nobody changes it in place. */
  readonly value: unknown;
  /** The number of the write that made it: larger than that of every write before, of any key. */
  readonly version: number;
  /** When it ends, in milliseconds of `Date.now()`; 0 for never. */
  readonly expires: number;
}

/**
 * One step of a write. The steps of a write are applied all or not at all.
 *
 * - `set`: map, key, value, version, when it ends
 * - `delete`: map, key, version, why
 * - `splice`: list, start, how many go, what comes
 * - `hold`: lock, ticket, fence, owner
 * - `free`: lock, ticket
 * - `revision`: the number of the last write
 */
export type Effect =
  | readonly ["set", string, unknown, unknown, number, number]
  | readonly ["delete", string, unknown, number, Gone]
  | readonly ["splice", string, number, number, readonly unknown[]]
  | readonly ["hold", string, string, number, unknown]
  | readonly ["free", string, string]
  | readonly ["revision", number];

/** The map whose keys belong to clients begins so: a file does not keep it, as they are gone when it is read again. */
export const PRESENCE: string = placeOf("presence", "");

/** Whether an effect belongs to clients that are alive, and ends with this program. */
export function isOfClients(effect: Effect): boolean {
  const [kind, name] = effect;
  if (kind === "hold" || kind === "free") return true;
  return (kind === "set" || kind === "delete") && name.startsWith(PRESENCE);
}

/** Whether it takes a key away that is an object: each copy of that is another key, so who reads the effect again finds none. */
export function takesObject(effect: Effect): boolean {
  const [kind, , key] = effect;
  return kind === "delete" && typeof key === "object" && key !== null;
}
