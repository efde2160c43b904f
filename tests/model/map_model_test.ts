import { SharedMap, struct } from "../../mod.ts";
import { revivePortable } from "../../src/memory/portable.ts";
import { MAP } from "../../src/shared/map_table.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";
import { memoryOf } from "./shared_model.ts";
import { ABSENT, type Pair } from "./fixtures/map_threads.ts";

const PAIR = struct({ a: "i32", b: "i32" });
const WORDS = {
  [`0:${MAP.WRITER}`]: "WRITER",
  [`0:${MAP.COUNT}`]: "COUNT",
  "0:24": "between a and b",
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [`0:${MAP.METAS + i}`, `META ${i}`]),
  ),
};

function mapMemory(): SharedArrayBuffer {
  const map = new SharedMap(PAIR, { capacity: 4, keyBytes: 8 });
  map.set("first", { a: 1, b: -1 });
  return memoryOf(map);
}

/** What is in the map after every run, and which numbers a reader of the first key may see. */
interface Right {
  readonly after: Readonly<Record<string, number>>;
  readonly seen: readonly number[];
}

function sharing(
  threads: readonly string[],
  right: Right,
  maxPreemptions = Infinity,
): Promise<Exploration> {
  const expected = JSON.stringify(
    Object.entries(right.after).sort(),
  );
  return explore({
    module: import.meta.resolve("./fixtures/map_threads.ts"),
    threads,
    setup: () => [mapMemory()],
    outcome: (run) => {
      for (const log of run.logs.filter(({ length }) => length > 0)) {
        const [a, b] = log as [number, number];
        if (a !== -b && !(a === ABSENT && b === ABSENT)) {
          return `read half of ${log}`;
        }
        if (!right.seen.includes(a)) return `read what never was: ${log}`;
      }
      const map = revivePortable("SharedMap", run.memory[0]) as SharedMap<
        Pair
      >;
      const entries = [...map.entries()].map(([key, { a }]) => [key, a]).sort();
      const found = JSON.stringify(entries);
      const isFound = entries.every(([key, a]) =>
        map.get(String(key))?.a === a
      );
      if (found === expected && isFound && map.size === entries.length) {
        return "right";
      }
      return `lost: ${found}, size ${map.size}`;
    },
    allowed: (outcome) => outcome === "right",
    words: WORDS,
    maxPreemptions,
  });
}

Deno.test("SharedMap.get() sees one value of a key that is set again and again", async () => {
  assertSound(
    await sharing(["setsAgain", "reads"], {
      after: { first: 4 },
      seen: [1, 2, 3, 4],
    }, 3),
    100,
  );
});

Deno.test("SharedMap.get() never sees the value of another key that takes the slot", async () => {
  assertSound(
    await sharing(["replaces", "reads"], {
      after: { third: 60 },
      seen: [1, ABSENT],
    }, 4),
    100,
  );
});

Deno.test("SharedMap.set() of two writers keeps both keys, and a reader its own", async () => {
  assertSound(
    await sharing(["setsSecond", "setsThird"], {
      after: { first: 1, second: 50, third: 60 },
      seen: [1],
    }, 4),
    50,
  );
  assertSound(
    await sharing(["setsSecond", "setsThird", "reads"], {
      after: { first: 1, second: 50, third: 60 },
      seen: [1],
    }, 2),
    100,
  );
});

Deno.test("SharedMap.update() of two threads loses nothing", async () => {
  assertSound(
    await sharing(["counts", "counts"], {
      after: { first: 3 },
      seen: [1],
    }, 4),
    50,
  );
});

Deno.test("the explorer finds a reader that does not look at the meta again", async () => {
  assertFlawFound(
    await sharing(["setsAgain", "readsCarelessly"], {
      after: { first: 4 },
      seen: [1, 2, 3, 4],
    }, 3),
    "read half",
  );
});

Deno.test("the explorer finds a writer that does not wait for its turn", async () => {
  assertFlawFound(
    await sharing(["setsSecond", "setsRudely"], {
      after: { first: 1, second: 50, third: 60 },
      seen: [1],
    }, 3),
    "lost",
  );
});
