import type { ExitReport } from "../exit_report.ts";

/** What is known of a crash beyond its report. */
export interface CrashDetail {
  /** The message that was being handled. */
  readonly message?: {
    /** The method that was called. */
    readonly method: string;
    /** Its arguments, as far as they are known. */
    readonly args?: readonly unknown[];
  };
  /** Where the message was sent from: a stack, or the name of the sender. */
  readonly caller?: string;
  /** What the actor held when it last let anybody see it. */
  readonly state?: unknown;
}

/** A failure after which an actor went on, as a rule said. */
export interface ResumedFailure {
  /** What its handler threw. */
  readonly error: Error;
  /** The method that was called. */
  readonly method: string;
  /** The incarnation that goes on. */
  readonly incarnation: number;
}

/**
 * The logical actor as its owner holds it: one address and mailbox, many incarnations, at most one alive.
 *
 * The owner (a supervisor) decides when an incarnation starts and ends; the cell only reports the ends that its owner
 * did not ask for.
 *
 * A cell that lacks what is optional is supervised too: its crash reports say less, and its state begins anew.
 */
export interface Cell {
  /** The name shown in reports; unique among the children of one owner. */
  readonly name: string;
  /** What others hold; survives restarts. Its real type is `ActorRef<unknown>`. */
  readonly ref: unknown;
  /** The number of the incarnation that runs or ran last; 0 before the first start. */
  readonly incarnation: number;
  /**
   * Starts the next incarnation; `after` is the end it recovers from.
   *
   * Resolves when constructor and `onStart` (and `onRestart`) are done; never called while an incarnation runs.
   *
   * @throws {ActorInitError} If the constructor or a start hook threw; `InitTimeoutError` or `ModuleLoadError` alike.
   */
  start(after?: ExitReport): Promise<void>;
  /**
   * Ends the running incarnation: asks it to stop (its `onStop` hook runs) and kills it when `shutdownMs` passed.
   *
   * `"kill"` kills at once, `"infinity"` waits for as long as it takes. Resolves with its report, also when none runs.
   * During {@linkcode Cell.start} it ends the start too, which then rejects. May be called again
   * with `"kill"` to cut an end short; every call then resolves. Never calls {@linkcode Cell.onEnded}.
   */
  end(
    reason: unknown,
    shutdownMs: number | "kill" | "infinity",
  ): Promise<ExitReport>;
  /**
   * Called once for each incarnation that ended without {@linkcode Cell.end}: by a crash, a hang, its own stop, or by
   * a user through the ref; then `asked` is true and it must stay stopped.
   *
   * One that was asked to end through the ref before it was up is told of here too, just before its start rejects; and
   * when no incarnation runs, so that none is started.
   */
  onEnded: ((report: ExitReport, asked: boolean) => void) | undefined;
  /** What is known of the crash of the incarnation that ended last; asked for when its end is reported. */
  crash?(): CrashDetail | undefined;
  /** Called each time that an incarnation goes on after a failure, as {@linkcode CellSpec.onFailure} says. */
  onResumed?: ((failure: ResumedFailure) => void) | undefined;
  /**
   * Set by the owner before the first start: to be told of every state that the actor's `checkpoint()` hook gave, with
   * the number of the incarnation it is from. It is for {@linkcode Cell.restoreNext} alone to understand.
   */
  onCheckpoint?: ((state: unknown, incarnation: number) => void) | undefined;
  /**
   * Called before a start that follows a failure, if a state is kept: the incarnation is to get it through its
   * `restore(state)` hook, after the constructor and before `onStart`. Holds for the next start alone.
   */
  restoreNext?(state: unknown): void;
  /** Gives the address up for good: pending asks reject, watchers are told once. Idempotent. */
  retire(report: ExitReport): void;
}

/** A supervisor, for the owner of what it opens. */
export interface Tied {
  /** Resolves when it is over. */
  readonly over: Promise<unknown>;
  /** Ends it at once. */
  kill(): unknown;
}

/** Opens cells: how a supervisor makes its children without knowing threads, processes or machines. */
export interface CellFactory {
  /** Opens a cell for one child; starts nothing yet. */
  open(spec: CellSpec): Cell;
  /** Ends `tree`, which opens cells here, when the owner of those cells ends and its thread does not. */
  tie?(tree: Tied): void;
}

/** What the cell of one child is opened with. */
export interface CellSpec {
  /** The child's id. */
  readonly id: string;
  /** What to run. */
  readonly actor: unknown;
  /** Its arguments. */
  readonly args: readonly unknown[];
  /** How to spawn it. */
  readonly options?: unknown;
  /** It is started at most once: what it was started with need not be kept. Defaults to false. */
  readonly once?: boolean;
  /** Who asks it acts on each rejection: the asks that its end leaves behind are no dead letters. Defaults to false. */
  readonly unmissed?: boolean;
  /**
   * Which class of error calls for what, in order, by the class's name; only given when `"resume"` is among them, which
   * only the actor itself can follow. The first entry that names a class of the error's chain decides.
   */
  readonly onFailure?: readonly {
    /** Name of the class; not set for every failure. */
    readonly error?: string;
    /** What it calls for. */
    readonly then: "restart" | "resume" | "stop" | "escalate";
  }[];
}
