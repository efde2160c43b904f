/**
 * A light actor: a queue and an instance, on a thread that it shares with others.
 *
 * The queue outlives the incarnations, as a mailbox in shared memory does.
 *
 * @module
 */
import { errorFromWire, errorToWire } from "../../error_wire.ts";
import {
  ActorCrashedError,
  Refusal,
  UnknownMethodError,
} from "../../errors.ts";
import type { ExitReport } from "../../exit_report.ts";
import { enterLight } from "../current.ts";
import { bear, isThenable } from "./light_birth.ts";
import { LightContext } from "./light_context.ts";
import { type LightHooks, LightLife } from "./light_life.ts";
import { LightMessage, type LightSender } from "./light_message.ts";
import { methodsOf } from "../mail/methods.ts";
import type { LightOrder, LightOwner } from "./light_order.ts";
import type { ActorRef } from "../ref.ts";
import type { RefCore } from "../mail/ref_core.ts";

/** What a light actor needs of who runs it. */
export interface LightStage {
  /** It has something to do: lets it run when its turn comes. */
  enqueue(actor: LightActor): void;
  /** Whether the thread has to do other things now. */
  sliceOver(): boolean;
  /** A ref to it, for itself. */
  refTo(actor: LightActor, order: LightOrder): ActorRef<unknown>;
  /** Answers a call with what the handler returned. */
  answer(actor: LightActor, message: LightMessage, value: unknown): void;
  /** Answers a call with an error. */
  answerError(actor: LightActor, message: LightMessage, error: Error): void;
  /** A message is dealt with: there is room for another. */
  finished(actor: LightActor, message: LightMessage): void;
}

/** Messages that one handles while others wait. */
const TURN = 64;
/** How long `onStop` may take after a failure, in milliseconds. */
const CLEAN_UP_MS = 5_000;
const STOPPED: ExitReport = { kind: "stopped", code: 0 };

/** A light actor: its queue, and the incarnation that works on it. */
export class LightActor {
  /** Whether it waits for its turn. */
  queued = false;
  /** Messages that wait. */
  depth = 0;
  /** Messages it has handled, over all incarnations. */
  handled = 0;
  /** Name of the actor, as of its last start. */
  name = "";
  /** The refs of its own thread to it. */
  core: RefCore | undefined;
  /** Told when a message of its own thread is dealt with. */
  line: { finished(): void } | undefined;
  /** Other threads that sent to it, by their endpoint. */
  senders: Map<number, LightSender> | undefined;
  /** Other threads that want to know of its end. */
  watchers: Set<number> | undefined;
  /** Messages of each sending thread that may wait. */
  capacity = 0;
  /** Who started it last. */
  owner: LightOwner | undefined;
  #head: LightMessage | undefined;
  #tail: LightMessage | undefined;
  #life: LightLife | undefined;
  readonly #stage: LightStage;

  /** A light actor of that number, without an incarnation. */
  constructor(stage: LightStage, readonly id: number) {
    this.#stage = stage;
  }

  /** The incarnation that starts or runs; 0 if none does. */
  get incarnation(): number {
    return this.#life?.order.incarnation ?? 0;
  }

  /** Whether there is an incarnation, or one is being made. */
  get active(): boolean {
    return this.#life !== undefined;
  }

