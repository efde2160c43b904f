import { type Context, runningLight } from "./current.ts";
import { LightContext } from "./light/light_context.ts";

/**
 * Calls `letGo` when the incarnation of `owner` is over, at once if it is; by default that of the actor whose code runs
 * here. On a thread of its own it is never called, as that ends with the incarnation.
 *
 * @returns Takes that back.
 */
export function holdBy(
  owner: Context | undefined,
  letGo: () => void,
): () => void {
  const holder = owner instanceof LightContext
    ? owner
    : owner === undefined
    ? runningLight()
    : undefined;
  return holder?.hold(letGo) ?? (() => {});
}
