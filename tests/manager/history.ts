/** One call of a client on one register, from its beginning to its answer. */
export interface Call {
  /** Who made it. */
  readonly client: number;
  /** What it did. */
  readonly deed: Deed;
  /** When it began: a count that all clients share. */
  readonly began: number;
  /** When its answer came; `Infinity` if none did: it may have been done at any time after it began, or never. */
  readonly ended: number;
}

/** What a call did, with what it answered: `undefined` if no answer came. */
export type Deed =
  | { readonly type: "read"; readonly found: number | undefined }
  | { readonly type: "write"; readonly value: number }
  | {
    readonly type: "swap";
    readonly from: number;
    readonly to: number;
    readonly done: boolean | undefined;
  }
  | {
    readonly type: "add";
    readonly count: number;
    readonly sum: number | undefined;
  };

/** The value after a deed that found `value`; `undefined` if its answer cannot have been so. */
function after(
  deed: Deed,
  value: number,
  answered: boolean,
): number | undefined {
  switch (deed.type) {
    case "read":
      return !answered || deed.found === value ? value : undefined;
    case "write":
      return deed.value;
    case "swap": {
      const fits = value === deed.from;
      if (answered && deed.done !== fits) return undefined;
      return fits ? deed.to : value;
    }
    case "add": {
      const sum = value + deed.count;
      return !answered || deed.sum === sum ? sum : undefined;
    }
  }
}

/**
 * Whether the calls on one register can have been done one after the other, each at one moment between its beginning and its
 * answer, with those very answers. The search of Wing and Gong, which remembers where it has been as Lowe's does.
 *
 * @param calls In any order; one without an answer may have been done or not.
 * @param first The value before them.
 */
export function isLinearizable(calls: readonly Call[], first: number): boolean {
  // A read without an answer says nothing.
  const telling = calls.filter(({ deed, ended }) =>
    deed.type !== "read" || ended < Infinity
  );
  const sorted = telling.sort((a, b) => a.began - b.began);
  const seen = new Set<string>();
  const done = new Uint8Array(sorted.length);
  const search = (value: number, low: number): boolean => {
    while (low < sorted.length && done[low] === 1) low++;
    // Those without an answer need not have been done.
    if (!sorted.some((call, i) => done[i] === 0 && call.ended < Infinity)) {
      return true;
    }
    const key = `${value} ${low} ${done.subarray(low).join("")}`;
    if (seen.has(key)) return false;
    seen.add(key);
    // The next one began before any that waits had its answer.
    let limit = Infinity;
    for (let i = low; i < sorted.length; i++) {
      if (done[i] === 0) limit = Math.min(limit, sorted[i]!.ended);
    }
    for (let i = low; i < sorted.length && sorted[i]!.began < limit; i++) {
      if (done[i] === 1) continue;
      const { deed, ended } = sorted[i]!;
      const next = after(deed, value, ended < Infinity);
      if (next === undefined) continue;
      done[i] = 1;
      if (search(next, low)) return true;
      done[i] = 0;
    }
    return false;
  };
  return search(first, 0);
}
