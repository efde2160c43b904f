import { createLane } from "../../src/memory/lane.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";
import { smallTable, tableWords } from "./model_table.ts";

const WORDS = {
  ...tableWords(2),
  "1:16": "WRITE of urgent mail",
  "1:32": "READ of urgent mail",
  "2:16": "WRITE of mail",
  "2:32": "READ of mail",
};

/** A sender writes 1, an urgent 2, and 3. */
function passing(receiver: string): Promise<Exploration> {
  const lane = () =>
    createLane({ capacityBytes: 1024, capacityMessages: 8, from: 1, to: 0 });
  return explore({
    module: import.meta.resolve("./fixtures/urgent_threads.ts"),
    threads: ["sender", receiver],
    setup: () => [smallTable(2), lane(), lane()],
    outcome: ({ logs }) => logs[1]!.join(),
    // What came before an urgent one may have been begun already; what came after it waits.
    allowed: (outcome) => outcome === "1,2,3" || outcome === "2,1,3",
    words: WORDS,
    maxPreemptions: 4,
  });
}

Deno.test("Mailbox takes an urgent record before any that its sender wrote after it", async () => { // M36, M38
  assertSound(await passing("receiver"));
});

Deno.test("the explorer finds the flaw of a receiver that looks for urgent mail first", async () => {
  assertFlawFound(await passing("hastyReceiver"), "1,3,2");
});
