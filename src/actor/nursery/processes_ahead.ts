import type { ProcessOrder } from "../process_order.ts";
import type { Chick } from "./chick.ts";

/** Two starts of one order within so many milliseconds, and a third is foreseen; a process waits as long for it. */
export const AHEAD_MS = 30_000;

/**
 * Which process a spare thread starts ahead, as it is likely to be what the next start asks for: one like the last, if that
 * was the second of its kind in a short time.
 *
 * One at a time: a process takes as much memory as some dozens of threads.
 */
export class ProcessesAhead {
  #last: { readonly key: string; readonly at: number } | undefined;
  #foreseen: { readonly order: ProcessOrder; readonly key: string } | undefined;

  /** An actor of that order starts. Returns what it has in common with those that could take its process. */
  note(order: ProcessOrder | undefined): string | undefined {
    if (order === undefined) return undefined;
    const key = aheadKey(order);
    const at = Date.now();
    const again = this.#last?.key === key && at - this.#last.at < AHEAD_MS;
    this.#last = { key, at };
    if (again) this.#foreseen = { order, key };
    return key;
  }

  /** The spare for an actor of a process of that kind, or of none. */
  choose(
    spares: readonly Chick[],
    key: string | undefined,
  ): Chick | undefined {
    const plain = spares.filter(({ ahead }) => ahead === undefined);
    const alike = key === undefined
      ? []
      : spares.filter(({ ahead }) => ahead === key);
    const order = [...alike, ...plain, ...spares];
    return order.find(({ warm }) => warm) ?? order[0];
  }

  /** Has `chick` start the process of the actor that it becomes, while it loads what keeps it; unless it has. */
  start(chick: Chick, order: ProcessOrder, name: string): void {
    if (chick.ahead === aheadKey(order)) return;
    chick.post({ type: "ahead", order, name });
  }

  /** Has one of the spares start the process that is foreseen, unless one has. */
  prepare(spares: readonly Chick[]): void {
    const { order, key } = this.#foreseen ?? {};
    if (order === undefined || Date.now() - this.#last!.at > AHEAD_MS) return;
    if (spares.some(({ ahead }) => ahead === key)) return;
    const spare = spares.find(({ warm, ahead }) => warm && ahead === undefined);
    if (spare === undefined) return;
    spare.ahead = key;
    spare.post({ type: "ahead", order });
  }
}

/** What two orders have in common whose processes are alike until they are told what to be. */
export function aheadKey(
  { module, permissions, options, maxBytes }: ProcessOrder,
): string {
  return JSON.stringify([module, permissions, options, maxBytes]);
}
