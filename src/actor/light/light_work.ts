/**
 * How a light actor handles its messages: calls its methods, and has them answered.
 *
 * @module
 */
import { readableError, tamed } from "../../error_wire.ts";
import { ActorCrashedError, UnknownMethodError } from "../../errors.ts";
import type { ExitReport } from "../../exit_report.ts";
import { enterLight } from "../current.ts";
import { isAlone } from "../resume.ts";
import { failedBy } from "../thread/unhandled.ts";
import type { WireCrash } from "../thread/last_call.ts";
import { interrupted } from "../interrupted.ts";
import { isThenable } from "../is_thenable.ts";
import { unknownMethod } from "../mail/methods.ts";
import type { Clause, Receipt } from "../receipt.ts";
import type { LightLife } from "./light_life.ts";
import type { LightMessage, LightSender } from "./light_message.ts";
import type { LightStage } from "./light_stage.ts";
import { OPEN, type OpenArgs } from "../stream/stream_op.ts";
import { OpenStreams, streamStopped } from "../stream/open_streams.ts";

/** Handles the messages of all light actors of a thread. */
export class LightWork {
  readonly #stage: LightStage;

  /** For the actors on `stage`. */
  constructor(stage: LightStage) {
    this.#stage = stage;
  }

  /** Handles a message, whose turn it is. */
  handle(life: LightLife, message: LightMessage): void {
    if (message.ask !== undefined) message.ask.light!.begun = true;
    if (!message.asks) message.from?.lane?.hand(life.actor.id, message.hash);
    if (life.order.redeliver > 0) this.#stage.losses.keep(message);
    let result: unknown;
    // One that stops itself is not stopped before its handler is done.
    life.running++;
    if (life.order.concurrency === 1) life.handling = message;
    life.inHand = message.notice === undefined ? message : undefined;
    // Of one that handles several at once, those make room for others.
    if (life.order.concurrency > 1) this.#leave(life, message);
    const before = enterLight(life);
    try {
      if (message.notice !== undefined) {
        life.between = true;
        result = message.notice();
      } else result = this.#call(life, message);
    } catch (error) {
      life.running--;
      return this.#refuseOrFail(life, message, error);
    } finally {
      life.between = false;
      enterLight(before);
    }
    if (isThenable(result)) return this.#await(life, message, result);
    life.running--;
    this.#reply(life, message, result);
  }

