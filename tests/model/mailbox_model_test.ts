import { createLane } from "../../src/memory/lane.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";
import { RECORDS, SENDER } from "./fixtures/mailbox_threads.ts";
import { smallTable, tableWords } from "./model_table.ts";

const WORDS = {
  ...tableWords(3),
  "1:16": "WRITE of 1",
  "1:32": "READ of 1",
  "2:16": "WRITE of 2",
  "2:32": "READ of 2",
};

/** What each sender's records look like to the receiver. */
function perSender(log: readonly number[], senders: number): string {
  return Array.from({ length: senders }, (_, i) => {
    const from = log.filter((v) => Math.trunc(v / SENDER) === i + 1);
    return `${i + 1}: ${from.map((v) => v % SENDER).join()}`;
  }).join("; ");
}

function passing(
  threads: readonly string[],
  capacityMessages: number,
  maxPreemptions: number,
): Promise<Exploration> {
  const senders = threads.length - 1;
  const all = Array.from(
    { length: senders },
    () => Array.from({ length: RECORDS }, (_, i) => i + 1 + SENDER),
  ).map((log, i) => log.map((v) => v + i * SENDER));
  const right = perSender(all.flat(), senders);
  return explore({
    module: import.meta.resolve("./fixtures/mailbox_threads.ts"),
    threads,
    setup: () => [
      smallTable(3),
      ...Array.from({ length: senders }, (_, i) =>
        createLane({
          capacityBytes: 1024,
          capacityMessages,
          from: i + 1,
          to: 0,
        })),
    ],
    outcome: ({ logs }) => perSender(logs.at(-1)!, senders),
    allowed: (outcome) => outcome === right,
    words: WORDS,
    maxPreemptions,
  });
}

const ROOMY = 8;
const TIGHT = 1;

Deno.test("Mailbox takes each record of one sender once and in order, and loses no wake-up", async () => { // M1, M4
  assertSound(await passing(["sender1", "receiver"], ROOMY, 4), 1_500);
});

Deno.test("Mailbox takes each record of two senders once and in order, and loses no wake-up", async () => { // M1, M2, M4
  assertSound(
    await passing(["sender1", "sender2", "receiver"], ROOMY, 2),
    3_500,
  );
});

Deno.test("Outlet and Mailbox lose no wake-up when the sender waits for room", async () => { // M9
  assertSound(await passing(["sender1", "receiver"], TIGHT, 3), 6_500);
});

Deno.test("Outlet and Mailbox lose no wake-up when two senders wait for room", async () => { // M9
  assertSound(
    await passing(["sender1", "sender2", "receiver"], TIGHT, 1),
    3_500,
  );
});

const BROKEN: readonly [string, string, string, number][] = [
  ["hastySender1", "receiver", "deadlock", ROOMY],
  ["sender1", "blindReceiver", "deadlock", ROOMY],
  ["sender1", "halfBlindReceiver", "deadlock", ROOMY],
  ["sender1", "doublingReceiver", "1: 1,2,2", ROOMY],
  ["blindSender1", "receiver", "deadlock", TIGHT],
  ["sender1", "stingyReceiver", "deadlock", TIGHT],
];

for (const [sender, receiver, flaw, capacity] of BROKEN) {
  Deno.test(
    `the explorer finds the flaw of a ${
      sender === "sender1" ? receiver : sender
    }`,
    async () => {
      assertFlawFound(await passing([sender, receiver], capacity, 4), flaw);
    },
  );
}
