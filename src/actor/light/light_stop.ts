/** How a light actor is to end. */
export interface LightStop {
  /** Given to its hook. */
  readonly reason: unknown;
  /** Whether after all messages that wait. */
  readonly drain: boolean;
  /** Milliseconds until it is killed; 0 kills at once, Infinity never. */
  readonly deadlineMs: number;
  /** Whether somebody but its owner wants it. */
  readonly asked: boolean;
  /** Whether the actor itself wants it, and it is for its owner to say whether it stays stopped. */
  readonly own?: true;
}
