/**
 * Saying what became of messages that were taken.
 *
 * @module
 */
import { throwFenced } from "../sync/obtain.ts";
import type { QueueDesk } from "./queue_desk.ts";
import { QUEUE } from "./queue_layout.ts";
import { PUT } from "./queue_outcomes.ts";

/** Messages that one section acknowledges. */
const AT_ONCE = 64;

/**
 * Says that `n` messages are done.
 *
 * @returns -1, or how many might have been.
 */
export function done({ core, hand }: QueueDesk, n: number): number {
  if (core.ack && hand.held.length < n) return hand.held.length;
  for (let left = n; left > 0;) {
    const now = core.ack ? Math.min(left, AT_ONCE) : left;
    const records = core.ack ? hand.held.slice(0, now) : [];
    const taken = core.run(() => acknowledge(core, records, now));
    if (taken === PUT.FENCED) throwFenced("say that a message is done");
    if (taken >= 0) return taken;
    hand.held.splice(0, records.length);
    left -= now;
  }
  hand.sweep();
  return -1;
}

/** In a section. */
function acknowledge(
  core: QueueDesk["core"],
  records: readonly number[],
  n: number,
): number {
  const { ring } = core;
  if (!core.enter()) return PUT.FENCED;
  const others = ring.get(QUEUE.SIZE) + ring.get(QUEUE.OWNED) -
    ring.get(QUEUE.WRITING);
  const taken = (ring.get(QUEUE.UNDONE) - others) | 0;
  if (!core.ack && n > taken) return Math.max(0, taken);
  ring.add(QUEUE.UNDONE, -n);
  for (const position of records) core.acknowledge(position);
  core.serve();
  return -1;
}

/** A loop has moved on from a message: it is done, or if the loop was left has its turn again. Unless it is done already. */
export function letGo(
  { core, hand }: QueueDesk,
  position: number,
  whole: boolean,
): void {
  const at = hand.held.indexOf(position);
  if (at < 0) return;
  hand.held.splice(at, 1);
  core.run(() => {
    if (!core.enter()) return;
    if (whole) {
      core.ring.add(QUEUE.UNDONE, -1);
      core.acknowledge(position);
    } else core.giveBack(position);
    core.serve();
  });
  hand.sweep();
}
