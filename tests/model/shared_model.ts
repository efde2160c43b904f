/** The memory of a handle, as a scenario hands it to its threads. */
import { portable } from "../../src/memory/portable.ts";

/** The memory behind shared data that has no lock. */
export function memoryOf(handle: unknown): SharedArrayBuffer {
  const travelling = handle as {
    [portable](): { data: SharedArrayBuffer };
  };
  return travelling[portable]().data;
}
