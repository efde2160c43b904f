import type { ExitReport } from "../../exit_report.ts";
import type { Overflow } from "../../channel/overflow.ts";
import type { WireState } from "../mail/protocol.ts";
import type { FailureRules } from "../resume.ts";
import type { WireCrash } from "../thread/last_call.ts";

/** What it takes to make an incarnation of a light actor. */
export interface LightOrder {
  /** URL of the module that registers it. */
  readonly module: string;
  /** Name of the definition. */
  readonly definition: string;
  /** Name of the actor. */
  readonly name: string;
  /** Which incarnation it is. */
  readonly incarnation: number;
  /** Longest time of a start, in milliseconds. */
  readonly initTimeout: number;
  /** Messages handled at the same time. */
  readonly concurrency: number;
  /** Messages of each sending thread that may wait. */
  readonly capacity: number;
  /** Messages that it may put aside. */
  readonly stash: number;
  /** Largest message, in bytes. */
  readonly maxBytes: number;
  /** What becomes of a message that finds no room. */
  readonly overflow: Overflow;
  /** Whether urgent messages come before the others. */
  readonly urgent: boolean;
  /** How often a message whose handler failed is handled again. */
  readonly redeliver: number;
  /** Whether what waits at an end is dropped. */
  readonly dropMail: boolean;
  /** Milliseconds between two checkpoints, at least; `undefined` when nobody keeps them. */
  readonly checkpointMs: number | undefined;
  /** What to do about which error of a handler; `undefined` when it never resumes. */
  readonly onFailure: FailureRules | undefined;
  /** Who starts it. */
  readonly parent: { readonly id: number; readonly name: string };
}

/** The end of an incarnation that was up. */
export interface LightEnd {
  /** How it ended. */
  readonly report: ExitReport;
  /** Whether somebody but its owner wanted it. */
  readonly asked: boolean;
  /** The message that it was handling. */
  readonly crash: WireCrash | undefined;
  /** Whether anybody hears of it there; see unheard_end.ts. */
  readonly heard: boolean;
}

/** The incarnation of a thread that starts a light actor, which does not outlive it. */
export interface OwnerThread {
  /** Its row. */
  readonly endpoint: number;
  /** Which incarnation it is. */
  readonly epoch: number;
}

/** Who started a light actor, and is told what becomes of it. */
export interface LightOwner extends OwnerThread {
  /** The incarnation is up. */
  started(): void;
  /** It never came up. */
  notStarted(error: unknown): void;
  /** It goes on after a failure. */
  resumed(error: Error, method: string): void;
  /** It lets a state of it be kept. */
  checkpoint(state: WireState): void;
  /** It was up and has ended; or nobody ran, and somebody but its owner wants that none does. */
  ended(end: LightEnd): void;
}
