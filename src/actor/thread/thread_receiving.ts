/**
 * How the handler of a thread actor receives messages while it runs; see receive.ts.
 *
 * The message that is handled leaves its lane when it receives for the first time:
 * from there on it has begun, as one of an actor that handles several has. What is
 * skipped goes to the shelf, which outlives the thread.
 *
 * @module
 */
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { LaneReader } from "../../memory/lane.ts";
import { isThenable } from "../is_thenable.ts";
import { type Call, Flight } from "../mail/flight.ts";
import type { Methods } from "../mail/methods.ts";
import { takesUrgent } from "../mail/policy_word.ts";
import { notReceived, Receipt } from "../receipt.ts";
import { type ReceiveOptions, receiveRefusal } from "../receive.ts";
import { PUT_ASIDE } from "../stash.ts";
import { stashFull } from "../stash_full_error.ts";
import type { Answers } from "./answers.ts";
import type { Isolate } from "./isolate.ts";
import type { LoopFacts } from "./loop_facts.ts";

/** What it is told of the actor and its loop. */
export interface Receiver extends LoopFacts {
  readonly isolate: Isolate;
  readonly methods: Methods;
  readonly answers: Answers;
  /** Whether the actor was asked to stop, and takes none of the messages that wait. */
  stops(): boolean;
  /** A message is dealt with. */
  done(lane: LaneReader): void;
  /** A message is about to be answered. */
  freeing(lane: LaneReader): void;
  /** A clause was called for a message, and has ended. */
  landed(lane: LaneReader): void;
}

/** What the handler of one actor receives. */
export class ThreadReceiving {
  readonly #by: Receiver;
  #receipt: Receipt | undefined;
  /** The message whose handler receives, once it has. */
  #outer: Flight | undefined;
  /** The lane of a message that is to be received. */
  #match: LaneReader | undefined;

  /** For the actor of `by`. */
  constructor(by: Receiver) {
    this.#by = by;
  }

  /** Whether a message is waited for. */
  get waits(): boolean {
    return this.#receipt !== undefined && this.#receipt.waits;
  }

  /** See `Receiving.receive()`. */
  begin(clauses: object, options: ReceiveOptions = {}): Promise<unknown> {
    const received = this.#begin(clauses, options);
    // Who does not await it is told nothing.
    received.catch(() => {});
    return received;
  }

  async #begin(clauses: object, options: ReceiveOptions): Promise<unknown> {
    const { name, concurrency, isolate, shelf, methods } = this.#by;
    const lane = shelf.inHand;
    const refusal = receiveRefusal(name, {
      concurrency,
      handles: lane !== undefined || this.#outer !== undefined,
      receives: this.#receipt !== undefined,
    });
    if (refusal !== undefined) throw refusal;
    if (shelf.aside) throw PUT_ASIDE;
    if (this.#by.stops()) throw notReceived(name, "stopped");
    const receipt = new Receipt(name, methods, clauses, options, () => {
      if (this.#receipt === receipt) this.#receipt = undefined;
      shelf.recall();
    });
    this.#receipt = receipt;
    if (this.#outer === undefined) {
      this.#outer = new Flight(lane!);
      shelf.inHand = undefined;
      isolate.chain.begin(this.#outer);
      this.#by.done(lane!);
    }
    shelf.recall();
    // What is skipped outlives this thread from the first message on.
    const policy = isolate.table.get(isolate.endpoint, ENDPOINT.POLICY);
    shelf.prepare(takesUrgent(policy));
    shelf.kept(() => isolate.wake());
    return await receipt.promise;
  }

  /** Whether more may be skipped; if not, what waits for a message is told. */
  hasRoom(): boolean {
    const { shelf, name } = this.#by;
    if (!shelf.isKept) return false;
    const full = shelf.full;
    if (full === undefined) return true;
    this.#receipt!.reject(stashFull(name, shelf.capacity, full));
    return false;
  }

  /** Whether a message that was taken while one is waited for is not that one. */
  skips(lane: LaneReader): boolean {
    if (this.#receipt!.clauseOf(lane.a) === undefined) return true;
    this.#match = lane;
    return false;
  }

  /** Forgets the message that was to be received: it cannot be handled. */
  lost(): void {
    this.#match = undefined;
  }

  /** Whether a message is one that is to be received, or was. */
  meant(lane: LaneReader): boolean {
    return this.#match === lane;
  }

  /** Calls the clause for a message that is meant. Returns whether it did: else nobody waits for it any more. */
  take(lane: LaneReader): boolean {
    this.#match = undefined;
    const receipt = this.#receipt;
    const clause = receipt?.clauseOf(lane.a);
    if (clause === undefined) return false;
    receipt!.take();
    const { isolate, answers } = this.#by;
    isolate.chain.end();
    isolate.chain.begin(lane);
    const returned = (value: unknown): void => {
      this.#by.freeing(lane);
      answers.reply(lane, value);
      this.#landed(lane);
      receipt!.settle(value);
    };
    const thrown = (error: unknown): void => {
      this.#by.freeing(lane);
      answers.refuse(lane, error);
      this.#landed(lane);
      receipt!.reject(error);
    };
    try {
      const result = clause(...isolate.read(lane) as unknown[]);
      if (isThenable(result)) result.then(returned, thrown);
      else returned(result);
    } catch (error) {
      thrown(error);
    }
    return true;
  }

  /** The actor is asked to stop, and no message is to come. */
  stop(): void {
    this.#receipt?.giveUp("stopped");
  }

  /** The handler of `call` has ended. Returns what stands for its message. */
  close(call: Call): Call {
    const outer = this.#outer;
    if (outer === undefined) return call;
    this.#outer = undefined;
    this.#receipt?.giveUp("ended");
    this.#by.shelf.recall();
    this.#by.isolate.chain.end();
    return outer;
  }

  #landed(lane: LaneReader): void {
    const { chain } = this.#by.isolate;
    chain.end();
    if (this.#outer !== undefined) chain.begin(this.#outer);
    this.#by.checkpoints?.changed();
    this.#by.timers?.handled();
    this.#by.landed(lane);
  }
}
