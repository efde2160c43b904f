/**
 * Frames: how a stream of bytes is cut into messages.
 *
 *   u32 little-endian   bytes that follow, 1 to the limit
 *   bytes               the message
 *
 * @module
 */
import { TroupeError } from "../errors.ts";

/** Bytes before each message. */
const HEADER = 4;

/** Bytes that came are no frame, or a frame that is too large. */
export class FrameError extends TroupeError {}

/** A frame around `message`. */
export function frameOf(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER + message.length);
  new DataView(frame.buffer).setUint32(0, message.length, true);
  frame.set(message, HEADER);
  return frame;
}

/** Bytes that are allocated for a message of which nothing has come yet. */
const FIRST = 1 << 16;

/** Puts frames together from the chunks in which they come. */
export class FrameReader {
  readonly #header = new Uint8Array(HEADER);
  #headed = 0;
  /** Bytes of the message that comes. */
  #length = 0;
  /** What has come of it, and room for more: never more than twice as much as has come. */
  #message: Uint8Array<ArrayBuffer> = new Uint8Array();
  #filled = 0;

  /** A reader of frames of at most `limit` bytes. */
  constructor(
    /** The largest message that is taken, in bytes; nothing is allocated for a larger one. */
    public limit: number,
  ) {}

  /** Whether a frame has begun and is not whole. */
  get amid(): boolean {
    return this.#headed > 0;
  }

  /**
   * Takes what came next.
   *
   * @returns The messages that are whole now, each with memory of its own.
   * @throws {FrameError} If a frame is empty or larger than the limit: nothing more can be read.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#headed < HEADER) {
        this.#header[this.#headed++] = chunk[at++]!;
        if (this.#headed === HEADER) this.#begin();
        continue;
      }
      const part = chunk.subarray(at, at + this.#length - this.#filled);
      this.#add(part);
      at += part.length;
      if (this.#filled === this.#length) yield this.#take();
    }
  }

  #begin(): void {
    const length = new DataView(this.#header.buffer).getUint32(0, true);
    if (length < 1 || length > this.limit) {
      throw new FrameError(
        `Cannot read a frame as its length must be 1 to ${this.limit} bytes: current value is ${length}`,
      );
    }
    this.#length = length;
    this.#message = new Uint8Array(Math.min(length, FIRST));
  }

  #add(part: Uint8Array): void {
    const filled = this.#filled + part.length;
    if (filled > this.#message.length) {
      const size = Math.min(this.#length, filled * 2);
      const larger = new Uint8Array(size);
      larger.set(this.#message.subarray(0, this.#filled));
      this.#message = larger;
    }
    this.#message.set(part, this.#filled);
    this.#filled = filled;
  }

  #take(): Uint8Array<ArrayBuffer> {
    const whole = this.#message;
    this.#message = new Uint8Array();
    this.#headed = this.#filled = this.#length = 0;
    return whole;
  }
}
