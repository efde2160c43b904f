import { InvalidOptionError } from "../errors.ts";
import type { ActorChild, ChildSpec, SupervisorChild } from "./child_spec.ts";

/** One of several copies: a child spec but for the id. */
export type PartitionSpec =
  | Omit<ActorChild, "id">
  | Omit<SupervisorChild, "id">;

/**
 * The specs of `count` copies of a child, among which keys are shared out; {@linkcode partitionId} says which is whose.
 *
 * @param id What the ids of all copies begin with.
 * @param count How many, from 1.
 * @param spec Makes the spec of one copy; it is given its number, from 0.
 * @throws {InvalidOptionError} If `count` is not a whole number from 1.
 *
 * @example Sessions under eight supervisors, so that no single one has to start them all
 * ```ts
 * import { actor, partitionId, partitions, supervise } from "@troupe/actors";
 *
 * export const Session = actor(
 *   import.meta,
 *   "Session",
 *   class {
 *     constructor(readonly user: string) {}
 *     greet(): string {
 *       return `Hello ${this.user}`;
 *     }
 *   },
 * );
 *
 * if (import.meta.main) {
 *   await using tree = await supervise({
 *     children: partitions("sessions", 8, () => ({
 *       supervisor: { template: { actor: Session, restart: "temporary" } },
 *     })),
 *   });
 *   const mine = tree.supervisor(partitionId("sessions", 8, "eve"));
 *   await mine.startChild(["eve"], { id: "eve" });
 *   console.log(await mine.ref("eve", Session).ask.greet());
 * }
 * ```
 */
export function partitions(
  id: string,
  count: number,
  spec: (partition: number) => PartitionSpec,
): ChildSpec[] {
  checkCount(count);
  return Array.from({ length: count }, (_, partition) => ({
    ...spec(partition),
    id: `${id}-${partition}`,
  } as ChildSpec));
}

/**
 * The id of the copy that a key belongs to: the same in every thread and every run, for as long as `count` is the same.
 *
 * @param id What was given to {@linkcode partitions}.
 * @param count What was given to it.
 * @param key Whose copy. Whole numbers are dealt out in turn by their size without the sign, strings by a hash.
 * @throws {InvalidOptionError} If `count` is not a whole number from 1, or `key` a number that is not whole.
 */
export function partitionId(
  id: string,
  count: number,
  key: string | number | bigint,
): string {
  checkCount(count);
  return `${id}-${partitionOf(key, count)}`;
}

function partitionOf(key: string | number | bigint, count: number): number {
  if (typeof key === "string") return hash(key) % count;
  if (typeof key === "bigint") {
    return Number((key < 0n ? -key : key) % BigInt(count));
  }
  if (Number.isInteger(key)) return Math.abs(key) % count;
  throw new InvalidOptionError(
    `Cannot find the partition of a key that is no whole number: current value is ${
      String(key)
    }`,
    { option: "key", value: key },
  );
}

/** FNV-1a over the UTF-16 units, mixed at the end as its low bits alone are used. */
function hash(key: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) {
    state = Math.imul(state ^ key.charCodeAt(at), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  return (state ^ (state >>> 13)) >>> 0;
}

function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new InvalidOptionError(
    `Cannot share keys out among partitions: current value of count is ${count}, pass an integer from 1`,
    { option: "count", value: count },
  );
}
