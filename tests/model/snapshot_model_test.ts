import { Snapshot, struct } from "../../mod.ts";
import { revivePortable } from "../../src/memory/portable.ts";
import { SNAPSHOT } from "../../src/shared/snapshot.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";
import { memoryOf } from "./shared_model.ts";

const PAIR = struct({ a: "i32", b: "i32" });
const WORDS = {
  [`0:${SNAPSHOT.VERSION}`]: "VERSION",
  [`0:${SNAPSHOT.WRITER}`]: "WRITER",
  "0:15": "between a and b",
};

function publishing(
  threads: readonly string[],
  versions: number,
  maxPreemptions = Infinity,
): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/snapshot_threads.ts"),
    threads,
    setup: () => [memoryOf(new Snapshot(PAIR, { a: 0, b: 0 }))],
    outcome: (run) => {
      for (const log of run.logs) {
        if (log.length > 0 && log[0] !== -log[1]! && log[0] !== log[1]) {
          return `read half of ${log}`;
        }
      }
      const last = revivePortable("Snapshot", run.memory[0]) as Snapshot<
        { readonly a: "i32"; readonly b: "i32" }
      >;
      const { a, b } = last.read();
      return last.version === versions && a === -b
        ? "whole"
        : `lost: ${a}, ${b}, version ${last.version}`;
    },
    allowed: (found) => found === "whole",
    words: WORDS,
    maxPreemptions,
  });
}

Deno.test("Snapshot.read() sees one version of a writer that comes round to its slot", async () => {
  assertSound(await publishing(["writesFour", "reads"], 4, 4), 500);
});

Deno.test("Snapshot.read() sees one version of one writer, in every schedule", async () => {
  assertSound(await publishing(["writesTen", "reads"], 1), 10);
});

Deno.test("Snapshot.publish() of two writers loses no version", async () => {
  assertSound(
    await publishing(["writesTen", "writesTwenty", "reads"], 2, 2),
    100,
  );
});

Deno.test("the explorer finds a reader that allows for one version too many", async () => {
  assertFlawFound(
    await publishing(["writesFour", "readsCarelessly"], 4, 4),
    "read half",
  );
});

Deno.test("the explorer finds a writer that does not wait for its turn", async () => {
  assertFlawFound(
    await publishing(["writesTen", "writesRudely"], 2, 3),
    "lost",
  );
});
