import type { Cell } from "../actor/cell.ts";
import type { ChildInfo } from "./child.ts";
import type { Directive } from "./failure_rule.ts";

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
  /** What the actor held, if it let anybody see it. */
  readonly state?: unknown;
}

/**
 * A cell with what a supervisor makes use of where it is there.
 *
 * A cell that lacks these still is supervised; its crash reports say less and its state begins anew.
 */
export interface SupervisedCell extends Cell {
  /** What is known of the crash of the incarnation that ended last; asked for when its end is reported. */
  crash?(): CrashDetail | undefined;
  /**
   * Set by the supervisor: to be told of every state that the actor's `checkpoint()` hook gave, with the number of the
   * incarnation it is from. What an incarnation says after its end is not kept.
   */
  onCheckpoint?: ((state: unknown, incarnation: number) => void) | undefined;
  /**
   * Called before a start that follows a failure, if a state is kept: the incarnation is to get it through its
   * `restore(state)` hook, after the constructor and before `onStart`. Holds for the next start alone.
   */
  restoreNext?(state: unknown): void;
  /** The children of a cell that is a supervisor. */
  children?(): readonly ChildInfo[];
}

/** What a child's cell is opened with: more than a factory has to know. */
export interface CellSpec {
  /** The child's id. */
  readonly id: string;
  /** What to run. */
  readonly actor: unknown;
  /** Its arguments. */
  readonly args: readonly unknown[];
  /** How to spawn it. */
  readonly options?: unknown;
  /**
   * Which class of error calls for what, in order, by the class's name; only given when `"resume"` is among them, which
   * only the actor itself can follow. The first entry that names a class of the error's chain decides.
   */
  readonly onFailure?: readonly {
    /** Name of the class; not set for every failure. */
    readonly error?: string;
    /** What it calls for. */
    readonly then: Directive;
  }[];
}
