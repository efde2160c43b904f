/**
 * Runs one actor: takes its messages one at a time, calls its methods, answers.
 *
 *   idle → busy → idle          a message was handled (or refused)
 *   idle, busy → failed         an error left a handler or a hook
 *   idle, busy → stopping → stopped   asked to stop: after the handler that runs, before any other message
 *
 * The message in flight stays in its lane until its handler ended, so that
 * whoever sent it learns that it was begun, however this thread ends.
 *
 * @module
 */
import { tamed } from "../../error_wire.ts";
import { type ActorCrashedError, UnknownMethodError } from "../../errors.ts";
import type { Overflow } from "../../channel/overflow.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { LaneReader } from "../../memory/lane.ts";
import { Answers } from "./answers.ts";
import { reportOf } from "../ends_as.ts";
import { type Call, Flight } from "../mail/flight.ts";
import type { Isolate } from "./isolate.ts";
import type { MailConsumer } from "./mail_consumer.ts";
import { mustPause } from "./must_pause.ts";
import { failHooks, stopHooks } from "./last_hooks.ts";
import type { LoopFacts } from "./loop_facts.ts";
import type { Shelves } from "./shelves.ts";
import { ThreadReceiving } from "./thread_receiving.ts";
import type { ReceiveOptions } from "../receive.ts";
import { handleNotice, type NoticeTaker } from "./notice_turn.ts";
import { overflowOf } from "../mail/policy_word.ts";
import { interrupted } from "../interrupted.ts";
import { isThenable } from "../is_thenable.ts";
import { failedBy, incompleteFor } from "./unhandled.ts";
import { type LastCall, lastCall } from "./last_call.ts";
import { type Methods, methodsOf, unknownMethod } from "../mail/methods.ts";
import { OPEN, type OpenArgs } from "../stream/stream_op.ts";
import { OpenStreams, streamStopped } from "../stream/open_streams.ts";
import { KIND, type WireReport } from "../mail/protocol.ts";

/** The loop of one actor. */
export class ActorLoop implements MailConsumer {
  readonly #isolate: Isolate;
  readonly #instance: object;
  readonly #name: string;
  readonly #facts: LoopFacts;
  readonly #methods: Methods;
  readonly #answers: Answers;
  readonly #concurrency: number;
  readonly #overflow: Overflow;
  readonly #shelf: Shelves;
  readonly #receiving: ThreadReceiving;
  readonly #noticeTaker: NoticeTaker;
  #state: "idle" | "stopping" | "over" = "idle";
  #running = 0;
  /** How many of them somebody waits for. */
  #asking = 0;
  /** The lane of a message that is dealt with and not yet finished. */
  #handled: LaneReader | undefined;
  /** Messages finished and not yet counted. */
  #count = 0;
  /** The message whose handler threw. */
  #lastCall: LastCall | undefined;
  #streams: OpenStreams | undefined;
  #stop: { reason: unknown; drain: boolean } | undefined;

