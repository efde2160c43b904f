/**
 * How a light actor handles its messages: calls its methods, and has them answered.
 *
 * @module
 */
import {
  ActorCrashedError,
  Refusal,
  UnknownMethodError,
} from "../../errors.ts";
import type { ExitReport } from "../../exit_report.ts";
import { enterLight } from "../current.ts";
import { resumes } from "../resume.ts";
import type { WireCrash } from "../thread/last_call.ts";
import { isThenable } from "../is_thenable.ts";
import { unknownMethod } from "../mail/methods.ts";
import type { LightLife } from "./light_life.ts";
import type { LightMessage } from "./light_message.ts";
import type { LightStage } from "./light_stage.ts";

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
    if (message.asks) this.#stage.answer(life.actor, message, result);
    this.#finish(life, message);
  }

  #call(life: LightLife, { args, hash }: LightMessage): unknown {
    const method = life.methods!.get(hash);
    if (method === undefined) {
      throw unknownMethod(life.actor.name, life.methods!);
    }
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
      if (message.asks) this.#stage.answer(life.actor, message, value);
      this.#finish(life, message);
      life.actor.goOn(life);
    }, (error) => {
      if (!landed()) return;
      this.#refuseOrFail(life, message, error);
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
    for (const message of life.flying ?? []) {
      if (message.asks) {
        const how =
          `ended (${report.kind}) while it handled a call: it may have run`;
        const error = this.#crashed(life, how, report.error);
        this.#stage.answerError(life.actor, message, error);
      }
      this.#finish(life, message);
    }
  }

  #finish(life: LightLife, message: LightMessage): void {
    life.checkpoints?.changed();
    if (message.notice !== undefined) return;
    if (life.state !== "over") life.context?.handled();
    life.actor.handled++;
    this.#stage.finished(life.actor, message);
  }

  #refuseOrFail(
    life: LightLife,
    message: LightMessage,
    error: unknown,
  ): void {
    const { onFailure } = life.order;
    const alone = error instanceof Refusal ||
      error instanceof UnknownMethodError ||
      (onFailure !== undefined && resumes(error, onFailure));
    if (!alone) life.crash ??= this.#stage.describe(life, message);
    if (error instanceof UnknownMethodError && error.method === "") {
      this.#stage.lose(life.actor, message, "unknownMethod");
    }
    if (message.asks) {
      const answer = alone
        ? error as Error
        : this.#crashed(life, `failed: ${textOf(error)}`, error);
      this.#stage.answerError(life.actor, message, answer);
    }
    this.#finish(life, message);
    if (!alone) life.actor.fail(life, error);
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
