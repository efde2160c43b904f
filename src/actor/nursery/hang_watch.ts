import { ring } from "../../channel/doorbell.ts";
import { ENDPOINT, type EndpointTable } from "../../memory/endpoints.ts";
import type { Seat } from "./seat.ts";

/** How often actors are looked at, in milliseconds. */
const PROBE_MS = 50;
/** Silent probes that it takes at least, so that a stall of the watching thread itself accuses nobody. */
const MIN_PROBES = 3;

/** What is known of one actor. */
interface Pulse {
  readonly hangMs: number;
  /** Whether it is left alone as soon as it shows that it lives. */
  readonly once: boolean;
  progress: number;
  silentSince: number;
  silentProbes: number;
}

/**
 * Finds actors that do not return to their event loop.
 *
 * Each turn of an actor's loop counts in its PROGRESS word. The watch rings
 * those whose word stands still; an idle one wakes and counts, so only one that
 * is in synchronous code stays silent for `hangMs`.
 */
export class HangWatch {
  readonly #table: EndpointTable;
  readonly #onHung: (seat: Seat, hangMs: number) => void;
  readonly #pulses: Map<Seat, Pulse> = new Map();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** A watch that tells of each hang once. */
  constructor(
    table: EndpointTable,
    onHung: (seat: Seat, hangMs: number) => void,
  ) {
    this.#table = table;
    this.#onHung = onHung;
  }

  /** Watches `seat` from now on, unless `hangMs` is Infinity; `once`, until it shows that it lives, unless it is watched. */
  begin(seat: Seat, hangMs: number, once = false): void {
    if (hangMs === Infinity || (once && this.#pulses.has(seat))) return;
    this.#pulses.set(seat, {
      hangMs,
      once,
      progress: this.#table.get(seat.address.endpoint, ENDPOINT.PROGRESS),
      silentSince: performance.now(),
      silentProbes: 0,
    });
    this.#timer ??= setInterval(() => this.#probeAll(), PROBE_MS);
  }

  /** Watches `seat` no longer. */
  end(seat: Seat): void {
    this.#pulses.delete(seat);
    if (this.#pulses.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #probeAll(): void {
    const now = performance.now();
    for (const [seat, pulse] of [...this.#pulses]) {
      this.#probe(seat, pulse, now);
    }
  }

  #probe(seat: Seat, pulse: Pulse, now: number): void {
    const { endpoint } = seat.address;
    const progress = this.#table.get(endpoint, ENDPOINT.PROGRESS);
    if (progress !== pulse.progress) {
      if (pulse.once) return this.end(seat);
      pulse.progress = progress;
      pulse.silentSince = now;
      pulse.silentProbes = 0;
    } else if (
      ++pulse.silentProbes > MIN_PROBES &&
      now - pulse.silentSince >= pulse.hangMs
    ) {
      this.end(seat);
      return this.#onHung(seat, pulse.hangMs);
    }
    ring(this.#table.words, this.#table.at(endpoint, ENDPOINT.SLEEP));
  }
}
