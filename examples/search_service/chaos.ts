import { deadline } from "@std/async/deadline";
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
const RETURN_MS = 30_000;

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
    const startedAt = performance.now();
    const comeback = service.comeback(id).then((reason) => ({
      reason,
      tookMs: Math.round(performance.now() - startedAt),
    }));
    service.fail(id, how);
    const [kill] = await Promise.all([
      deadline(comeback, RETURN_MS),
      feed(order),
    ]);
    yield { id, how, ...kill };
  }
}
