import type { ActorStream } from "../actor/stream/actor_stream.ts";
import { errorFromWire } from "../error_wire.ts";
import type { Outcome } from "./gate.ts";

type Step = IteratorResult<unknown, undefined>;

/** A stream of another program, as a thread reads it that has not the connection. */
export class GatedStream implements ActorStream<unknown> {
  readonly #outcomes: ActorStream<Outcome>;
  readonly #reasonOf: (error: unknown) => unknown;

  /** The elements of `outcomes`; `reasonOf` says why the gate ended them. */
  constructor(
    outcomes: ActorStream<Outcome>,
    reasonOf: (error: unknown) => unknown,
  ) {
    this.#outcomes = outcomes;
    this.#reasonOf = reasonOf;
  }

  /** Says that it stays where it is read: what has a tag like this cannot be sent. */
  get [Symbol.toStringTag](): string {
    return "ActorStream Iterator";
  }

  /** See {@link ActorStream.next}. */
  async next(): Promise<Step> {
    let step;
    try {
      step = await this.#outcomes.next();
    } catch (error) {
      throw this.#reasonOf(error);
    }
    if (step.done) return step;
    const outcome = step.value;
    if (!("error" in outcome)) return { done: false, value: outcome.value };
    await this.return().catch(() => {});
    throw errorFromWire(outcome.error);
  }

  /** See {@link ActorStream.return}. */
  async return(): Promise<Step> {
    return await this.#outcomes.return() as Step;
  }

  /** See {@link ActorStream.throw}. */
  async throw(error?: unknown): Promise<Step> {
    await this.return();
    throw error;
  }

  /** See {@link ActorStream}. */
  [Symbol.asyncIterator](): ActorStream<unknown> {
    return this;
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
