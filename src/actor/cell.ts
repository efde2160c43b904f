import type { ExitReport } from "../exit_report.ts";

/**
 * The logical actor as its owner holds it: one address and mailbox, many incarnations, at most one alive.
 *
 * The owner (a supervisor) decides when an incarnation starts and ends; the cell only reports the ends that its owner
 * did not ask for.
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
  /** Gives the address up for good: pending asks reject, watchers are told once. Idempotent. */
  retire(report: ExitReport): void;
}

/** Opens cells: how a supervisor makes its children without knowing threads, processes or machines. */
export interface CellFactory {
  /** Opens a cell for one child; starts nothing yet. */
  open(
    spec: {
      id: string;
      actor: unknown;
      args: readonly unknown[];
      options?: unknown;
    },
  ): Cell;
}