  /** A loop for `instance`. */
  constructor(
    isolate: Isolate,
    instance: object,
    facts: LoopFacts,
  ) {
    this.#isolate = isolate;
    this.#instance = instance;
    this.#name = facts.name;
    this.#facts = facts;
    this.#concurrency = facts.concurrency;
    this.#overflow = overflowOf(
      isolate.table.get(isolate.endpoint, ENDPOINT.POLICY),
    );
    this.#shelf = facts.shelf;
    this.#methods = methodsOf(instance);
    this.#answers = new Answers(isolate, facts.name);
    this.#noticeTaker = {
      isolate,
      concurrency: facts.concurrency,
      running: (more) => this.#running += more,
      changed: () => this.#facts.checkpoints?.changed(),
      failed: (error) => void this.#fail(error, "failed"),
    };
    this.#receiving = new ThreadReceiving({
      ...facts,
      isolate,
      methods: this.#methods,
      answers: this.#answers,
      stops: () => this.#stop?.drain === false || this.#state !== "idle",
      done: (lane) => this.#done(lane),
      freeing: (lane) => this.#freeing(lane),
      landed: (lane) => {
        this.#running--;
        if (lane.inFlight) this.#done(lane);
        isolate.wake();
      },
    });
  }

  /** The names of the methods that are messages. */
  get methods(): readonly string[] {
    return [...this.#methods.values()].map(({ name }) => name);
  }

  /** See {@link MailConsumer.ready}. */
  get ready(): boolean {
    // The handler that waits for a message runs, and nothing beside it.
    const receives = this.#running === 1 && this.#receiving.waits;
    return receives ? this.#state === "idle" : this.free;
  }

  /** See {@link MailConsumer.free}. */
  get free(): boolean {
    return this.#state === "idle" && this.#running < this.#concurrency;
  }

  /** See `Receiving.receive()`. */
  receive(clauses: object, options?: ReceiveOptions): Promise<unknown> {
    return this.#receiving.begin(clauses, options);
  }

  /** See {@link MailConsumer.consume}. */
  consume(): number {
    let count = 0;
    const isolate = this.#isolate;
    this.#keepIfDue();
    while (this.ready && this.#stop?.drain !== false) {
      const { waits } = this.#receiving;
      if (waits && !this.#receiving.hasRoom()) break;
      const notice = waits ? undefined : isolate.notices.take();
      if (notice !== undefined) handleNotice(notice, this.#noticeTaker);
      else {
        const lane = this.#take();
        if (lane === undefined) {
          // The end of a lane may have been found, and a notice that waited for it.
          if (isolate.notices.due && !waits) continue;
          break;
        }
        if (lane === "fenced") {
          this.#state = "over";
          return count;
        }
        const drops = this.#overflow === "dropOldest" && lane.overflowed;
        if (drops && isolate.complete(lane)) {
          this.#answers.drop(lane);
          this.#done(lane);
        } else if (waits && this.#receiving.skips(lane)) this.#skip(lane);
        else this.#accept(lane);
      }
      count++;
      if (this.#facts.checkpoints?.due || mustPause(isolate)) break;
    }
    this.#settle();
    this.#keepIfDue();
    if (this.#stop !== undefined) this.#maybeStop(count);
    return count;
  }

  #take(): LaneReader | "fenced" | undefined {
    const { mailbox } = this.#isolate;
    const handled = this.#handled;
    if (handled !== undefined) {
      this.#handled = undefined;
      this.#count++;
    }
    if (this.#shelf.used) {
      return this.#shelf.takeBeside(handled, this.#receiving.waits);
    }
    if (handled === undefined) return mailbox.takeMail();
    return mailbox.finishAndTake(handled);
  }

  /** Takes a checkpoint if one is due; no message is begun until it is kept. */
  #keepIfDue(): void {
    const checkpoints = this.#facts.checkpoints;
    if (checkpoints === undefined || !this.free) return;
    // One that stops takes its last one anyway.
    if (this.#stop?.drain === false) return;
    if (!checkpoints.due) return checkpoints.await();
    const goOn = this.#hold();
    checkpoints.take().catch((error) => this.#fail(error, "failed")).then(goOn);
  }

  /** Finishes the last message and tells those who wait for room. */
  #settle(): void {
    const { mailbox, table, endpoint } = this.#isolate;
    if (this.#handled !== undefined) {
      mailbox.finish(this.#handled);
      this.#shelf.left();
      this.#handled = undefined;
      this.#count++;
    }
    mailbox.ringProducers();
    if (this.#count > 0) table.add(endpoint, ENDPOINT.HANDLED, this.#count);
    this.#count = 0;
  }

  /** Asks the actor to end; with `drain`, after all messages that wait. */
  stop(reason: unknown, drain: boolean): void {
    if (!drain || this.#stop === undefined) this.#stop = { reason, drain };
    if (!drain) this.#receiving.stop();
    this.#isolate.wake();
  }

  /** Ends the actor because of an error outside of its messages. */
  crash(error: unknown): void {
    void this.#fail(error, "crashed");
  }

  /** The message waits on the shelf. It leaves its lane when that outlives this thread, and the next one is begun. */
  #putAside(lane: LaneReader): void {
    this.#facts.checkpoints?.changed();
    this.#facts.timers?.handled();
    this.#isolate.chain.end();
    const goOn = this.#hold();
    this.#shelf.leave(() => {
      this.#handled = lane;
      this.#settle();
      goOn();
    });
  }

  /** Begins no message before the answer is called. */
  #hold(): () => void {
    this.#running += this.#concurrency;
    return () => {
      this.#running -= this.#concurrency;
      this.#isolate.wake();
    };
  }

  /** Another message is waited for: this one has its turn later. */
  #skip(lane: LaneReader): void {
    this.#shelf.skip(lane);
    this.#handled = lane;
  }

  #maybeStop(handled: number): void {
    const { waits } = this.#receiving;
    if (this.#state !== "idle" || (this.#running > 0 && !waits)) return;
    const { reason, drain } = this.#stop!;
    const more = this.#shelf.due || this.#isolate.mailbox.hasMore(true);
    if (drain && (handled > 0 || more)) return;
    if (waits) return this.#receiving.stop();
    this.#state = "stopping";
    void this.#end(reason);
  }

  async #end(reason: unknown): Promise<void> {
    const name = this.#name;
    const { checkpoints } = this.#facts;
    await this.#streams?.end(streamStopped(name));
    this.#finish(await stopHooks(this.#instance, reason, checkpoints, name));
  }

  #finish(report: WireReport): void {
    if (this.#state === "over") return;
    this.#state = "over";
    const heard = this.#asking > 0 || this.#streams?.told === true;
    this.#facts.ended(report, this.#lastCall, heard);
  }

  /** Handles a record now, or when its parcel has arrived: it keeps its place in the order. */
  #accept(lane: LaneReader): void {
    if (this.#isolate.lost(lane)) {
      this.#receiving.lost();
      this.#answers.turnAway(lane, incompleteFor(this.#name), "undelivered");
      return this.#done(lane);
    }
    if (this.#isolate.complete(lane)) return this.#handle(lane);
    const goOn = this.#hold();
    this.#isolate.whenParcel(lane.e, () => {
      goOn();
      this.#accept(lane);
    });
  }

  #handle(lane: LaneReader): void {
    if (this.#receiving.meant(lane)) {
      this.#running++;
      if (this.#receiving.take(lane)) return;
      this.#running--;
      return this.#skip(lane);
    }
    // Alone, a message stays in its lane until it is answered, and the lane describes it.
    const call = this.#concurrency > 1 ? new Flight(lane) : lane;
    if (call === lane) {
      this.#isolate.chain.begin(lane);
      this.#shelf.inHand = lane;
    }
    let result: unknown;
    try {
      result = this.#call(lane);
    } catch (error) {
      return this.#refuseOrFail(error, call);
    }
    if (isThenable(result)) return this.#await(result, call);
    this.#reply(call, result);
  }

  #call(lane: LaneReader): unknown {
    let args: unknown[];
    const method = this.#methods.get(lane.a);
    const from = lane.c;
    try {
      if (method === undefined && lane.a !== OPEN) {
        throw unknownMethod(this.#name, this.#methods);
      }
      args = this.#isolate.read(lane) as unknown[];
    } finally {
      // Others may be handled meanwhile: what is in flight cannot stay in the lane.
      if (this.#concurrency > 1) this.#done(lane);
    }
    return method === undefined
      ? this.#stream(from, args as OpenArgs)
      : method.call.apply(this.#instance, args);
  }

  /** Begins a stream, which goes on beside the messages. */
  #stream(from: number, args: OpenArgs): unknown {
    this.#streams ??= new OpenStreams(this.#isolate.streams, {
      name: this.#name,
      instance: this.#instance,
      methods: this.#methods,
      run: (act) => act(),
      changed: () => this.#facts.checkpoints?.changedBetween(),
      failed: (thrown, method, from) => {
        const error = tamed(thrown);
        if (this.#facts.isAlone(error, method)) return error as Error;
        this.#lastCall ??= { method, from, ask: true };
        // The first error is the reason of the end.
        if (this.#state === "idle") void this.#fail(error, "failed");
        return this.#crashed(error);
      },
    });
    return this.#streams.open(from, args);
  }

  #await(result: PromiseLike<unknown>, call: Call): void {
    const asks = call.kind === KIND.ASK ? 1 : 0;
    const begun = (by: 1 | -1): void => {
      this.#running += by;
      this.#asking += by * asks;
    };
    begun(1);
    result.then((value) => {
      begun(-1);
      this.#reply(call, value);
      this.#isolate.wake();
    }, (error) => {
      begun(-1);
      this.#refuseOrFail(error, call);
      this.#isolate.wake();
    });
  }

  #reply(taken: Call, value: unknown): void {
    if (this.#shelf.aside) return this.#putAside(taken as LaneReader);
    const call = this.#receiving.close(taken);
    this.#freeing(call);
    this.#answers.reply(call, value);
    this.#answered(call);
  }

  /** Makes room before a call is answered where one that finds none does not wait: who hears the answer may send again. */
  #freeing(call: Call): void {
    if (this.#overflow === "wait" || call.kind !== KIND.ASK) return;
    if (!(call instanceof Flight)) this.#done(call);
    this.#settle();
  }

  #answered(call: Call): void {
    this.#facts.checkpoints?.changed();
    this.#facts.timers?.handled();
    if (call instanceof Flight) return;
    this.#isolate.chain.end();
    this.#shelf.inHand = undefined;
    if (call.inFlight) this.#done(call);
  }

  /** The message is dealt with; its record is finished when the next one is taken, or by {@link #settle}. */
  #done(lane: LaneReader): void {
    if (lane.e !== 0) this.#isolate.parcelDone(lane.e);
    this.#handled = lane;
  }

  #refuseOrFail(thrown: unknown, taken: Call): void {
    if (this.#shelf.aside) return this.#putAside(taken as LaneReader);
    const error = tamed(thrown);
    const call = this.#receiving.close(taken);
    const method = this.#methods.get(call.a)?.name ?? "unknown";
    const stopped = interrupted(error, this.#name);
    const alone = stopped !== undefined || this.#facts.isAlone(error, method);
    if (error instanceof UnknownMethodError && error.method === "") {
      this.#answers.lose(call, "unknownMethod");
    }
    if (!alone && this.#facts.redelivers && call === taken) {
      // It stays in its lane: the nursery decides whether it is to come again.
      this.#isolate.chain.end();
      void this.#fail(error, "failed");
      return;
    }
    if (!alone) this.#lastCall ??= lastCall(call, method);
    if (alone) this.#freeing(call);
    const answer = stopped ?? (alone ? error : this.#crashed(error));
    this.#answers.refuse(call, answer);
    this.#answered(call);
    if (!alone) void this.#fail(error, "failed");
  }

  #crashed(cause: unknown): ActorCrashedError {
    return failedBy(this.#name, this.#facts.incarnation, cause);
  }

  async #fail(error: unknown, kind: "failed" | "crashed"): Promise<void> {
    if (this.#state === "over") return;
    this.#state = "stopping";
    const checkpoints = this.#facts.redelivers
      ? undefined
      : this.#facts.checkpoints;
    const streams = this.#streams?.end(this.#crashed(error));
    await failHooks(this.#instance, error, checkpoints, streams);
    this.#finish(reportOf(error, kind, this.#name));
  }
}
