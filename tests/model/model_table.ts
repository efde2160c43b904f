/** The table of endpoints, as small as a scenario needs it, and the names of its words. */
import {
  ENDPOINT,
  ENDPOINT_TABLE,
  LAYOUT_VERSION,
} from "../../src/memory/layout.ts";

/** The memory of a table with room for `rows` endpoints. */
export function smallTable(rows: number): SharedArrayBuffer {
  const words = ENDPOINT_TABLE.ROWS + rows * ENDPOINT_TABLE.ROW_WORDS;
  const memory = new SharedArrayBuffer(words * 4);
  new Int32Array(memory)[ENDPOINT_TABLE.VERSION] = LAYOUT_VERSION;
  return memory;
}

/** Names of the words of such a table in memory 0, for printed schedules. */
export function tableWords(rows: number): Record<string, string> {
  const names: Record<string, string> = {
    [`0:${ENDPOINT_TABLE.HINT}`]: "HINT",
  };
  for (let row = 0; row < rows; row++) {
    for (const [field, word] of Object.entries(ENDPOINT)) {
      const at = ENDPOINT_TABLE.ROWS + row * ENDPOINT_TABLE.ROW_WORDS + word;
      names[`0:${at}`] = `${field} of ${row}`;
    }
  }
  return names;
}
