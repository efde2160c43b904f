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
import type { EndpointTable } from "../../memory/endpoints.ts";
import { HostRows } from "../../memory/host_rows.ts";
import type { Address, WireReport } from "../mail/protocol.ts";
import { armed } from "./armed.ts";
import type { Seat, Start } from "./seat.ts";

export type {} from "../light/host_entry.ts";

/** No endpoint: the nursery itself owns the hosts. */
export const NURSERY = -1;

/** How long a host may take to be up, in milliseconds. */
const BOOT_MS = 15_000;
/** A host that failed to start so often in a row is given up. */
const MAX_FAILURES = 3;

/** What the pool needs of the nursery. */
export interface HostHooks {
  /** Starts an incarnation. */
  start(start: Start): void;
  /** Gives a host up: all who know it are told. */
  retire(address: Address, report: WireReport): void;
}

/** One host. */
interface Host {
  readonly address: Address;
  incarnation: number;
  failures: number;
}

/** The host workers of one system. */
export class HostPool {
  readonly #rows: HostRows;
  readonly #hooks: HostHooks;
  readonly #hosts: Map<number, Host> = new Map();
  #closed = false;

  /** None run yet. */
  constructor(table: EndpointTable, hooks: HostHooks) {
    this.#rows = new HostRows(table);
    this.#hooks = hooks;
  }

  /** Lets a host run, if it does not yet. */
  want(address: Address): void {
    if (this.#closed || this.#hosts.has(address.endpoint)) return;
    const host = { address, incarnation: 0, failures: 0 };
    this.#hosts.set(address.endpoint, host);
    this.#start(host);
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

  /** Lets none run any more. Answers where they do. */
  close(): readonly Address[] {
    this.#closed = true;
    return [...this.#hosts.values()].map(({ address }) => address);
  }

  #start(host: Host): void {
    const { bytes, length } = encodeArguments([]);
    this.#hooks.start({
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
        concurrency: 1,
        redelivers: false,
        checkpointMs: undefined,
        onFailure: undefined,
        restore: undefined,
      },
      transfer: [],
      initTimeout: BOOT_MS,
      hangMs: Infinity,
      redeliver: 0,
      dropMail: false,
    });
  }
}
