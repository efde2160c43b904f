/** Messages that are written where they will be read: records of a typed channel, and claims on room for bytes. */
import { ChannelControl } from "../../src/channel/channel_control.ts";
import { CHANNEL } from "../../src/channel/channel_layout.ts";
import { slotsFor } from "../../src/channel/record_ring.ts";
import { poke } from "../../src/memory/cells.ts";
import { createLane } from "../../src/memory/lane.ts";
import { Lives } from "../../src/sync/lives.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
} from "./explorer.ts";
import { DIED, NUMBER } from "./fixtures/channel_threads.ts";
import { whoOf } from "./sync_model.ts";

/** A table in which two threads live, and a channel of four whose sending end thread 0 has; of bytes, with its lane. */
function setup(ofBytes: boolean): SharedArrayBuffer[] {
  const lives = new Lives(undefined, 4);
  for (let i = 0; i < 3; i++) lives.claim(0);
  const { words } = ofBytes
    ? ChannelControl.make(4)
    : ChannelControl.make(4, NUMBER.byteLength, slotsFor(4));
  poke(words, CHANNEL.ROOT, lives.root);
  poke(words, CHANNEL.TX, whoOf(0));
  poke(words, CHANNEL.RX, whoOf(1));
  if (!ofBytes) return [lives.memory, words.buffer];
  const lane = createLane({
    from: 0,
    to: 0,
    capacityMessages: 4,
    capacityBytes: 1024,
  });
  return [lives.memory, words.buffer, lane];
}

/** What who receives logged, of one whose sender may die at each of its steps. */
function inPlace(
  sender: string,
  receiver: string,
  allowed: (received: readonly number[], sent: readonly number[]) => boolean,
  mayDie = true,
): Promise<Exploration> {
  return explore({
    module: import.meta.resolve("./fixtures/in_place_threads.ts"),
    threads: [sender, receiver, "nursery"],
    setup: () => setup(receiver === "receivesBytes"),
    outcome: ({ logs }) => logs.map((log) => log.join()).join("; "),
    allowed: (outcome) => {
      const [sent, received] = outcome.split("; ")
        .map((log) => log === "" ? [] : log.split(",").map(Number));
      return received!.at(-1) === DIED &&
        allowed(received!.slice(0, -1), sent!.filter((n) => n > 0));
    },
    maxPreemptions: 1,
    ...(mayDie ? { mayDie: [sender] } : {}),
    timePasses: true,
  });
}

/** Two at once, in order, and none of those lost that were sent: `sent` is how many at each time. */
function isInPairs(
  received: readonly number[],
  sent: readonly number[],
): boolean {
  return ["", "1,2", "1,2,3,4"].includes(received.join()) &&
    received.length >= (sent.at(-1) ?? 0);
}

/** Whole ones, in order, and none of those lost that were committed. */
function isWhole(
  received: readonly number[],
  sent: readonly number[],
): boolean {
  return ["", "1", "1,2"].includes(received.join()) &&
    received.length >= sent.length;
}

Deno.test("fill() has two records read together or not at all, whenever its thread dies", async () => {
  assertSound(await inPlace("fillsTwice", "drains", isInPairs), 300);
});

Deno.test("a claim on a sending end is received whole or not at all, whenever its thread dies", async () => {
  assertSound(await inPlace("claimsTwo", "receivesBytes", isWhole), 300);
});

// -- Found --

Deno.test("the explorer finds a fill() that publishes one record before the other", async () => {
  assertFlawFound(await inPlace("fillsByHalves", "drains", isInPairs), "1,");
});

Deno.test("the explorer finds a claim whose bytes are written after its commit", async () => {
  assertFlawFound(
    await inPlace("commitsFirst", "receivesBytes", isWhole, false),
    "0",
  );
});
