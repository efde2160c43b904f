import { type Ending, ENDINGS } from "./ending.ts";
import type { SearchService } from "./service.ts";

/** A kill and what came of it. */
export interface Kill {
  readonly id: string;
  readonly how: Ending;
  /** The reason the supervisor saw. */
  readonly reason: string;
  /** From the order to the restart, in milliseconds. */
  readonly tookMs: number;
}

/** How long a killed indexer may stay away before that counts as a fault of ours, in milliseconds. */
const RETURN_MS = 15_000;

/**
 * Kills one indexer after the other, by every ending there is, and yields each when its supervisor has it running
 * again. `feed(i)` is called right after the i-th order, so that the doomed one finds work to die in.
 *
 * @throws If an indexer does not come back.
 */
export async function* unleash(
  service: SearchService,
  feed: (order: number) => Promise<void>,
): AsyncGenerator<Kill, void, void> {
  for (const [order, how] of ENDINGS.entries()) {
    const id = service.indexers[order % service.indexers.length]!;
    const restarts = memberOf(service, id).restarts;
    const startedAt = performance.now();
    service.fail(id, how);
    await feed(order);
    while (
      memberOf(service, id).restarts === restarts ||
      memberOf(service, id).state !== "running"
    ) {
      if (performance.now() - startedAt > RETURN_MS) {
        throw new Error(
          `Cannot go on as "${id}" did not come back from "${how}" within ${RETURN_MS} ms`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const tookMs = Math.round(performance.now() - startedAt);
    yield {
      id,
      how,
      reason: memberOf(service, id).reason ?? "unknown",
      tookMs,
    };
  }
}

function memberOf(
  service: SearchService,
  id: string,
): { restarts: number; state: string; reason?: string } {
  const member = service.tree().find((one) => one.name === id);
  if (member === undefined) throw new Error(`Cannot find "${id}" in the tree`);
  return member;
}