  #call(life: LightLife, message: LightMessage): unknown {
    const { args, hash, from } = message;
    const method = life.methods!.get(hash);
    if (method === undefined && hash !== OPEN) {
      throw unknownMethod(life.actor.name, life.methods!);
    }
    let values = args;
    // What came with it can be read once, and it may be handled again.
    if (typeof values === "function") {
      message.args = values = values() as unknown[];
    }
    return method === undefined
      ? this.#stream(life, from, values as OpenArgs)
      : method.call.apply(life.instance, values);
  }

  /** Begins a stream, which goes on beside the messages. */
  #stream(
    life: LightLife,
    from: LightSender | undefined,
    args: OpenArgs,
  ): unknown {
    const { isolate } = this.#stage;
    life.streams ??= new OpenStreams(isolate.streams, {
      name: life.actor.name,
      instance: life.instance!,
      methods: life.methods!,
      run: (act) => life.within(act),
      changed: () => life.checkpoints?.changedBetween(),
      failed: (thrown, method) => {
        const error = tamed(thrown);
        if (this.#isAlone(life, error, method)) return error as Error;
        life.actor.fail(life, error);
        return this.#failed(life, error);
      },
    });
    return life.streams.open(from?.endpoint ?? isolate.endpoint, args);
  }

  /** Ends the streams of `life`, if there are any, because it stops, or failed with `error`. */
  endStreams(life: LightLife, error: unknown): Promise<void> | undefined {
    return life.streams?.end(
      life.stop === undefined
        ? this.#failed(life, error)
        : streamStopped(life.actor.name),
    );
  }

  #await(
    life: LightLife,
    message: LightMessage,
    result: PromiseLike<unknown>,
  ): void {
    const landed = this.#fly(life, message);
    result.then((value) => {
      if (!landed()) return;
      this.#reply(life, message, value);
      life.actor.goOn(life);
    }, (error) => {
      if (!landed()) return;
      this.#refuseOrFail(life, message, error);
      life.actor.goOn(life);
    });
  }

  /** The handler of a message takes time. Returns what says that it has ended, and answers whether that counts. */
  #fly(life: LightLife, message: LightMessage): () => boolean {
    (life.flying ??= new Set()).add(message);
    if (message.asks && message.from !== undefined) {
      this.#stage.takesTime(life.actor, message);
    }
    return () => {
      message.landed = true;
      if (life.state === "over") return false;
      life.running--;
      return life.flying!.delete(message);
    };
  }

  /** Calls the clause for a message that the handler which runs has waited for. */
  receive(
    life: LightLife,
    { message, clause, receipt }: {
      message: LightMessage;
      clause: Clause;
      receipt: Receipt;
    },
  ): void {
    if (message.ask !== undefined) message.ask.light!.begun = true;
    const { outer } = life.receiving!;
    const landed = (): void => {
      this.#finish(life, message);
      if (life.receiving!.outer === outer) life.handling = outer;
    };
    const returned = (value: unknown): void => {
      if (message.asks) this.#stage.answer(life.actor, message, value);
      landed();
      receipt.settle(value);
    };
    const thrown = (error: unknown): void => {
      if (message.asks) {
        const answer = readableError(error, life.actor.name);
        this.#stage.answerError(life.actor, message, answer);
      }
      landed();
      receipt.reject(error);
    };
    life.handling = message;
    const before = enterLight(life);
    let result: unknown;
    try {
      const { args } = message;
      if (typeof args === "function") message.args = args() as unknown[];
      result = clause(...message.args as unknown[]);
    } catch (error) {
      return thrown(error);
    } finally {
      enterLight(before);
    }
    if (!isThenable(result)) return returned(result);
    life.running++;
    const counts = this.#fly(life, message);
    result.then((value) => {
      if (!counts()) return;
      returned(value);
      life.actor.goOn(life);
    }, (error) => {
      if (!counts()) return;
      thrown(error);
      life.actor.goOn(life);
    });
  }

  /** The message that `life` is handling, for the report of its end. */
  inFlight(life: LightLife): WireCrash | undefined {
    const [message] = life.flying ?? [];
    return message && this.#stage.describe(life, message);
  }

  /** What is in flight ends with its life. */
  cut(life: LightLife, report: ExitReport): void {
    life.letGo();
    void life.streams?.end(
      this.#crashed(life, `ended (${report.kind})`, report.error),
    );
    for (const message of life.flying ?? []) {
      if (message.aside) {
        this.#putAside(life, message);
        continue;
      }
      if (message.asks) {
        const method = life.methods?.get(message.hash)?.name ?? "unknown";
        const how =
          `ended (${report.kind}) while it handled ${method}(): the call may have run`;
        const error = this.#crashed(life, how, report.error);
        this.#stage.answerError(life.actor, message, error);
      }
      this.#finish(life, message);
    }
  }

  #reply(life: LightLife, message: LightMessage, value: unknown): void {
    if (message.aside) return this.#putAside(life, message);
    life.receiving?.close(message);
    const frees = this.#freesFirst(life, message);
    if (frees) this.#finish(life, message);
    if (message.asks) this.#stage.answer(life.actor, message, value);
    if (!frees) this.#finish(life, message);
  }

  /** Whether there is to be room before a call is answered, as one that finds none does not wait: who hears may send again. */
  #freesFirst({ actor }: LightLife, { asks }: LightMessage): boolean {
    return asks && actor.overflow !== "wait";
  }

  /** It waits for another turn, and takes no room meanwhile. */
  #putAside(life: LightLife, message: LightMessage): void {
    message.aside = false;
    life.handling = message.cause = undefined;
    if (message.ask !== undefined) message.ask.light!.begun = false;
    life.checkpoints?.changed();
    if (life.state !== "over") life.context?.handled();
    this.#leave(life, message);
  }

  /** The room that a message takes in the mailbox is free. */
  #leave(life: LightLife, message: LightMessage): void {
    if (message.roomless || message.notice !== undefined) return;
    message.roomless = true;
    this.#stage.finished(life.actor, message);
  }

  #finish(life: LightLife, message: LightMessage): void {
    life.handling = message.cause = undefined;
    life.checkpoints?.changed();
    if (message.notice !== undefined) return;
    if (life.state !== "over") life.context?.handled();
    life.actor.handled++;
    if (message.roomless) return;
    this.#stage.finished(life.actor, message);
  }

  #refuseOrFail(
    life: LightLife,
    message: LightMessage,
    thrown: unknown,
  ): void {
    if (message.aside) return this.#putAside(life, message);
    const error = tamed(thrown);
    const received = life.receiving?.close(message) === true;
    const method = life.methods?.get(message.hash)?.name ?? "unknown";
    const stopped = interrupted(error, life.actor.name);
    const alone = stopped !== undefined || this.#isAlone(life, error, method);
    if (!alone && !received && this.#comesAgain(life, message)) {
      life.crash ??= this.#stage.describe(life, message);
      return life.actor.fail(life, error);
    }
    if (!alone) {
      life.crash ??= this.#stage.describe(life, message);
      if (life.order.redeliver > 0) {
        this.#stage.losses.lose(life.actor, message, "poison");
      }
    }
    if (error instanceof UnknownMethodError && error.method === "") {
      this.#stage.losses.lose(life.actor, message, "unknownMethod");
    }
    const frees = alone && this.#freesFirst(life, message);
    if (frees) this.#finish(life, message);
    if (message.asks) {
      const answer = stopped ??
        (alone ? error as Error : this.#failed(life, error));
      this.#stage.answerError(life.actor, message, answer);
    }
    if (!frees) this.#finish(life, message);
    if (!alone) life.actor.fail(life, error);
  }

  #isAlone(life: LightLife, error: unknown, method: string): boolean {
    return isAlone(error, life.order.onFailure, () => {
      life.owner.resumed(readableError(error, life.actor.name), method);
    });
  }

  #failed(life: LightLife, error: unknown): ActorCrashedError {
    return failedBy(life.actor.name, life.order.incarnation, error);
  }

  /** Has a message that failed come again, before any other, if it may and nobody wanted the end. */
  #comesAgain(life: LightLife, message: LightMessage): boolean {
    const { redeliver } = life.order;
    if (redeliver === 0 || life.state !== "up" || life.stop !== undefined) {
      return false;
    }
    if (!this.#stage.losses.comesAgain(message, redeliver)) return false;
    life.handling = undefined;
    life.actor.putBack(message);
    return true;
  }

  #crashed(life: LightLife, how: string, cause: unknown): ActorCrashedError {
    const { incarnation } = life.order;
    return new ActorCrashedError(`"${life.actor.name}" ${how}`, {
      actor: life.actor.name,
      incarnation,
      cause,
    });
  }
}
