import type { Effect } from "./effect.ts";

/** What keeps the writes of a Manager, so that they outlive its thread or its program. */
export interface Keeper {
  /** Resolves when every write so far is kept; `undefined` when they are. */
  readonly pending: Promise<void> | undefined;
  /**
   * Keeps a write, before it is done.
   *
   * @returns What resolves when it is kept, or `undefined` when it is.
   * @throws {Refusal} If it cannot be kept; nothing was.
   */
  keep(effects: readonly Effect[]): Promise<void> | undefined;
  /** Waits for what is pending, and lets go. */
  close(): void | Promise<void>;
}

/** Keeps nothing. */
export const NO_KEEPER: Keeper = {
  pending: undefined,
  keep: () => undefined,
  close: () => {},
};
