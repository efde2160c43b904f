/**
 * How much memory a thread needs.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { actor, type ActorClass } from "../../mod.ts";

let collectGarbage: (() => void) | undefined;

/** Bytes of this thread's heap that somebody still needs. */
export function heapInUse(): number {
  if (collectGarbage === undefined) {
    setFlagsFromString("--expose-gc");
    collectGarbage = runInNewContext("gc") as () => void;
  }
  collectGarbage();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

class Scales {
  heapInUse(): number {
    return heapInUse();
  }
}

/** Weighs the thread that it is on. */
export const ScalesActor: ActorClass<[], Scales> = actor(
  import.meta,
  "ScalesActor",
  Scales,
);
