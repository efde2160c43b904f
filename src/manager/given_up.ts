import type { Context } from "../actor/current.ts";
import { coreIn } from "../actor/ref.ts";

/** Whether the thread of `context` was given up: another incarnation lives in its place, or is about to. */
export function isGivenUp({ self }: Context): boolean {
  const isolate = coreIn(self)?.isolate;
  return isolate !== undefined && (isolate.closed || isolate.fenced);
}
