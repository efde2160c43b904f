import { type Effect, isOfClients } from "./effect.ts";
import type { Journal } from "./journal.ts";
import type { Keeper } from "./keeper.ts";
import type { StateFile } from "./state_file.ts";

/** Keeps state in a file, and what belongs to clients in memory: both end with the program. */
export class SplitKeeper implements Keeper {
  readonly #file: StateFile;
  readonly #journal: Journal;

  /** Keeps in both. */
  constructor(file: StateFile, journal: Journal) {
    this.#file = file;
    this.#journal = journal;
  }

  /** See {@link Keeper.pending}. */
  get pending(): Promise<void> | undefined {
    return this.#file.pending;
  }

  /** See {@link Keeper.keep}. */
  keep(effects: readonly Effect[]): Promise<void> | undefined {
    const [first] = effects;
    // No write has effects of both kinds.
    if (first === undefined || !isOfClients(first)) {
      return this.#file.keep(effects);
    }
    this.#journal.keep(effects);
    // A fence that was given out is never given again.
    if (first[0] === "hold" || first[0] === "delete") {
      this.#file.reach(first[3]);
    }
    if (first[0] === "set") this.#file.reach(first[4]);
    return this.#file.pending;
  }

  /** See {@link Keeper.close}. */
  close(): void {
    this.#file.close();
  }
}
