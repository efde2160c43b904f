import type { Gone } from "./effect.ts";

/**
 * What a watcher of a map is told.
 *
 * - `"snapshot"`: all keys that are watched, as of one moment: at first, after a restart of the Manager, and when the watcher
 *   was too slow; `missed` says how many changes it stands for, as far as that is known.
 * - `"set"`: a key has another value.
 * - `"delete"`: a key is gone; `reason` says why.
 *
 * @typeParam K The keys.
 * @typeParam V The values.
 */
export type MapChange<K, V> =
  | {
    readonly type: "snapshot";
    readonly entries: readonly (readonly [K, V])[];
    readonly missed: number;
  }
  | {
    readonly type: "set";
    readonly key: K;
    readonly value: V;
    readonly version: number;
  }
  | {
    readonly type: "delete";
    readonly key: K;
    readonly version: number;
    readonly reason: Gone;
  };
