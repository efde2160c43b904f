/**
 * Asks with a pause.
 *
 * @module
 */
import { openAsking } from "./asking.ts";
import { openRawAsking } from "./raw_asking.ts";
import type { AskPlan } from "./raw_order.ts";
import { type Effort, ratioAtMost, type Subject } from "./subject.ts";

/** Long enough for whoever polls to give up and park, in milliseconds. */
const PAUSE_MS = 5;

function planOf({ quick }: Effort): AskPlan {
  return { count: quick ? 60 : 200, pauseMs: PAUSE_MS };
}

/** Ask round trip between two thread actors that have both gone to sleep. */
export const askParked: Subject = {
  name: "ask-parked",
  about: `the same, after a pause of ${PAUSE_MS} ms in which both sides park`,
  unit: "µs",
  better: "lower",
  ours: { open: (effort) => openAsking(planOf(effort)) },
  peers: [{
    name: "raw postMessage",
    bar: ratioAtMost(0.8, "≤ 0.8"),
    contender: { open: (effort) => openRawAsking(planOf(effort)) },
  }],
};
