/**
 * What travels between threads, and nothing else: kinds of lane records, and
 * the messages between a thread and the nursery.
 *
 * @module
 */
import type { Collect, Deposit, Forget } from "../../channel/depot.ts";
import type { WireError } from "../../error_wire.ts";
import type { ExitReport } from "../../exit_report.ts";
import type { DeadLetterBundle } from "./dead_letter.ts";
import type { LifeOfThread, LivesOfSystem } from "../nursery/seat_lives.ts";
import type { LineFacts } from "../light/light_line.ts";
import type { OwnerThread } from "../light/light_order.ts";
import type { OutputLine } from "../output_line.ts";
import type { ProcessOrder } from "../process_order.ts";
import type { FailureRules } from "../resume.ts";
import type { LastCall, WireCrash } from "../thread/last_call.ts";
import type { ShelfMemory } from "../thread/shelves.ts";

/** Kinds of lane records. 0 is the lane's own padding. */
export const KIND: {
  readonly TELL: 1;
  readonly ASK: 2;
  readonly REPLY: 3;
  readonly ERROR: 4;
  readonly LIGHT: 5;
  readonly STREAM: 6;
  readonly SERVICE: 7;
  /** Added to TELL or ASK: a message for a light actor that comes before the others. */
  readonly URGENT: 16;
} = {
  TELL: 1,
  ASK: 2,
  REPLY: 3,
  ERROR: 4,
  LIGHT: 5,
  STREAM: 6,
  SERVICE: 7,
  URGENT: 16,
};

/** Whether a record is a message whose sender waits for nothing. */
export function isTell({ kind }: { readonly kind: number }): boolean {
  return (kind & ~KIND.URGENT) === KIND.TELL;
}

/** First word of a REPLY or an ERROR that is no dead letter when it comes too late. */
export const UNMISSED: 1 = 1 as const;

/** An address: one life of one endpoint. */
export interface Address {
  /** Row in the table of endpoints. */
  readonly endpoint: number;
  /** Owner count of that row. */
  readonly life: number;
  /** Number of a light actor among those of that endpoint; the thread's own actor has none. */
  readonly local?: number;
}

/** One who is linked with another, as a thread is told of it that need not know it. */
export interface Tied {
  readonly address: Address;
  readonly name: string;
  /** Of a light actor, what is known wherever a ref to it is. */
  readonly facts?: LineFacts;
}

/** An {@link ExitReport} as it travels. */
export interface WireReport {
  readonly kind: ExitReport["kind"];
  readonly code: number;
  readonly signal?: string;
  readonly error?: WireError;
  /** Of a host worker: the light actor that had its turn. */
  readonly culprit?: number;
}

/** A state of an actor on its way to its owner and back: nobody looks into it on the way. */
export interface WireState {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly attachments: readonly unknown[] | undefined;
}

/** What a worker needs to become an actor. */
export interface Become {
  readonly type: "become";
  readonly address: Address;
  readonly epoch: number;
  readonly name: string;
  readonly module: string;
  readonly definition: string;
  readonly kind: "actor" | "task";
  readonly args: Uint8Array;
  readonly attachments: readonly unknown[] | undefined;
  readonly incarnation: number;
  readonly parent: { readonly endpoint: number; readonly name: string };
  readonly after: WireReport | undefined;
  readonly concurrency: number;
  /** Whether the message in flight at a failure may be delivered again. */
  readonly redelivers: boolean;
  /** Milliseconds between two checkpoints, at least; `undefined` when nobody keeps them. */
  readonly checkpointMs: number | undefined;
  /** What to do about which error of a handler; `undefined` when the actor never resumes. */
  readonly onFailure: FailureRules | undefined;
  /** What the actor is to restore. */
  readonly restore: WireState | undefined;
  readonly life: LifeOfThread;
  readonly table: SharedArrayBuffer;
  readonly lanes: readonly LaneInfo[];
  /** Messages that it may put aside. */
  readonly stash: number;
  /** What the incarnation before put aside; see shelves.ts. */
  readonly shelf: ShelfMemory;
}

/** A lane on its way to its reader. */
export interface LaneInfo {
  /** The same on every thread. */
  readonly id: string;
  readonly memory: SharedArrayBuffer;
  readonly express: boolean;
  /** Whether its mail comes before that of other lanes. */
  readonly urgent?: boolean;
}

