import { Refusal } from "../errors.ts";
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

/** Keeps nothing; but a thread that was given up writes nothing either, as its replicas are another one's by then. */
export class NoKeeper implements Keeper {
  /** Everything is kept as long as it will be. */
  readonly pending: undefined;
  readonly #isGivenUp: () => boolean;

  /** For a thread that may be given up. */
  constructor(isGivenUp: () => boolean) {
    this.#isGivenUp = isGivenUp;
  }

  /** See {@link Keeper.keep}. */
  keep(_effects: readonly Effect[]): undefined {
    if (this.#isGivenUp()) throw takenOver();
  }

  /** See {@link Keeper.close}. */
  close(): void {}
}

/** Why a thread that was given up writes nothing. */
export function takenOver(): Refusal {
  return new Refusal(
    "Cannot keep the write as another incarnation of the Manager has taken over: ask again",
  );
}
