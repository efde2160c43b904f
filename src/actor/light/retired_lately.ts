import type { ExitReport } from "../../exit_report.ts";

/** What is known of one that has ended. */
interface Retired {
  readonly name: string;
  readonly report: ExitReport;
  /** When, as links are counted; see tie_clock.ts. */
  readonly at: number;
}

/** So many are kept. */
const KEPT = 1_024;

/** The light actors that ended lately, for messages and watchers that come too late. */
export class RetiredLately {
  readonly #known: Map<number, Retired> = new Map();

  /** What is known of the light actor `local`. */
  get(local: number): Retired | undefined {
    return this.#known.get(local);
  }

  /** Keeps what is known of one. */
  add(local: number, known: Retired): void {
    this.#known.set(local, known);
    if (this.#known.size <= KEPT) return;
    this.#known.delete(this.#known.keys().next().value!);
  }
}