  /** Puts a message at the end of the queue. */
  push(message: LightMessage): void {
    if (this.#tail === undefined) this.#head = message;
    else this.#tail.next = message;
    this.#tail = message;
    this.depth++;
    this.stir();
  }

  /** Asks for a turn, if there is something that it could do. */
  stir(): void {
    if (this.queued || !this.#canTake()) return;
    this.queued = true;
    this.#stage.enqueue(this);
  }

  /** Handles messages for one turn. Returns how many. */
  run(): number {
    this.queued = false;
    let count = 0;
    while (this.#canTake()) {
      const message = this.#head!;
      this.#head = message.next;
      if (message.next === undefined) this.#tail = undefined;
      this.depth--;
      this.#handle(this.#life!, message);
      if (++count >= TURN || this.#stage.sliceOver()) break;
    }
    const life = this.#life;
    if (life?.stop !== undefined) this.#maybeStop(life);
    this.stir();
    return count;
  }

  /**
   * Starts an incarnation; its owner is told how that went, at once if nothing had to be waited for.
   *
   * @param args Answers the arguments of the constructor; it may throw.
   * @param after The end it recovers from.
   */
  start(
    order: LightOrder,
    owner: LightOwner,
    args: () => unknown[],
    after: ExitReport | undefined,
  ): void {
    const life = new LightLife(
      order,
      owner,
      (life) => this.#context(life),
    );
    this.#life = life;
    this.name = order.name;
    this.owner = owner;
    bear(life, { args, after }, {
      up: () => this.#up(life),
      failed: (error) => this.#abandonStart(life, error),
    });
  }

  /**
   * Asks the incarnation to end; `done` is told how it did.
   *
   * @param deadlineMs Milliseconds until it is killed; 0 kills at once, Infinity never.
   * @param asked Whether somebody but its owner wants it.
   */
  stop(
    how: {
      reason: unknown;
      drain: boolean;
      deadlineMs: number;
      asked: boolean;
    },
    done: (report: ExitReport) => void,
  ): void {
    const life = this.#life;
    if (life === undefined) {
      if (how.asked) this.owner?.ended(STOPPED, true);
      return done(STOPPED);
    }
    (life.waiters ??= []).push(done);
    life.asked = how.asked;
    if (how.deadlineMs <= 0) {
      return this.#end(life, { kind: "killed", code: 1 });
    }
    if (life.state === "starting") return this.#end(life, STOPPED);
    if (life.stop === undefined || !how.drain) life.stop = how;
    life.context?.abort(how.reason);
    this.#maybeStop(life);
    if (life.state === "over" || how.deadlineMs >= 2 ** 31) return;
    clearTimeout(life.timer);
    life.timer = setTimeout(
      () => this.#end(life, { kind: "killed", code: 1 }),
      how.deadlineMs,
    );
  }

  /** Ends it at once, whatever it does, and takes all messages that wait. */
  empty(report: ExitReport): readonly LightMessage[] {
    if (this.#life !== undefined) this.#end(this.#life, report);
    const rest: LightMessage[] = [];
    for (let each = this.#head; each !== undefined; each = each.next) {
      rest.push(each);
    }
    this.#head = this.#tail = undefined;
    this.depth = 0;
    return rest;
  }

  #context(life: LightLife): LightContext {
    const context = new LightContext(
      life.order,
      this.#stage.refTo(this, life.order),
      (notice) => this.#notice(life, notice),
      () => life.running === 0 && this.#head === undefined,
    );
    if (life.stop !== undefined) context.abort(life.stop.reason);
    return context;
  }

  #notice(life: LightLife, notice: () => unknown): void {
    const message = new LightMessage(false, 0, [], undefined, undefined, 0);
    message.notice = () => life === this.#life ? notice() : undefined;
    this.push(message);
  }

  #canTake(): boolean {
    const life = this.#life;
    return this.#head !== undefined && this.#head.complete &&
      life !== undefined && life.state === "up" &&
      life.running < life.order.concurrency && life.stop?.drain !== false;
  }

  #up(life: LightLife): void {
    if (life.state === "over") return;
    clearTimeout(life.timer);
    life.methods = methodsOf(life.instance!);
    life.state = "up";
    life.owner.started();
    this.stir();
  }

