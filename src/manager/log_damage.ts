/**
 * SQLite's log of commits, `<file>-wal`: whether commits in it can no longer be read.
 *
 * SQLite takes the first frame that is not whole for the end, as that is how a crash leaves it; so of a log with one damaged
 * byte it would drop every commit from there on without a word. But each commit is synced before the next one is written. So
 * behind a frame that a crash left there is the rest of one commit at most, and behind a damaged one there may be more.
 *
 *   byte  header                    byte  frame
 *      0  magic, with the endian       0  page
 *      8  bytes of a page              4  pages of the file after this commit; 0: it goes on
 *     16  salt, of this turn           8  salt, of this turn
 *     24  sums of bytes 0 to 23       16  sums of bytes 0 to 7, and of the page, and of all before
 *                                     24  the page
 *
 * @module
 */

const MAGIC = 0x37_7f_06_82;
const HEADER_BYTES = 32;
const FRAME_BYTES = 24;

/** What is wrong with a log, if something is. One that is empty or was not begun is right. */
export function logDamage(log: Uint8Array): string | undefined {
  if (log.length < HEADER_BYTES + FRAME_BYTES) return undefined;
  const view = new DataView(log.buffer, log.byteOffset, log.length);
  const [magic, pageBytes] = [view.getUint32(0), view.getUint32(8)];
  const sums = new Sums((magic & 1) === 0);
  sums.add(view, 0, 24);
  const isHeader = (magic & ~1) === MAGIC && sums.are(view, 24);
  // Space that was reserved, and not written when the power failed.
  if (!isHeader) return log.every((b) => b === 0) ? undefined : "its header is";
  const salt = view.getBigUint64(16);
  const frameBytes = FRAME_BYTES + pageBytes;
  let at = HEADER_BYTES;
  for (; at + frameBytes <= log.length; at += frameBytes) {
    if (view.getBigUint64(at + 8) !== salt) break;
    sums.add(view, at, 8);
    sums.add(view, at + FRAME_BYTES, pageBytes);
    if (!sums.are(view, at + 16)) break;
  }
  let isOver = false;
  for (let next = at; next + frameBytes <= log.length; next += frameBytes) {
    if (view.getBigUint64(next + 8) !== salt) continue;
    if (isOver) return `frame ${(at - HEADER_BYTES) / frameBytes} is`;
    isOver = view.getUint32(next + 4) !== 0;
  }
  return undefined;
}

/** The two sums that are made over all that has been written. */
class Sums {
  readonly #little: boolean;
  #a = 0;
  #b = 0;

  constructor(little: boolean) {
    this.#little = little;
  }

  add(view: DataView, from: number, bytes: number): void {
    for (let at = from; at < from + bytes; at += 8) {
      this.#a = (this.#a + view.getUint32(at, this.#little) + this.#b) >>> 0;
      this.#b = (this.#b + view.getUint32(at + 4, this.#little) + this.#a) >>>
        0;
    }
  }

  are(view: DataView, at: number): boolean {
    return this.#a === view.getUint32(at) && this.#b === view.getUint32(at + 4);
  }
}
