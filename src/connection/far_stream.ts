import type { RefCore } from "../actor/mail/ref_core.ts";
import type { SendOptions } from "../actor/mail/send.ts";
import { refTo } from "../actor/ref.ts";
import type { ActorStream } from "../actor/stream/actor_stream.ts";
import type { LinkSide } from "./far_line.ts";

type Step = IteratorResult<unknown, undefined>;

const DONE: Step = { done: true, value: undefined };
let streams = 0;

/** A stream that an actor in a process of its own reads: its keeper reads it, as it is asked to. */
export class FarStream implements ActorStream<unknown> {
  readonly #side: LinkSide;
  readonly #id: number = ++streams;
  readonly #open: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => void this.return().catch(() => {});
  #state: "idle" | "open" | "over" = "idle";

  /** A stream of what the method gives; nothing is sent yet. */
  constructor(
    side: LinkSide,
    core: RefCore,
    method: string,
    args: unknown[],
    { timeout, credit, urgent, signal }: SendOptions,
  ) {
    this.#side = side;
    this.#signal = signal;
    const how = {
      ...timeout === undefined ? {} : { timeout },
      ...credit === undefined ? {} : { credit },
      ...urgent === undefined ? {} : { urgent },
    };
    this.#open = () => {
      const packed = side.packArgs(args);
      side.say("streamOpen", this.#id, refTo(core), method, packed, how);
    };
  }

  /** Says that it stays where it is read: what has a tag like this cannot be sent. */
  get [Symbol.toStringTag](): string {
    return "ActorStream Iterator";
  }

  /** See {@link ActorStream.next}. */
  async next(): Promise<Step> {
    if (this.#state === "over") return DONE;
    this.#signal?.throwIfAborted();
    if (this.#state === "idle") {
      this.#open();
      this.#state = "open";
      this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    }
    try {
      const step = await this.#side.call("streamNext", this.#id) as Step;
      if (step.done) this.#finish();
      this.#signal?.throwIfAborted();
      return step.done ? DONE : { done: false, value: step.value };
    } catch (error) {
      // What could not be sent here has not ended it there.
      void this.return().catch(() => {});
      throw this.#signal?.aborted ? this.#signal.reason : error;
    }
  }

  /** See {@link ActorStream.return}. */
  async return(): Promise<Step> {
    const before = this.#state;
    this.#finish();
    if (before === "open") await this.#side.call("streamReturn", this.#id);
    return DONE;
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

  #finish(): void {
    this.#state = "over";
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
