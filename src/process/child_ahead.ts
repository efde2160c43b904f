/**
 * The process that this thread has started ahead; see `src/actor/nursery/processes_ahead.ts`.
 *
 *   none → waiting    it is started, and shakes hands
 *   waiting → none    a keeper takes it; or it is dropped: nobody came in time, or the thread is something else
 *
 * One for which an actor waits is started ahead too: while the thread loads what keeps it.
 *
 * @module
 */
import { AHEAD_MS, aheadKey } from "../actor/nursery/processes_ahead.ts";
import type { ProcessOrder } from "../actor/process_order.ts";
import { ChildProcess } from "./child_process.ts";

/** What it is called until it is told. */
const NAME = "spare process";

interface Waiting {
  readonly key: string;
  /** Whether an actor waits for it: then its end is that of a start, and it is not replaced. */
  readonly isWanted: boolean;
  /** Rejects only if somebody waits for it. */
  readonly child: Promise<ChildProcess | undefined>;
  readonly timer: ReturnType<typeof setTimeout>;
}

let waiting: Waiting | undefined;

/**
 * Starts one as `order` says.
 *
 * @param name The actor that waits for it, if one does.
 */
export function startAhead(order: ProcessOrder, name?: string): void {
  dropAhead();
  const isWanted = name !== undefined;
  const started = ChildProcess.start(name ?? NAME, order, !isWanted);
  // Of one for which nobody waits: the start that needs it fails too, and says why.
  const child = isWanted ? started : started.catch(() => undefined);
  child.catch(() => {});
  const timer = setTimeout(dropAhead, AHEAD_MS);
  waiting = { key: keyOf(order), isWanted, child, timer };
  // What else its keeper needs, and nothing of which runs before it is one.
  void import("./keeper_handlers.ts");
}

/** Ends the one that waits, if one does. */
export function dropAhead(): void {
  end(take());
}

/** A process for an actor of that name: the one that waits, if it is like `order`, or a new one. */
export async function childFor(
  name: string,
  order: ProcessOrder,
): Promise<ChildProcess> {
  const ahead = take();
  if (ahead?.key === keyOf(order)) {
    const child = await ahead.child;
    if (child !== undefined && (ahead.isWanted || child.alive)) {
      child.name = name;
      return child;
    }
  } else end(ahead);
  return await ChildProcess.start(name, order);
}

function end(dropped: Waiting | undefined): void {
  dropped?.child.then((child) => {
    child?.kill();
    child?.letGo();
  }, () => {});
}

function take(): Waiting | undefined {
  const taken = waiting;
  waiting = undefined;
  clearTimeout(taken?.timer);
  return taken;
}

/** What a process depends on that waits: also what it had from this program when it was started. */
function keyOf(order: ProcessOrder): string {
  return JSON.stringify([aheadKey(order), told(Deno.cwd), told(variables)]);
}

function variables(): string[] {
  return Object.entries(Deno.env.toObject()).map(String).sort();
}

/** What may be asked only with a permission; without it, it cannot be changed either. */
function told<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