  #abandonStart(life: LightLife, error: Error): void {
    life.state = "over";
    clearTimeout(life.timer);
    this.#life = undefined;
    life.owner.notStarted(error);
  }

  #handle(life: LightLife, message: LightMessage): void {
    if (message.ask !== undefined) message.ask.light!.begun = true;
    let result: unknown;
    // One that stops itself is not stopped before its handler is done.
    life.running++;
    const before = enterLight(life);
    try {
      if (message.notice !== undefined) result = message.notice();
      else result = this.#call(life, message);
    } catch (error) {
      life.running--;
      return this.#refuseOrFail(life, message, error);
    } finally {
      enterLight(before);
    }
    if (isThenable(result)) return this.#await(life, message, result);
    life.running--;
    if (message.asks) this.#stage.answer(this, message, result);
    this.#finish(message);
  }

  #call(life: LightLife, { args, hash }: LightMessage): unknown {
    const method = life.methods!.get(hash);
    if (method === undefined) throw this.#unknownMethod(life);
    const values = typeof args === "function" ? args() as unknown[] : args;
    return method.call.apply(life.instance, values);
  }

  #await(
    life: LightLife,
    message: LightMessage,
    result: PromiseLike<unknown>,
  ): void {
    (life.flying ??= new Set()).add(message);
    const landed = (): boolean => {
      if (life.state === "over") return false;
      life.running--;
      return life.flying!.delete(message);
    };
    result.then((value) => {
      if (!landed()) return;
      if (message.asks) this.#stage.answer(this, message, value);
      this.#finish(message);
      this.#goOn(life);
    }, (error) => {
      if (!landed()) return;
      this.#refuseOrFail(life, message, error);
      this.#goOn(life);
    });
  }

  #goOn(life: LightLife): void {
    if (life.stop !== undefined) this.#maybeStop(life);
    this.stir();
  }

  #finish(message: LightMessage): void {
    if (message.notice !== undefined) return;
    this.#life?.context?.handled();
    this.handled++;
    this.#stage.finished(this, message);
  }

  #unknownMethod(life: LightLife): UnknownMethodError {
    const names = [...life.methods!.values()].map(({ name }) => name);
    return new UnknownMethodError(
      `Cannot call a method that "${this.name}" does not have: its methods are ${
        names.join(", ") || "none"
      }`,
      { actor: this.name, method: "" },
    );
  }

  #refuseOrFail(
    life: LightLife,
    message: LightMessage,
    error: unknown,
  ): void {
    const alone = error instanceof Refusal ||
      error instanceof UnknownMethodError;
    if (message.asks) {
      const answer = alone
        ? error
        : this.#crashed(life, `failed: ${textOf(error)}`, error);
      this.#stage.answerError(this, message, answer);
    }
    this.#finish(message);
    if (!alone) this.#fail(life, error);
  }

  #crashed(life: LightLife, how: string, cause: unknown): ActorCrashedError {
    const { incarnation } = life.order;
    return new ActorCrashedError(`"${this.name}" ${how}`, {
      actor: this.name,
      incarnation,
      cause,
    });
  }

  #fail(life: LightLife, thrown: unknown): void {
    if (life.state !== "up") return;
    const error = thrown instanceof Error
      ? thrown
      : errorFromWire(errorToWire(thrown, this.name));
    this.#cleanUp(life, thrown, () => ({ kind: "failed", code: 1, error }));
    if (this.#life !== life) return;
    // Its owner waits to restart it: a hook that never ends must not hold that up.
    clearTimeout(life.timer);
    life.timer = setTimeout(
      () => this.#end(life, { kind: "failed", code: 1, error }),
      CLEAN_UP_MS,
    );
  }

  #maybeStop(life: LightLife): void {
    if (life.state !== "up" || life.running > 0) return;
    const { reason, drain } = life.stop!;
    if (drain && this.#head !== undefined) return;
    this.#cleanUp(life, reason, (error) =>
      error === undefined ? STOPPED : {
        kind: "failed",
        code: 1,
        error: errorFromWire(errorToWire(error.thrown, `${this.name}.onStop`)),
      });
  }

  /** Calls `onStop`, then ends the life with the report that `report` makes of what it threw. */
  #cleanUp(
    life: LightLife,
    reason: unknown,
    report: (error?: { thrown: unknown }) => ExitReport,
  ): void {
    life.state = "stopping";
    const before = enterLight(life);
    try {
      const waiting = (life.instance as LightHooks).onStop?.(reason);
      if (!isThenable(waiting)) return this.#end(life, report());
      waiting.then(
        () => this.#end(life, report()),
        (thrown) => this.#end(life, report({ thrown })),
      );
    } catch (thrown) {
      this.#end(life, report({ thrown }));
    } finally {
      enterLight(before);
    }
  }

  #end(life: LightLife, report: ExitReport): void {
    if (life.state === "over") return;
    const wasUp = life.state !== "starting";
    life.state = "over";
    clearTimeout(life.timer);
    life.context?.end();
    this.#life = undefined;
    for (const message of life.flying ?? []) {
      if (message.asks) {
        this.#stage.answerError(
          this,
          message,
          this.#crashed(
            life,
            `ended (${report.kind}) while it handled a call: it may have run`,
            report.error,
          ),
        );
      }
      this.#finish(message);
    }
    if (wasUp) life.owner.ended(report, life.asked);
    else life.owner.notStarted(undefined);
    for (const done of life.waiters ?? []) done(report);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
