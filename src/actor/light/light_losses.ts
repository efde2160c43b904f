import { errorToWire } from "../../error_wire.ts";
import { ActorCrashedError } from "../../errors.ts";
import type { DeadLetterReason } from "../mail/dead_letter.ts";
import type { LightActor } from "./light_actor.ts";
import { senderName } from "./light_crash.ts";
import { LightEncore } from "./light_encore.ts";
import { droppedError, emptiedError, stoppedError } from "./light_errors.ts";
import type { Lights } from "./light_host.ts";
import type { LightMessage, LightSender } from "./light_message.ts";

/** What becomes of the messages of a thread's light actors that are not handled, or not for good. */
export class LightLosses {
  readonly #lights: Lights;

  /** For those of `lights`. */
  constructor(lights: Lights) {
    this.#lights = lights;
  }

  /** Keeps what a message comes with, so that it can come again. */
  keep(message: LightMessage): void {
    if (message.notice !== undefined) return;
    message.again ??= new LightEncore(this.#lights.isolate, message);
  }

  /** Whether a message whose handler failed comes again, up to `most` times. */
  comesAgain(message: LightMessage, most: number): boolean {
    return message.again?.renew(this.#lights.isolate, message, most) ?? false;
  }

  /** Drops what waits at the end of an incarnation, by `cause` if it failed. */
  drop(
    actor: LightActor,
    messages: readonly LightMessage[],
    cause: Error | undefined,
  ): void {
    for (const message of messages) {
      this.lose(actor, message, "emptied");
      if (message.asks) {
        this.#lights.answerError(
          actor,
          message,
          emptiedError(actor.name, cause),
        );
      }
      if (message.notice === undefined && !message.roomless) {
        this.#lights.finished(actor, message);
      }
    }
  }

  /** The oldest message from there makes room for a newer one. Returns whether there was one. */
  dropOldest(
    actor: LightActor,
    from: LightSender | undefined,
    urgent: boolean,
  ): boolean {
    const message = actor.takeOne((each) =>
      each.from === from && each.urgent === urgent &&
      each.notice === undefined && each.again === undefined && !each.roomless
    );
    if (message === undefined) return false;
    const { name, capacity } = actor;
    this.lose(actor, message, "dropped");
    if (message.asks) {
      this.#lights.answerError(actor, message, droppedError(name, capacity));
    }
    this.#lights.finished(actor, message);
    return true;
  }

  /** Makes a dead letter of a message that nobody will handle. */
  lose(actor: LightActor, message: LightMessage, why: DeadLetterReason): void {
    const { asks, notice, from, caller, hash } = message;
    if (notice !== undefined || (asks && why !== "undelivered")) return;
    const sender = caller?.current;
    this.#lights.isolate.report({
      why,
      kind: asks ? "ask" : "tell",
      to: this.#lights.numberOf(actor),
      toName: actor.name,
      from: from?.endpoint ?? sender?.self.id ?? this.#lights.isolate.endpoint,
      fromName: from === undefined
        ? sender?.name
        : senderName(this.#lights.isolate, from),
      hash,
    });
  }

  /** A message that waited when its actor ended for good, by `cause` if it failed. */
  turnAway(
    actor: LightActor,
    message: LightMessage,
    cause: Error | undefined,
  ): void {
    this.lose(actor, message, "undelivered");
    if (!message.asks && !message.roomless) message.from?.lane?.settle();
    if (message.again !== undefined) {
      // It has begun, and was to come again.
      const { name, incarnation } = actor;
      const error = new ActorCrashedError(
        `"${name}" failed, and ended before the call came again: it may have run`,
        { actor: name, incarnation, cause },
      );
      if (message.asks) this.#lights.answerError(actor, message, error);
      return;
    }
    if (!message.asks || message.ask?.open === false) return;
    const error = stoppedError(actor.name, cause);
    if (message.ask !== undefined) {
      return this.#lights.answerError(actor, message, error);
    }
    this.#lights.post.turnAway(
      message.from!,
      message.askId,
      errorToWire(error),
    );
  }
}
