/**
 * A process that a spare thread starts ahead, for the actor that it may become the keeper of.
 *
 * @module
 */
import { KEEPER, type ProcessOrder } from "../process_order.ts";

/** What of `src/process/child_ahead.ts` is used here. */
interface ChildAhead {
  startAhead(order: ProcessOrder, name?: string): void;
  dropAhead(): void;
}

const MODULE = new URL("../../process/child_ahead.ts", import.meta.url).href;

let loaded: Promise<ChildAhead> | undefined;

/**
 * Starts a process as `order` says, without telling it what to be.
 *
 * @param name The actor that waits for it, if one does.
 * @returns A promise of its begin.
 */
export async function startAhead(
  order: ProcessOrder,
  name?: string,
): Promise<void> {
  try {
    loaded ??= import(MODULE);
    (await loaded).startAhead(order, name);
  } catch { /* The start that needs it fails too, and says why. */ }
}

/** The thread becomes an actor of `module`: only the keeper of a process has a use for one. */
export function dropAhead(module: string): void {
  if (module === KEEPER.module) return;
  loaded?.then((ahead) => ahead.dropAhead(), () => {});
}
