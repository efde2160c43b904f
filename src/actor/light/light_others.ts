import type { ExitReport } from "../../exit_report.ts";
import type { Address } from "../mail/protocol.ts";
import type { RefCore } from "../mail/ref_core.ts";
import type { LaneLine } from "./light_lane_line.ts";

/** Marks the number of an actor whose life is bound to the thread it is on. */
export const BOUND: number = 1 << 31;

/** What one thread knows of the light actors of others, by thread and number. */
export class LightOthers {
  readonly #known: Map<number, Map<number, RefCore>> = new Map();

  /** What is known of the light actor `local` at the thread `endpoint`. */
  find(endpoint: number, local: number): RefCore | undefined {
    return this.#known.get(endpoint)?.get(local);
  }

  /** The way to it, if it is known. */
  line(endpoint: number, local: number): LaneLine | undefined {
    return this.find(endpoint, local)?.line as LaneLine | undefined;
  }

  /** Keeps what is known of one. */
  add(core: RefCore, local: number): void {
    const { endpoint } = core.address;
    let known = this.#known.get(endpoint);
    if (known === undefined) this.#known.set(endpoint, known = new Map());
    known.set(local, core);
  }

  /** The one is gone for good. */
  end(endpoint: number, local: number, report: ExitReport): void {
    const core = this.find(endpoint, local);
    this.#known.get(endpoint)?.delete(local);
    core?.end(report);
    (core?.line as LaneLine | undefined)?.abandon();
  }

  /** An incarnation of their thread ended, and with a final end of it all of them; else those that are bound to it. */
  gone({ endpoint, life }: Address, report: ExitReport, final: boolean): void {
    for (const [local, core] of this.#known.get(endpoint) ?? []) {
      if (core.address.life !== life) continue;
      if (final || (local & BOUND) !== 0) this.end(endpoint, local, report);
      else (core.line as LaneLine).reset();
    }
  }
}