/** Values that cannot be bytes, for one record; the record in the lane keeps their place in the order. */
export interface Parcel {
  readonly type: "parcel";
  readonly to: number;
  readonly from: number;
  readonly id: number;
  readonly spill: SharedArrayBuffer | undefined;
  readonly attachments: readonly unknown[] | undefined;
  readonly transfer: readonly Transferable[];
  /** Whether what it held went to an incarnation that has ended. */
  readonly lost?: true;
}

/** From a thread to the nursery. */
export type ToNursery =
  | { readonly type: "closing" }
  | { readonly type: "close" }
  | {
    readonly type: "hello";
    readonly table: SharedArrayBuffer;
    readonly lives: LivesOfSystem;
    readonly spares: number;
    /** See foreseen.ts. */
    readonly foreseen: readonly string[];
  }
  | {
    readonly type: "hatched";
    readonly id: string;
    readonly port: MessagePort;
  }
  | { readonly type: "hatchFailed"; readonly id: string; readonly why: string }
  | {
    readonly type: "start";
    readonly owner: number;
    readonly become: Omit<
      Become,
      "lanes" | "table" | "epoch" | "life" | "shelf"
    >;
    readonly transfer: readonly Transferable[];
    readonly initTimeout: number;
    readonly hangMs: number;
    /** How often a message that was in flight at a crash is delivered again. */
    readonly redeliver: number;
    /** Whether what waits at an end is dropped. */
    readonly dropMail: boolean;
    /** Whether nothing follows its end. */
    readonly once: boolean;
    /** Whether the asks that it leaves behind are no dead letters. */
    readonly unmissed?: boolean;
    /** The process that it keeps, if it keeps one. */
    readonly ahead?: ProcessOrder | undefined;
  }
  | {
    readonly type: "stop";
    readonly address: Address;
    readonly reason: unknown;
    readonly drain: boolean;
    /** Who wants to be told of the end of this incarnation, or -1. */
    readonly from: number;
    /** Milliseconds until it is killed; 0 kills at once, Infinity never. */
    readonly deadlineMs: number;
    /** Whether it comes from outside its owner, so that it must stay stopped. */
    readonly asked: boolean;
    /** Whether the actor itself has nothing left to do: it is for its owner to say whether it stays stopped. */
    readonly own?: true;
  }
  | {
    readonly type: "retire";
    readonly address: Address;
    readonly report: WireReport;
  }
  | {
    readonly type: "connect";
    readonly from: number;
    readonly to: Address;
    /** The name that the sender knows it by. */
    readonly toName: string | undefined;
    readonly lane: LaneInfo;
    /** The way back, if who reads the lane has none yet. Who sends this reads it already. */
    readonly back: LaneInfo | undefined;
  }
  | { readonly type: "drained"; readonly id: string }
  /** A light actor is to live there: the host worker is to run. */
  | {
    readonly type: "host";
    readonly address: Address;
    readonly hangMs: number;
    /** Whether it did not do what it had to in time: it may hang. */
    readonly suspected?: true;
  }
  /** Where this incarnation puts messages aside. */
  | {
    readonly type: "shelf";
    readonly memory: SharedArrayBuffer;
    /** Whether it is for urgent messages. */
    readonly urgent: boolean;
  }
  | {
    readonly type: "watch";
    readonly watcher: number;
    readonly address: Address;
  }
  | {
    readonly type: "link";
    /** The light actor that links; the thread's own actor if none is named. */
    readonly by?: Tied;
    readonly to: Tied;
    /** When; see tie_clock.ts. */
    readonly at: number;
  }
  | {
    readonly type: "unlink";
    /** The light actor that unlinks; the thread's own actor if none is named. */
    readonly by?: Address;
    readonly to: Address;
    /** When; see tie_clock.ts. */
    readonly at: number;
  }
  | { readonly type: "trap"; readonly on: boolean }
  /** A light actor ended for good, and whoever is at `to` was linked with it. */
  | {
    readonly type: "lightGone";
    readonly address: Address;
    readonly to: Address;
    readonly report: WireReport;
  }
  | Parcel
  | Deposit
  | Collect
  | Forget
  | DeadLetterBundle
  | { readonly type: "parcelDone"; readonly to: number; readonly id: number }
  | Output
  | FromWorker;

/** A process wrote a line. */
export interface Output {
  readonly type: "output";
  readonly line: OutputLine;
}

