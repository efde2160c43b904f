import type { RoomLine } from "../sync/room_line.ts";
import type { Wait } from "../sync/wait.ts";

/**
 * Does something after all that came before on this thread have done theirs, or given up.
 *
 * @param body Is given the time that is left, and called at once if nobody is before.
 * @returns What it returned; `undefined` if the time was over before its turn.
 * @throws The reason of the signal, or what it threw.
 */
export async function inTurn<T>(
  line: RoomLine,
  { timeout = Infinity, signal }: Wait,
  body: (left: number) => Promise<T>,
): Promise<T | undefined> {
  const end = timeout === Infinity ? timeout : performance.now() + timeout;
  const mine = line.join();
  try {
    for (let left = timeout;; left = end - performance.now()) {
      if (line.isFirst(mine)) return await body(Math.max(0, left));
      if (left <= 0) return undefined;
      await line.called(mine, left, left, signal);
      signal?.throwIfAborted();
    }
  } finally {
    line.leave(mine);
  }
}
