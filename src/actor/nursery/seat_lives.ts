import type { ExitKind } from "../../exit_report.ts";
import { Lives } from "../../sync/lives.ts";
import type { Seat } from "./seat.ts";

/** The table of lives, and by which group the threads of a system can be ended together. */
export interface LivesOfSystem {
  /** The memory of the table. */
  readonly memory: SharedArrayBuffer;
  /** The group. */
  readonly group: number;
}

/** The life of one thread, as it is handed to it. */
export interface LifeOfThread {
  /** The memory of the table. */
  readonly memory: SharedArrayBuffer;
  /** Its name. */
  readonly who: number;
}

/** The lives of the threads in the seats of one nursery: each has one from its first line until it is fenced. */
export class SeatLives {
  readonly #lives: Lives;
  readonly #group: number;
  readonly #names: Map<Seat, number> = new Map();

  /** Lives in the table of a system. */
  constructor({ memory, group }: LivesOfSystem) {
    this.#lives = new Lives(memory);
    this.#group = group;
  }

  /** Begins the life of the thread that takes a seat. */
  begin(seat: Seat): LifeOfThread {
    const who = this.#lives.claim(this.#group);
    this.#names.set(seat, who);
    return { memory: this.#lives.memory, who };
  }

  /** Whether the thread in one of the seats has that name. */
  has(who: number): boolean {
    return this.#names.values().some((name) => name === who);
  }

  /**
   * Ends it: what the thread held of locks is another's to take from here on.
   *
   * @returns The name of the thread; `undefined` if none was there.
   */
  end(seat: Seat, kind: ExitKind): number | undefined {
    const who = this.#names.get(seat);
    if (who === undefined) return;
    this.#names.delete(seat);
    this.#lives.end(who, kind !== "done" && kind !== "stopped");
    return who;
  }
}
