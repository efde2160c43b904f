/**
 * When an ended child is restarted.
 *
 * - `"permanent"`: always. The default.
 * - `"transient"`: after an abnormal end only; `done` and `stopped` are the normal ones.
 * - `"temporary"`: never; the child is forgotten.
 *
 * Whatever the type, a child that somebody stopped or killed on purpose stays stopped.
 */
export type RestartType = "permanent" | "transient" | "temporary";

/**
 * Who is restarted when a child fails.
 *
 * - `"oneForOne"`: only that child. The default.
 * - `"oneForAll"`: all children.
 * - `"restForOne"`: that child and those after it in start order.
 */
export type Strategy = "oneForOne" | "oneForAll" | "restForOne";

/** What a strategy has to know of a child. */
export interface StrategyMember {
  /** The child's id. */
  readonly id: string;
  /** The child's restart type. */
  readonly restart: RestartType;
  /** False when it was stopped by hand or, being transient, ended normally. */
  readonly wanted: boolean;
}

/** What to do with whom after a failure; ids of children left alone appear nowhere. */
export interface RestartPlan {
  /** To be stopped, in this order: reverse start order. The failed child is not among them. */
  readonly stop: readonly string[];
  /** To be started afterwards, in this order: start order. The failed child is among them. */
  readonly start: readonly string[];
  /** To be forgotten once stopped: temporary bystanders. */
  readonly remove: readonly string[];
}

/** What {@linkcode planRestart} is asked. */
export interface RestartQuestion {
  /** The strategy in force. */
  readonly strategy: Strategy;
  /** The child that failed and is to be restarted. */
  readonly failed: string;
  /** Starts unwanted members of the group too, as OTP does. Defaults to false. */
  readonly restartStopped?: boolean;
}

/**
 * Says which children to stop, which to start and in which order, after one has failed.
 *
 * - A child stopped by hand, or a transient one that ended normally, stays stopped unless `restartStopped`.
 * - A temporary bystander is stopped and forgotten, never started.
 *
 * @param children All children in start order.
 */
export function planRestart(
  children: readonly StrategyMember[],
  question: RestartQuestion,
): RestartPlan {
  const { strategy, failed, restartStopped = false } = question;
  const group = groupOf(children, strategy, failed);
  const bystanders = group.filter((child) => child.id !== failed);
  return {
    stop: bystanders.map((child) => child.id).reverse(),
    start: group
      .filter((child) =>
        child.id === failed ||
        (child.restart !== "temporary" && (child.wanted || restartStopped))
      )
      .map((child) => child.id),
    remove: bystanders
      .filter((child) => child.restart === "temporary")
      .map((child) => child.id),
  };
}

function groupOf(
  children: readonly StrategyMember[],
  strategy: Strategy,
  failed: string,
): readonly StrategyMember[] {
  const at = children.findIndex((child) => child.id === failed);
  switch (strategy) {
    case "oneForOne":
      return children.slice(at, at + 1);
    case "oneForAll":
      return children;
    case "restForOne":
      return children.slice(at);
  }
}
