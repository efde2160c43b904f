/**
 * The host workers of one system: threads on which light actors live.
 *
 *   none → running      want: a light actor is to live there
 *   running → running   it ended: the next incarnation takes its place, as soon as it may
 *   running → none      it could not be started several times in a row
 *
 * @module
 */
import { encodeArguments } from "../../memory/codec.ts";
import { ENDPOINT, type EndpointTable } from "../../memory/endpoints.ts";
import { HostRows } from "../../memory/host_rows.ts";
import type { Address, ToNursery, WireReport } from "../mail/protocol.ts";
import { armed } from "./armed.ts";
import type { HangWatch } from "./hang_watch.ts";
import type { Seat, Start } from "./seat.ts";

export type {} from "../light/host_entry.ts";

/** No endpoint: the nursery itself owns the hosts. */
export const NURSERY = -1;

/** How long a host may take to be up, in milliseconds. */
const BOOT_MS = 30_000;
/** A host that failed to start so often in a row is given up. */
const MAX_FAILURES = 3;

/** One that is suspected and does not return to its event loop for so many milliseconds hangs. */
const SUSPECT_MS = 500;

type Wanted = Extract<ToNursery, { type: "host" }>;

/** What the pool needs of the nursery. */
export interface HostHooks {
  /** Starts an incarnation. */
  start(start: Start): void;
  /** The seat of a host. */
  seat(address: Address): Seat | undefined;
  /** Gives a host up: all who know it are told. */
  retire(address: Address, report: WireReport): void;
}

/** One host. */
interface Host {
  readonly address: Address;
  incarnation: number;
  failures: number;
  /** The least that one of its actors was given. */
  hangMs: number;
  /** How it was started last. */
  start: Start | undefined;
}

/** The host workers of one system. */
export class HostPool {
  readonly #table: EndpointTable;
  readonly #rows: HostRows;
  readonly #hangs: HangWatch;
  readonly #hooks: HostHooks;
  readonly #hosts: Map<number, Host> = new Map();
  #closed = false;

  /** None run yet. */
  constructor(table: EndpointTable, hangs: HangWatch, hooks: HostHooks) {
    this.#table = table;
    this.#rows = new HostRows(table);
    this.#hangs = hangs;
    this.#hooks = hooks;
  }

  /** Lets a host run, if it does not yet, and watches it for an actor with that `hangMs`; one that is suspected, once. */
  want({ address, hangMs, suspected }: Wanted): void {
    if (this.#closed) return;
    if (suspected) return this.suspect(address);
    const known = this.#hosts.get(address.endpoint);
    if (known === undefined) {
      const start = undefined;
      const host = { address, incarnation: 0, failures: 0, hangMs, start };
      this.#hosts.set(address.endpoint, host);
      return this.#start(host);
    }
    if (hangMs >= known.hangMs) return;
    known.hangMs = hangMs;
    // One that starts is watched as its start says, when it is up.
    if (known.start !== undefined) Object.assign(known.start, { hangMs });
    const seat = this.#hooks.seat(address);
    if (seat?.state === "running") this.#hangs.begin(seat, hangMs);
  }

  /** A host may hang: it is watched once, closely. */
  suspect(address: Address): void {
    const seat = this.#hooks.seat(address);
    if (seat?.state === "running") this.#hangs.begin(seat, SUSPECT_MS, true);
  }

  /** The end of a host, with the light actor that had its turn. */
  blame({ address: { endpoint } }: Seat, report: WireReport): WireReport {
    const culprit = this.#table.get(endpoint, ENDPOINT.TURN);
    this.#table.set(endpoint, ENDPOINT.TURN, 0);
    return culprit === 0 ? report : { ...report, culprit };
  }

  /** An incarnation ended; `up` says whether it had started. */
  ended(seat: Seat, report: WireReport, up: boolean): void {
    const host = this.#hosts.get(seat.address.endpoint);
    if (this.#closed || host === undefined) return;
    host.failures = up ? 0 : host.failures + 1;
    if (host.failures >= MAX_FAILURES) {
      this.#hosts.delete(seat.address.endpoint);
      this.#rows.forget(seat.address.endpoint);
      return this.#hooks.retire(seat.address, report);
    }
    // Not within the end of the one before, which is still being told.
    armed(() => this.#closed || this.#start(host), 0);
  }

  /** Ends all of them. */
  close(): void {
    this.#closed = true;
    for (const { address } of this.#hosts.values()) {
      this.#hooks.retire(address, { kind: "killed", code: 1 });
    }
  }

  #start(host: Host): void {
    const { bytes, length } = encodeArguments([]);
    host.start = {
      type: "start",
      owner: NURSERY,
      become: {
        type: "become",
        address: host.address,
        name: `host-${host.address.endpoint}`,
        module: new URL("../light/host_entry.ts", import.meta.url).href,
        definition: "Host",
        kind: "actor",
        args: bytes.slice(0, length),
        attachments: undefined,
        incarnation: ++host.incarnation,
        parent: { endpoint: 0, name: "main" },
        after: undefined,
        stash: 1,
        concurrency: 1,
        redelivers: false,
        checkpointMs: undefined,
        onFailure: undefined,
        restore: undefined,
      },
      transfer: [],
      initTimeout: BOOT_MS,
      hangMs: host.hangMs,
      redeliver: 0,
      dropMail: false,
      once: false,
    };
    this.#hooks.start(host.start);
  }
}
