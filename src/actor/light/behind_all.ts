import { LaneLine } from "./light_lane_line.ts";
import type { LocalLine } from "./light_local_line.ts";

/** Calls `then` when all that waits in `crowded` for room at `endpoint` has gone: an end must not overtake it. */
export function behindAll(
  crowded: Iterable<LocalLine | LaneLine>,
  endpoint: number,
  then: () => void,
): void {
  let count = 1;
  const done = (): void => {
    if (--count === 0) then();
  };
  for (const line of [...crowded]) {
    if (!(line instanceof LaneLine) || line.endpoint !== endpoint) continue;
    count++;
    line.behind(done);
  }
  done();
}
