import type { LastCall } from "./last_call.ts";
import type { WireReport } from "../mail/protocol.ts";
import type { ActorTimers } from "../timers.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Shelves } from "./shelves.ts";

/** What the loop of an actor is told about it. */
export interface LoopFacts {
  /** Its name. */
  readonly name: string;
  /** Which incarnation it is. */
  readonly incarnation: number;
  /** Messages handled at the same time. */
  readonly concurrency: number;
  /** What lets others keep its state, if somebody does. */
  readonly checkpoints?: Checkpoints | undefined;
  /** Its timers. */
  readonly timers?: ActorTimers | undefined;
  /** Whether an error of a method is the answer to its call alone: the actor goes on. */
  readonly isAlone: (error: unknown, method: string) => boolean;
  /** Whether the message in flight at a failure may come again. */
  readonly redelivers?: boolean;
  /** Where it puts messages aside. */
  readonly shelf: Shelves;
  /**
   * Called once, with its end.
   *
   * @param call The message whose handler threw.
   * @param heard Whether somebody waits for an answer, or read a stream.
   */
  ended(
    report: WireReport,
    call: LastCall | undefined,
    heard: boolean,
  ): void;
}
