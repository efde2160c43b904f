import { InvalidOptionError } from "../errors.ts";
import { peek, poke, type Words } from "../memory/cells.ts";
import { giveIdentity, HandleBook } from "../memory/identity.ts";
import { definePortable, portable } from "../memory/portable.ts";

/**
 * How the memory of everything here begins.
 *
 *   byte  word  field     written by     meaning
 *      0     0  TAG       creator, once  what it is: a letter in bits 24-31, another in bits 16-23, the version in bits 8-15, bits 0-7 its own
 *      4     1  IDENTITY  creator, once  two words; see identity.ts
 *     12     3  -                        the rest is its own
 */
export const HEAD: { readonly TAG: 0; readonly IDENTITY: 1; readonly OWN: 3 } =
  { TAG: 0, IDENTITY: 1, OWN: 3 };

/** What a handle becomes in a message. */
export interface Parts {
  /** The memory it stands for. */
  readonly memory: SharedArrayBuffer;
  /** Handles that belong to it, such as its lock. */
  readonly rest?: unknown;
}

/** What is particular to the handles of one class. */
export interface HandleRules<H> {
  /** Name of the class. */
  readonly name: string;
  /** What {@linkcode HEAD} `.TAG` has in bits 8-31. */
  readonly tag: number;
  /** The memory behind a handle. */
  readonly parts: (handle: H) => Parts;
  /** Makes the handle of a memory that arrived; its constructor asks {@linkcode Handles.arrival} for it. */
  readonly revive: (parts: Parts) => H;
  /** How `console.log` shows a handle. */
  readonly show: (handle: H) => string;
}

/** The handles of one class: how they travel, and which of them this isolate has. */
export class Handles<H extends object> {
  readonly #rules: HandleRules<H>;
  readonly #book = new HandleBook<H>(HEAD.IDENTITY);
  #arrival: Parts | undefined;

  /** Lets instances of the class with this prototype travel. */
  constructor(prototype: H, rules: HandleRules<H>) {
    this.#rules = rules;
    const { name, parts, show } = rules;
    const hidden = { configurable: true, writable: true, enumerable: false };
    Object.defineProperty(prototype, portable, {
      ...hidden,
      value(this: H) {
        const { memory, rest } = parts(this);
        return {
          kind: name,
          data: rest === undefined ? memory : [memory, rest],
        };
      },
    });
    // In a text too: `${value}` is what a program prints first.
    for (const shown of [Symbol.for("Deno.customInspect"), "toString"]) {
      Object.defineProperty(prototype, shown, {
        ...hidden,
        value(this: H) {
          return show(this);
        },
      });
    }
    definePortable(name, (data) => this.#revive(data));
  }

  /** What the handle that is being made stands for; `undefined` if it is to make its own memory. */
  arrival(): Parts | undefined {
    const arrival = this.#arrival;
    this.#arrival = undefined;
    return arrival;
  }

  /** Writes the head of fresh memory; `own` goes to the low 8 bits of the tag. */
  begin(words: Words, own: number = 0): void {
    // Plain: nobody else can see the memory yet, and handing it over publishes it.
    poke(words, HEAD.TAG, this.#rules.tag | own);
    giveIdentity(words, HEAD.IDENTITY);
  }

  /** The handle of a memory in this isolate, if there is one. */
  find(memory: SharedArrayBuffer): H | undefined {
    return this.#book.find(new Int32Array(memory, 0, HEAD.OWN));
  }

  /** Notes a handle as the one of its memory in this isolate. */
  note(words: Words, handle: H): void {
    this.#book.note(words, handle);
  }

  #revive(data: unknown): H {
    const [memory, rest] = Array.isArray(data) ? data : [data, undefined];
    const { name, tag, revive } = this.#rules;
    const words = memory instanceof SharedArrayBuffer && memory.byteLength >= 32
      ? new Int32Array(memory, 0, 8)
      : undefined;
    if (words === undefined || (peek(words, HEAD.TAG) & ~0xff) !== tag) {
      throw new InvalidOptionError(
        `Cannot revive a ${name} as its memory is not one: it must come from a ${name} of this version`,
        { option: "memory", value: memory },
      );
    }
    const known = this.#book.find(words);
    if (known !== undefined) return known;
    this.#arrival = { memory, rest };
    try {
      return revive(this.#arrival);
    } finally {
      this.#arrival = undefined;
    }
  }
}
