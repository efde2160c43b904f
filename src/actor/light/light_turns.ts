import type { LightActor } from "./light_actor.ts";

/** The light actors of a thread that have messages, in the order in which they get their turn. */
export class LightTurns {
  #line: LightActor[] = [];
  /** Those before it had their turn. */
  #first = 0;

  /** Whether anybody waits. */
  get any(): boolean {
    return this.#first < this.#line.length;
  }

  /** Puts one at the end. */
  push(actor: LightActor): void {
    this.#line.push(actor);
  }

  /** Takes the first; there must be one. */
  shift(): LightActor {
    const actor = this.#line[this.#first++]!;
    if (this.#first * 2 > this.#line.length && this.#first > 32) {
      this.#line = this.#line.slice(this.#first);
      this.#first = 0;
    }
    return actor;
  }
}
