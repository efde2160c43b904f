/**
 * What an actor has sent when it calls `Deno.exit()`: there is no turn of the event loop any more in which the socket would
 * take it, so it goes out over the standard output, which can be written at once.
 *
 * Each line begins with a mark that only the keeper knows beside the process.
 *
 * @module
 */

/** Bytes of each line before they are made text. */
const LINE_BYTES = 30_000;

/** A mark that nothing else begins with. */
export function newMark(): string {
  return `\u0001${crypto.randomUUID()} `;
}

/** Writes frames that could not be sent; called when the process ends. */
export function writeLastWords(
  mark: string,
  frames: readonly Uint8Array[],
): void {
  for (const frame of frames) {
    for (let at = 0; at < frame.length; at += LINE_BYTES) {
      const part = frame.subarray(at, at + LINE_BYTES).toBase64();
      writeAllSync(new TextEncoder().encode(`${mark}${part}\n`));
    }
  }
}

/** Takes the last words out of what a process writes. */
export class LastWords {
  readonly #mark: string;
  readonly #parts: Uint8Array[] = [];

  /** Those that begin with `mark`. */
  constructor(mark: string) {
    this.#mark = mark;
  }

  /** What they were, in order. */
  get parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  /** Takes them out of a line; returns the rest of it, if there is any. */
  take(line: string): string | undefined {
    const at = line.indexOf(this.#mark);
    if (at < 0) return line;
    const text = line.slice(at + this.#mark.length);
    this.#parts.push(Uint8Array.fromBase64(text));
    return at === 0 ? undefined : line.slice(0, at);
  }
}

function writeAllSync(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    at += Deno.stdout.writeSync(bytes.subarray(at));
  }
}
