import type { Context } from "../actor/current.ts";
import { Refusal } from "../errors.ts";

/** What the runtime calls. */
const HOOKS: ReadonlySet<string> = new Set([
  "constructor",
  "onStart",
  "onStop",
]);
/** How long until it is tried again, in milliseconds. */
const RETRY_MS = 1_000;

/** Has an actor that cannot do what it is for refuse all calls, and fail after a second: its supervisor starts the next one. */
export function refuseCalls(
  actor: object,
  why: Error,
  context: Pick<Context, "after">,
): void {
  const refuse = (): never => {
    throw new Refusal(why.message, { cause: why });
  };
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(actor))) {
    if (!HOOKS.has(name)) Object.defineProperty(actor, name, { value: refuse });
  }
  context.after(RETRY_MS, () => {
    throw why;
  });
}
