import type { LightActor } from "./light_actor.ts";
import type { LightMessage } from "./light_message.ts";
import type { LightOrder } from "./light_order.ts";
import type { LightHome } from "./light_home.ts";
import type { LightLosses } from "./light_losses.ts";
import type { LightTies } from "./light_ties.ts";
import type { LightLife } from "./light_life.ts";
import type { WireCrash } from "../thread/last_call.ts";
import type { LightWork } from "./light_work.ts";
import type { Isolate } from "../thread/isolate.ts";
import type { ActorRef } from "../ref.ts";

/** What a light actor needs of who runs it. */
export interface LightStage {
  /** Handles its messages. */
  readonly handling: LightWork;
  /** The thread it is on. */
  readonly isolate: Isolate;
  /** What becomes of messages that are not handled. */
  readonly losses: LightLosses;
  /** Who is linked with whom. */
  readonly ties: LightTies;
  /** It has something to do: lets it run when its turn comes. */
  enqueue(actor: LightActor): void;
  /** Whether the thread has to do other things now. */
  sliceOver(): boolean;
  /** A ref to it, for itself. */
  refTo(actor: LightActor, order: LightOrder): ActorRef<unknown>;
  /** What starts actors for it; `undefined` on a thread that starts none. */
  homeOf(actor: LightActor): LightHome | undefined;
  /** Its next incarnation is up: who watches it is told. */
  restarted(actor: LightActor): void;
  /** It takes no more messages: who sends to it is told. */
  draining(actor: LightActor): void;
  /** The handler of a call goes on after its turn. */
  takesTime(actor: LightActor, message: LightMessage): void;
  /** Answers a call with what the handler returned. */
  answer(actor: LightActor, message: LightMessage, value: unknown): void;
  /** Answers a call with an error. */
  answerError(actor: LightActor, message: LightMessage, error: Error): void;
  /** What a report shows of a message that `life` was handling when it ended. */
  describe(life: LightLife, message: LightMessage): WireCrash | undefined;
  /** A message is dealt with: there is room for another. */
  finished(actor: LightActor, message: LightMessage): void;
}
