import { MAX_ENDPOINTS } from "../../memory/endpoints.ts";
import type { Isolate } from "../thread/isolate.ts";
import { lightsOf } from "./lights_of.ts";

/** The name of the light actor with that number, if it lives on another thread and this one knows it. */
export function lightName(isolate: Isolate, id: number): string | undefined {
  const local = Math.floor(id / MAX_ENDPOINTS) | 0;
  if (local === 0) return undefined;
  return lightsOf(isolate).others.find(id % MAX_ENDPOINTS, local)?.name;
}
