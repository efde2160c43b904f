import { SharedText } from "../../mod.ts";
import { revivePortable } from "../../src/memory/portable.ts";
import { TEXT } from "../../src/shared/shared_text.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";
import { memoryOf } from "./shared_model.ts";

const WORDS = Object.fromEntries(
  Object.entries(TEXT).map(([name, word]) => [`0:${word}`, name]),
);

/** Threads around one text; right is every run in which readers saw whole texts and the last one is one of `after`. */
function sharing(
  threads: readonly string[],
  after: readonly string[],
  options: { maxPreemptions?: number; versions?: number } = {},
): Promise<Exploration> {
  const { maxPreemptions = Infinity, versions } = options;
  return explore({
    module: import.meta.resolve("./fixtures/text_threads.ts"),
    threads,
    setup: () => [memoryOf(new SharedText(8, "ab"))],
    outcome: ({ logs, memory }) => {
      for (const [first, last] of logs.filter(({ length }) => length > 0)) {
        if (last !== first! + 1) return `read half of ${first}, ${last}`;
      }
      const { value } = revivePortable("SharedText", memory[0]) as SharedText;
      const version = new Int32Array(memory[0]!)[TEXT.VERSION];
      // The first text is a version as well.
      const isCounted = versions === undefined || version === 1 + versions;
      return after.includes(value) && isCounted
        ? "whole"
        : `lost: ${value}, version ${version}`;
    },
    allowed: (outcome) => outcome === "whole",
    words: WORDS,
    maxPreemptions,
    ...(threads.includes("reads") ? { mayDie: ["reads"] } : {}),
  });
}

Deno.test("SharedText.value is one text or the next, in every schedule, wherever the reader dies", async () => {
  assertSound(
    await sharing(["writesLong", "reads"], ["cd-cd"], { versions: 1 }),
    50,
  );
});

Deno.test("SharedText.value is one text of a writer that comes back to the copy being read", async () => {
  assertSound(
    await sharing(["writesThree", "reads"], ["gh"], {
      versions: 3,
      maxPreemptions: 4,
    }),
    500,
  );
});

Deno.test("SharedText.value of two writers is the text of one of them", async () => {
  assertSound(
    await sharing(["writesLong", "writesOther"], ["cd-cd", "ef"], {
      versions: 2,
      maxPreemptions: 4,
    }),
    100,
  );
  assertSound(
    await sharing(["writesLong", "writesOther", "reads"], ["cd-cd", "ef"], {
      versions: 2,
      maxPreemptions: 2,
    }),
    500,
  );
});

Deno.test("SharedText.update() of two and three threads loses nothing", async () => {
  assertSound(
    await sharing(["appends", "appends"], ["abxx"], { maxPreemptions: 3 }),
    100,
  );
  assertSound(
    await sharing(["appends", "appends", "appends"], ["abxxx"], {
      maxPreemptions: 1,
    }),
    100,
  );
});

Deno.test("the explorer finds a reader that does not look at the version again", async () => {
  assertFlawFound(
    await sharing(["writesThree", "readsCarelessly"], ["gh"], {
      maxPreemptions: 3,
    }),
    "read half",
  );
});

Deno.test("the explorer finds a writer of a text that does not wait for its turn", async () => {
  assertFlawFound(
    await sharing(["writesLong", "writesRudely"], ["cd-cd", "ef"], {
      versions: 2,
      maxPreemptions: 3,
    }),
    "lost",
  );
});

Deno.test("the explorer finds a thread that replaces a text that it has not seen", async () => {
  assertFlawFound(
    await sharing(["appends", "appendsBlindly"], ["abxx"], {
      maxPreemptions: 3,
    }),
    "lost",
  );
});