/** A state that its actor lets be kept. */
export interface Checkpoint {
  readonly type: "checkpoint";
  readonly state: WireState;
}

/** A handler threw, and its actor goes on as a rule of its supervisor's says. */
export interface Resumed {
  readonly type: "resumed";
  /** What it threw. */
  readonly error: WireError;
  /** The method that was called. */
  readonly method: string;
}

/** From a worker that serves an endpoint to the nursery. */
export type FromWorker =
  | { readonly type: "seeded" }
  | { readonly type: "warm" }
  | {
    readonly type: "started";
    /** The methods that are messages. */
    readonly methods: readonly string[];
  }
  | Checkpoint
  | Resumed
  | {
    readonly type: "ended";
    readonly report: WireReport;
    /** The message whose handler threw. */
    readonly call?: LastCall | undefined;
    /** Whether somebody read a stream of it. */
    readonly heard: boolean;
  };

/** From the nursery to a thread. */
export type FromNursery =
  | Become
  | {
    readonly type: "lane";
    readonly lane: LaneInfo;
    /** The way back to who writes it. */
    readonly back?: { readonly to: number; readonly lane: LaneInfo };
  }
  /** Nobody waits for the worker: it prepares, for actors of the modules that are foreseen; see foreseen.ts. */
  | { readonly type: "warmUp"; readonly foreseen: readonly string[] }
  /** A spare is to start a process ahead; or at once, for the actor of that name. */
  | {
    readonly type: "ahead";
    readonly order: ProcessOrder;
    readonly name?: string;
  }
  | {
    readonly type: "stop";
    readonly reason: unknown;
    readonly drain: boolean;
  }
  | {
    readonly type: "started";
    readonly address: Address;
    readonly incarnation: number;
  }
  | { readonly type: "kept" }
  /** What is put aside outlives the receiver of this. */
  | { readonly type: "shelved" }
  | (Checkpoint | Resumed) & {
    readonly address: Address;
    readonly incarnation: number;
  }
  | {
    readonly type: "ended";
    readonly address: Address;
    readonly incarnation: number;
    readonly report: WireReport;
    readonly asked: boolean;
    readonly crash: WireCrash | undefined;
    /** Whether anybody but its owner is told of this end. */
    readonly heard: boolean;
  }
  | {
    readonly type: "gone";
    readonly address: Address;
    readonly report: WireReport;
    readonly final: boolean;
    /** How many messages of the receiver of this had been begun there. */
    readonly begun: number;
    /** How many of them had been begun or dropped. */
    readonly dropped: number;
    /** The same of its urgent ones, which are not among those. */
    readonly urgent?: { readonly begun: number; readonly dropped: number };
    /** The asks among them that were put aside, by their number in the book of who asked. */
    readonly aside?: readonly number[];
    /** Whether the next incarnation has those. */
    readonly keptAside?: boolean;
  }
  /** All that an ended thread had sent beside its lanes has been handed on. */
  | { readonly type: "silent"; readonly from: number }
  | {
    readonly type: "stopped";
    readonly address: Address;
    readonly report: WireReport;
  }
  | {
    /** One that is linked with the receiver of this ended for good. */
    readonly type: "exit";
    /** The light actor that is told; the thread's own actor if none is named. */
    readonly local?: number;
    readonly from: Tied;
    readonly report: WireReport;
  }
  /** No exit of a former link comes any more. */
  | { readonly type: "unlinked"; readonly from: Address }
  /** A light actor of the receiver of this is linked: its final end is to be told to the nursery. */
  | {
    readonly type: "tie";
    readonly local: number;
    /** Who is to start it. */
    readonly owner: OwnerThread;
    readonly partner: Tied;
    /** When they were linked; `undefined` when it is told once more. */
    readonly at: number | undefined;
  }
  /** It is linked with that one no more. */
  | {
    readonly type: "untie";
    readonly local: number;
    readonly partner: Address;
  }
  | Parcel
  | Collect
  | Forget
  | DeadLetterBundle
  | Output
  | { readonly type: "zombies"; readonly count: number }
  | { readonly type: "closed" }
  | { readonly type: "spares"; readonly count: number }
  | { readonly type: "hatch"; readonly id: string }
  | { readonly type: "discard"; readonly id: string };

/** The 32-bit name of a method on the wire: FNV-1a over its UTF-16 code units. */
export function methodHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash | 0;
}
