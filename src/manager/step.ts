import type { Change } from "./change.ts";
import { changed } from "./change.ts";
import type { Draft } from "./draft.ts";
import { shownKey } from "./places.ts";
import { type Reduce, reduced, type ReducerName } from "./reducer.ts";
import { VersionConflictError } from "./version_conflict_error.ts";

/** One deed of a write, as it travels to the Manager. */
export interface Step {
  /** The map. */
  readonly map: string;
  /** The key in it. */
  readonly key: unknown;
  /** The version that the key must have; 0: it must not be there. Default: any. */
  readonly version?: number | undefined;
  /** What is done; `"expect"` only looks at the version. */
  readonly deed: "set" | "update" | "reduce" | "delete" | "expect";
  /** The new value, to set. */
  readonly value?: unknown;
  /** Milliseconds until the value ends, to set. Default: it stays. */
  readonly ttlMs?: number | undefined;
  /** The change, to update. */
  readonly change?: Change | undefined;
  /** The reducer, its further arguments and what it is given when there is no value. */
  readonly reduce?: {
    readonly by: ReducerName;
    readonly args: readonly unknown[];
    readonly init: unknown;
  };
}

/**
 * Does one deed in a draft; answers with the new version of what was set, the new value of what was changed, and whether what
 * was deleted had been there.
 *
 * @throws {VersionConflictError} If the key has another version.
 * @throws {Refusal} If the value does not fit.
 */
export function perform(
  draft: Draft,
  step: Step,
  reducerOf: (name: ReducerName) => Reduce,
): unknown {
  const { map, key } = step;
  const entry = draft.get(map, key);
  expectVersion(step, entry?.version ?? 0);
  switch (step.deed) {
    case "set": {
      const { ttlMs } = step;
      const expires = ttlMs === undefined ? 0 : Date.now() + ttlMs;
      return draft.set(map, key, step.value, expires);
    }
    case "update": {
      const change = step.change ?? {};
      const old = entry === undefined ? change.init : entry.value;
      const value = changed(old, change, step);
      draft.set(map, key, value, entry?.expires);
      return value;
    }
    case "reduce": {
      const { by, args, init } = step.reduce!;
      const old = entry === undefined ? init : entry.value;
      const value = reduced(reducerOf(by), by, old, args, step);
      draft.set(map, key, value, entry?.expires);
      return value;
    }
    case "delete":
      return draft.delete(map, key);
    case "expect":
      return entry?.version ?? 0;
  }
}

function expectVersion(step: Step, found: number): void {
  const { map, version } = step;
  if (version === undefined || version === found) return;
  throw new VersionConflictError(
    `Cannot write ${
      shownKey(step)
    } as its version must be ${version}: current value is ${found}; read it again`,
    { map, version: found },
  );
}
