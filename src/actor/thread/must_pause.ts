import { ENDPOINT, STATE } from "../../memory/endpoints.ts";
import type { Isolate } from "./isolate.ts";

/** Whether no further message may be begun now: a stop overtakes those that wait; timers and signals have their turn. */
export function mustPause(isolate: Isolate): boolean {
  const look = isolate.look();
  if (look === "not yet") return false;
  return look === "slice over" ||
    isolate.table.get(isolate.endpoint, ENDPOINT.STATE) === STATE.STOPPING;
}
