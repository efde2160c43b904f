/** What actors under test write down, in memory that outlives them: one order over all of them. */
import { assertEquals } from "@std/assert";
import { sharedBytes } from "../fixtures/words.ts";

const SLOTS = 128;
const SLOT_BYTES = 128;
const HEAD_BYTES = 8;
/** Only a fault takes so long, in milliseconds. */
const LIMIT_MS = 10_000;

/**
 * Lines of text in shared memory: a count of lines, then a slot for each, whose
 * first byte is the length of the line, written last.
 */
export class Journal {
  /** What travels. */
  readonly memory: SharedArrayBuffer;
  readonly #bytes: Uint8Array;
  readonly #count: Int32Array;

  /** An empty journal, or the one in `memory`. */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ??
      sharedBytes(HEAD_BYTES + SLOTS * SLOT_BYTES);
    this.#bytes = new Uint8Array(this.memory);
    this.#count = new Int32Array(this.memory, 0, 1);
  }

  /** Writes a line. */
  add(line: string): void {
    const slot = Atomics.add(this.#count, 0, 1);
    if (slot >= SLOTS) throw new RangeError("The journal is full");
    const at = HEAD_BYTES + slot * SLOT_BYTES;
    const bytes = new TextEncoder().encode(line).subarray(0, SLOT_BYTES - 1);
    this.#bytes.set(bytes, at + 1);
    Atomics.store(this.#bytes, at, bytes.length);
  }

  /** The lines so far, but for those behind one that is being written. */
  lines(): string[] {
    const lines: string[] = [];
    for (let slot = 0; slot < Atomics.load(this.#count, 0); slot++) {
      const at = HEAD_BYTES + slot * SLOT_BYTES;
      const length = Atomics.load(this.#bytes, at);
      if (length === 0) break;
      const bytes = this.#bytes.slice(at + 1, at + 1 + length);
      lines.push(new TextDecoder().decode(bytes));
    }
    return lines;
  }
}

/** Waits until `read` answers `expected`; fails with the difference if it never does. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  expected: T,
): Promise<void> {
  const wanted = Deno.inspect(expected, { depth: 9 });
  const start = performance.now();
  let found = await read();
  while (Deno.inspect(found, { depth: 9 }) !== wanted) {
    if (performance.now() - start > LIMIT_MS) {
      return assertEquals(found, expected);
    }
    await new Promise((resolve) => setTimeout(resolve));
    found = await read();
  }
}
