import { InvalidOptionError } from "../errors.ts";
import { peek, poke, type Words } from "../memory/cells.ts";
import { giveIdentity, HandleBook } from "../memory/identity.ts";
import { definePortable, portable } from "../memory/portable.ts";
import { type Plot, plotAt, plotOf } from "../sync/plot.ts";

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
  /** Where in a region the memory is, if it is in one. */
  readonly plot?: Plot | undefined;
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
        const { memory, rest, plot } = parts(this);
        if (plot !== undefined) {
          return { kind: name, data: [[plot.region, plot.name], rest] };
        }
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
    const plot = plotOf(words);
    if (plot === undefined) this.#book.note(words, handle);
    else plot.handle = handle;
  }

  /** The handle of a plot of a region, which stands for what is there. */
  stand(plot: Plot, rest: unknown): H {
    if (plot.handle !== undefined) return plot.handle as H;
    // No SharedArrayBuffer, but all that is done with one is done with it too.
    const memory = plot.words.buffer as unknown as SharedArrayBuffer;
    this.#check(plot.words, memory);
    return this.#make({ memory, rest, plot });
  }

  #revive(data: unknown): H {
    const [memory, rest] = Array.isArray(data) ? data : [data, undefined];
    if (Array.isArray(memory)) {
      return this.stand(plotAt(memory[0], memory[1]), rest);
    }
    const words = memory instanceof SharedArrayBuffer && memory.byteLength >= 32
      ? new Int32Array(memory, 0, 8)
      : undefined;
    this.#check(words, memory);
    const known = this.#book.find(words);
    if (known !== undefined) return known;
    return this.#make({ memory, rest });
  }

  #check(words: Words | undefined, memory: unknown): asserts words {
    const { name, tag } = this.#rules;
    if (words !== undefined && (peek(words, HEAD.TAG) & ~0xff) === tag) return;
    throw new InvalidOptionError(
      `Cannot revive a ${name} as its memory is not one: it must come from a ${name} of this version`,
      { option: "memory", value: memory },
    );
  }

  #make(arrival: Parts): H {
    this.#arrival = arrival;
    try {
      return this.#rules.revive(arrival);
    } finally {
      this.#arrival = undefined;
    }
  }
}
