/**
 * Calls over a connection, both ways.
 *
 * A frame holds one message: a call that wants an answer, a word that wants none, an answer, or an error. They are
 * handled in the order in which they come.
 *
 * @module
 */
import type { Border } from "../actor/border.ts";
import { errorToWire, isWireError, type WireError } from "../error_wire.ts";
import { MessageTooLargeError, TroupeError } from "../errors.ts";
import { messageOf } from "../thrown.ts";
import { FrameError, frameOf, type FrameReader } from "./frame.ts";
import { pack, unpack } from "./freight.ts";
import { type Wire, writeAll } from "./shake_hands.ts";
import { passedError } from "./known_errors.ts";

/** The least that is taken as one message, in bytes. */
const LEAST = 64 * 2 ** 20;
/** What is around the message of an actor, in bytes. */
const ENVELOPE = 64 * 2 ** 10;

/**
 * The largest frame between an actor and its keeper, in bytes, in either direction.
 *
 * @param maxBytes The largest message of the actor.
 */
export function frameLimit(maxBytes: number): number {
  return Math.min(Math.max(maxBytes, LEAST) + ENVELOPE, 2 ** 31 - 1);
}

const KIND = { CALL: 0, WORD: 1, ANSWER: 2, ERROR: 3 } as const;
/** Bytes that are read at once. */
const CHUNK = 1 << 16;

/** What is asked of this end. */
export type Handlers = Readonly<
  Record<string, (...args: never[]) => unknown>
>;

/** One end of a connection whose other end has shown that it knows the key. */
export class Link {
  readonly #wire: Wire;
  readonly #frames: FrameReader;
  readonly #border: Border;
  readonly #handlers: Handlers;
  readonly #pending: Map<number, PromiseWithResolvers<unknown>> = new Map();
  readonly #unsent: Uint8Array[] = [];
  readonly #limit: number;
  /** What the other end takes, once it has said so. */
  #theirs: number | undefined;
  #unsentBytes = 0;
  #sending: Promise<void> | undefined;
  #next = 1;
  #over: unknown;

  /** A link over `wire` that answers by `handlers`, and takes and sends frames of at most `limit` bytes. */
  constructor(
    wire: Wire,
    frames: FrameReader,
    border: Border,
    handlers: Handlers,
    limit: number,
  ) {
    frames.limit = this.#limit = limit;
    this.#wire = wire;
    this.#frames = frames;
    this.#border = border;
    this.#handlers = handlers;
  }

  /** How many calls wait for their answer. */
  get waiting(): number {
    return this.#pending.size;
  }

  /**
   * The bytes of something that is part of a message.
   *
   * @throws {MessageTooLargeError} If no message can hold them.
   */
  fitting<T extends Uint8Array>(bytes: T): T {
    const limit = this.#limit - ENVELOPE;
    if (bytes.length > limit) throw tooLarge(bytes.length, limit);
    return bytes;
  }

  /** From now on nothing is sent that is larger than the other end takes, in bytes: it could only cut the connection. */
  limitTo(bytes: number): void {
    this.#theirs = bytes;
  }

  /** What was said and not sent yet, in bytes: more and more when the other end does not read. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Calls the other end, and promises its answer. */
  call(name: string, ...args: unknown[]): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const id = this.#next++;
    const answer = Promise.withResolvers<unknown>();
    try {
      this.#send([KIND.CALL, id, name, args]);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#pending.set(id, answer);
    return answer.promise;
  }

