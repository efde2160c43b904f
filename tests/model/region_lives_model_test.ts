import { ROOM_OWNER } from "../../src/memory/region_room.ts";
import { LIVES } from "../../src/sync/layout.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import { SAW } from "./fixtures/region_lives_threads.ts";

/** Row 0 is nobody's; one less than those who come, so that a row must be free again for all of them. */
const ROWS = 3;

const NAMES: Readonly<Record<number, string>> = {
  [SAW.LIVES]: "lives",
  [SAW.BURIED]: "buried",
  [SAW.FULL]: "full",
};

/** What became of each who came: and whether two have one name. */
function outcome({ logs }: Run): string {
  const names = logs.flatMap((log) => log.slice(1));
  const same = new Set(names).size < names.length ? ", of one name" : "";
  const became = logs.slice(1).map((log) => NAMES[log[0]!]);
  return became.join("; ") + same;
}

function coming(
  threads: readonly string[],
  maxPreemptions: number,
): Promise<Exploration> {
  const words: Record<string, string> = { "2:0": "DEAD" };
  for (let row = 0; row < ROWS; row++) {
    words[`0:${LIVES.ROWS + row * LIVES.ROW_WORDS}`] = `life of ${row}`;
    words[`1:${row * ROOM_OWNER.WORDS}`] = `thread at ${row}`;
  }
  return explore({
    module: import.meta.resolve("./fixtures/region_lives_threads.ts"),
    threads,
    setup: () => [
      new SharedArrayBuffer((LIVES.ROWS + ROWS * LIVES.ROW_WORDS) * 4),
      new SharedArrayBuffer(ROWS * ROOM_OWNER.WORDS * 4),
      new SharedArrayBuffer(64),
    ],
    outcome,
    allowed: (outcome) => /^(lives|full)(; (lives|full))*$/.test(outcome),
    words,
    maxPreemptions,
  });
}

Deno.test("RegionLives gives all that live names of their own, whoever buries whom", async () => {
  assertSound(await coming(["victim", "first", "second"], 2), 500);
});

Deno.test("RegionLives frees the row of one who died before its life began", async () => {
  assertSound(await coming(["halfIn", "first", "second"], 2), 500);
});

Deno.test("the explorer finds a row that is free before the life there has ended", async () => {
  const found = await coming(["victim", "hasty", "second"], 3);
  assertFlawFound(found, "buried");
});
