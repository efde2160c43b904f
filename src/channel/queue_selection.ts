/**
 * A queue as others go through it: loops, `select()`, `merge()`.
 *
 * @module
 */
import { letGo } from "./queue_done.ts";
import { TAKE } from "./queue_outcomes.ts";
import type { QueueDesk } from "./queue_desk.ts";
import { rest, restIsDue } from "./rest.ts";
import type { Selection } from "./selectable.ts";

/** A queue as one of what `select()` and `merge()` choose from. */
export function selectionOf(desk: QueueDesk): Selection<unknown> {
  return {
    tryTake: () => {
      if (desk.takeNow() !== TAKE.TAKEN) return undefined;
      const value = desk.hand.openSync();
      if (!desk.core.ack) return { value };
      const position = desk.hand.held.at(-1)!;
      return { value, settle: (whole) => letGo(desk, position, whole) };
    },
    get ended() {
      return desk.ended;
    },
    watch: (wake) => desk.watch(wake),
  };
}

/** Takes message after message, until the end; see the loop of `Queue`. */
export async function* eachOf(
  desk: QueueDesk,
): AsyncGenerator<unknown, void, void> {
  for (;;) {
    if (restIsDue()) await rest();
    const now = desk.takeSoon();
    if (now === TAKE.ENDED) return;
    const taken = now === TAKE.TAKEN ? desk.opened() : await desk.takeLater({});
    if (taken === undefined) return;
    let whole = false;
    try {
      yield await taken.value;
      whole = true;
    } finally {
      if (taken.position >= 0) letGo(desk, taken.position, whole);
    }
  }
}