  /** Says something to the other end. */
  say(name: string, ...args: unknown[]): void {
    if (this.#over === undefined) this.#send([KIND.WORD, 0, name, args]);
  }

  /**
   * Handles what comes until the connection ends.
   *
   * @throws {FrameError} If what comes is none of it.
   */
  async run(): Promise<void> {
    const chunk = new Uint8Array(CHUNK);
    while (true) {
      const count = await this.#wire.read(chunk);
      if (count === null) return;
      for (const message of this.#frames.push(chunk.subarray(0, count))) {
        this.#receive(message);
      }
    }
  }

  /** What was said and not sent yet, for who has another way. */
  takeUnsent(): readonly Uint8Array[] {
    return this.#unsent.splice(0);
  }

  /**
   * Handles frames that came by another way, after all that came by this one.
   *
   * @throws {FrameError} If they are none of it.
   */
  receive(chunks: readonly Uint8Array[]): void {
    // One that was cut off in the middle is never completed.
    if (this.#frames.amid) return;
    for (const chunk of chunks) {
      for (const message of this.#frames.push(chunk)) this.#receive(message);
    }
  }

  /** Nothing comes any more: every call rejects with `error`. */
  end(error: unknown): void {
    this.#over ??= error;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }

  #receive(bytes: Uint8Array): void {
    const [kind, id, what, args] = this.#read(bytes);
    if (kind === KIND.CALL) return void this.#answer(id, what, args);
    if (kind === KIND.WORD) return this.#heed(what, args);
    const answer = this.#pending.get(id);
    this.#pending.delete(id);
    if (kind === KIND.ANSWER) return answer?.resolve(what);
    answer?.reject(passedError(what as WireError));
  }

  #read(bytes: Uint8Array): [number, number, unknown, unknown[]] {
    let message: unknown;
    try {
      message = unpack(this.#border, bytes);
    } catch (cause) {
      throw new FrameError("Cannot read a message of another process", {
        cause,
      });
    }
    if (!isMessage(message)) {
      throw new FrameError(
        "Cannot read a message of another process as it is none of this protocol",
      );
    }
    return message;
  }

  #handle(name: unknown, args: unknown[]): unknown {
    const handler = Object.hasOwn(this.#handlers, name as string)
      ? this.#handlers[name as string]
      : undefined;
    if (handler === undefined) {
      throw new FrameError(
        `Cannot handle a message of another process as its name is not known: current value is ${
          Deno.inspect(name)
        }`,
      );
    }
    return (handler as (...args: unknown[]) => unknown)(...args);
  }

  /** Nobody waits for what becomes of a word. */
  #heed(name: unknown, args: unknown[]): void {
    try {
      const heeded = this.#handle(name, args);
      // It is no more the matter of this program what the other one does wrong later than what it does wrong now.
      if (heeded instanceof Promise) heeded.catch(() => {});
    } catch (error) {
      if (error instanceof FrameError) throw error;
    }
  }

  async #answer(id: number, name: unknown, args: unknown[]): Promise<void> {
    let thrown: unknown;
    try {
      const value = await this.#handle(name, args);
      if (this.#over !== undefined) return;
      return this.#send([KIND.ANSWER, id, value, []], ANSWERED);
    } catch (error) {
      thrown = error;
    }
    if (this.#over !== undefined) return;
    for (const wire of wiresOf(thrown, this.most)) {
      try {
        return this.#send([KIND.ERROR, id, wire, []]);
      } catch {
        /* It holds what cannot be sent, or is too large: the next one holds less. */
      }
    }
  }

  /** Resolves when what was said so far is with the system, or the connection has ended. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  /** The largest frame that may be sent, in bytes. */
  get most(): number {
    return Math.min(this.#limit, this.#theirs ?? Infinity);
  }

  #send(message: readonly unknown[], what?: string): void {
    const bytes = pack(this.#border, message, "message");
    const most = this.most;
    if (bytes.length > most) {
      const both = this.#theirs === undefined
        ? ""
        : ` (${this.#limit} of its sender and ${this.#theirs} of its receiver)`;
      throw tooLarge(bytes.length, most, both, what);
    }
    this.#unsent.push(frameOf(bytes));
    this.#unsentBytes += bytes.length;
    this.#sending ??= this.#flush();
  }

  async #flush(): Promise<void> {
    // What is said in one turn leaves at once.
    await null;
    try {
      while (this.#unsent.length > 0) {
        const parts = this.#unsent.splice(0);
        const bytes = this.#unsentBytes;
        await writeAll(
          this.#wire,
          parts.length === 1 ? parts[0]! : joined(parts),
        );
        this.#unsentBytes -= bytes;
      }
    } catch {
      // The connection has ended: whoever reads it is told.
      this.#unsent.splice(0);
    } finally {
      this.#sending = undefined;
    }
  }
}

/** What cannot be done with a message, and with an answer, that is too large. */
const SENT = "send to another process as the message";
const ANSWERED =
  "answer what another process asked for, and what was done, as the answer";

function tooLarge(
  bytes: number,
  limit: number,
  both = "",
  what: string = SENT,
): MessageTooLargeError {
  return new MessageTooLargeError(
    `Cannot ${what} is too large: current size is ${bytes} bytes, the limit is ${limit}${both}; send it in parts, or raise maxMessageBytes`,
    { bytes, limit },
  );
}

/** An error as it is sent: whole; else without what led to it; else so much of its text that it fits into `most` bytes. */
function* wiresOf(thrown: unknown, most: number): Generator<WireError> {
  const { cause: _, errors: __, ...wire } = errorToWire(thrown);
  yield errorToWire(thrown);
  yield { ...wire, stack: "" };
  const text = new TroupeError(messageOf(thrown).slice(0, most >> 2));
  yield { ...errorToWire(text), stack: "" };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function isMessage(
  value: unknown,
): value is [number, number, unknown, unknown[]] {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [kind, id, what, args] = value;
  if (!Number.isInteger(id) || !Array.isArray(args)) return false;
  if (kind === KIND.CALL || kind === KIND.WORD) return typeof what === "string";
  if (kind === KIND.ANSWER) return true;
  return kind === KIND.ERROR && typeof what === "object" && what !== null &&
    isWireError(what);
}
