/**
 * The light actors that this thread started on host workers, as their owner.
 *
 * @module
 */
import { errorFromWire, type WireError } from "../../error_wire.ts";
import { TroupeError } from "../../errors.ts";
import { endTogether, type ExitReport } from "../../exit_report.ts";
import { encode } from "../../memory/codec.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import { HostRows } from "../../memory/host_rows.ts";
import { movable } from "../../memory/movable.ts";
import {
  type Address,
  KIND,
  type WireReport,
  type WireState,
} from "../mail/protocol.ts";
import type { WireCrash } from "../thread/last_call.ts";
import { fromWireReport, RefCore, toWireReport } from "../mail/ref_core.ts";
import { encodeFor } from "../thread/leaving.ts";
import { LIGHT_OP } from "./light_control.ts";
import type { Lights } from "./light_host.ts";
import { LaneLine } from "./light_lane_line.ts";
import type { LightRoom } from "./light_line.ts";
import type { LightOwner } from "./light_order.ts";
import type { LightPlace, LightStart } from "./light_place.ts";
import type { LightStop } from "./light_stop.ts";

const KILLED: ExitReport = { kind: "killed", code: 1 };

/** An end as the host tells it. */
type WireEnd = [
  report: WireReport,
  asked: boolean,
  crash: WireCrash | undefined,
  heard: boolean,
];

/** What a place needs of who keeps it. */
interface Keeper {
  readonly lights: Lights;
  /** The place is given up. */
  forget(place: FarPlace, report: ExitReport): void;
}

/**
 * A light actor on a host worker, as its owner sees it.
 *
 *   none     → starting         start: the order is on its way
 *   starting → up, none         the host says so, or has ended
 *   up       → none             the host says so, or has ended
 */
class FarPlace implements LightPlace {
  readonly core: RefCore;
  readonly host: Address;
  readonly local: number;
  readonly #keeper: Keeper;
  readonly #line: LaneLine;
  #owner: LightOwner | undefined;
  #state: "none" | "starting" | "up" = "none";
  #incarnation = 0;
  /** The incarnation of the host that it was started on. */
  #hostEpoch = 0;
  #final: ExitReport | undefined;

  constructor(
    keeper: Keeper,
    host: Address,
    local: number,
    name: string,
    room: LightRoom,
  ) {
    this.#keeper = keeper;
    this.host = host;
    this.local = local;
    const address = { ...host, local };
    const { lights } = keeper;
    const owner = lights.isolate;
    this.#line = new LaneLine(lights, address, { ...room, owner });
    this.core = new RefCore(lights.isolate, address, name, 0, true, this.#line);
  }

  get depth(): number {
    return this.#line.under;
  }

  get handled(): number {
    return this.#line.finished;
  }

  start(
    { order, values, transfer, after, restore }: LightStart,
    owner: LightOwner,
  ): void {
    const { isolate } = this.#keeper.lights;
    const { table } = isolate;
    this.#owner = owner;
    this.#incarnation = order.incarnation;
    if (this.#final !== undefined) {
      return owner.notStarted(hostEnded(this.core.name, this.#final));
    }
    // Bytes of their own: they may need the actor's module, which the host loads first.
    const own = encodeFor(isolate, values, { transfer });
    const bytes = own.bytes.slice(0, own.length);
    const { attachments } = own;
    this.#state = "starting";
    this.#hostEpoch = table.get(this.host.endpoint, ENDPOINT.EPOCH) | 1;
    const value = [
      order,
      this.#hostEpoch,
      isolate.epoch,
      after && toWireReport(after),
      bytes,
      attachments,
      restore,
    ];
    const moved = [...movable(attachments), ...movable(restore?.attachments)];
    const encoded = encode(value, { transfer: [...transfer, ...moved] });
    isolate.send(this.host, true, {
      kind: KIND.LIGHT,
      a: LIGHT_OP.START,
      b: this.#incarnation,
      d: this.local,
      encoded,
      transfer,
    }, Infinity);
    isolate.wake();
  }

  stop(how: LightStop, done: (report: ExitReport) => void): void {
    const { post } = this.#keeper.lights;
    void post.stopThere({ ...this.host, local: this.local }, how).then(done);
  }

  retire(report: ExitReport): void {
    this.#state = "none";
    this.#keeper.forget(this, report);
    const { now } = this.#keeper.lights.ties;
    this.#order(LIGHT_OP.RETIRE, [toWireReport(report), now]);
  }

  /** The host said something of the incarnation. */
  hear(op: number, incarnation: number, value: readonly unknown[]): void {
    if (incarnation !== this.#incarnation) return this.#outran(op, value);
    if (op === LIGHT_OP.STARTED) {
      if (this.#state !== "starting") return;
      this.#state = "up";
      this.#line.reopen(incarnation);
      return this.#owner!.started();
    }
    if (op === LIGHT_OP.NOT_STARTED) {
      if (this.#state !== "starting") return;
      this.#state = "none";
      const error = value[0] as WireError | undefined;
      return this.#owner!.notStarted(error && errorFromWire(error));
    }
    if (op === LIGHT_OP.RESUMED) {
      const [error, method] = value as [WireError, string];
      return this.#owner!.resumed(errorFromWire(error), method);
    }
    if (op === LIGHT_OP.CHECKPOINT) {
      return this.#owner!.checkpoint(value[0] as WireState);
    }
    const [wire, asked, crash, heard] = value as WireEnd;
    // One that nobody runs may be stopped too: then it is not to be started.
    if (this.#state === "none" && !asked) return;
    this.#state = "none";
    const report = fromWireReport(wire);
    this.#owner!.ended({ report, asked, crash, heard });
  }

  /** An incarnation of the host ended. */
  hostGone(report: ExitReport, final: boolean, culprit: number): void {
    if (final) this.#final = report;
    const { table } = this.#keeper.lights.isolate;
    const epoch = table.get(this.host.endpoint, ENDPOINT.EPOCH);
    // It may have been sent to the next one already.
    if (!final && ((epoch - this.#hostEpoch) | 0) <= 0) return;
    const { name } = this.core;
    const before = this.#state;
    this.#state = "none";
    if (before === "starting") {
      this.#owner!.notStarted(endTogether(hostEnded(name, report), report));
    } else if (before === "up") {
      const innocent = culprit !== 0 && culprit !== this.local;
      this.#owner!.ended({
        report: endTogether({ ...innocent ? KILLED : ownEnd(report) }, report),
        asked: false,
        crash: undefined,
        heard: false,
      });
    }
  }

  /** A stop found no incarnation, as the next one was on its way: it was meant for whoever comes. */
  #outran(op: number, value: readonly unknown[]): void {
    if (op !== LIGHT_OP.ENDED || value[1] !== true) return;
    if (this.#state === "none") return;
    const how = {
      reason: undefined,
      drain: false,
      deadlineMs: 5_000,
      asked: true,
    };
    this.stop(how, () => {});
  }

  #order(op: number, value: readonly unknown[]): void {
    const { post } = this.#keeper.lights;
    post.order(this.host, op, this.local, this.#incarnation, value);
  }
}

/** What an actor's end is called whose host ended so. */
function ownEnd(report: ExitReport): ExitReport {
  const { kind } = report;
  return kind === "done" || kind === "stopped" ? KILLED : report;
}

function hostEnded(actor: string, { kind, error }: ExitReport): TroupeError {
  return new TroupeError(
    `Cannot start "${actor}" as its host worker ended (${kind}) before it was up: start it again`,
    { cause: error },
  );
}

/** The light actors that one thread started on host workers. */
export class FarPlaces {
  /** What they need of their thread. */
  readonly lights: Lights;
  readonly #places: Map<number, Map<number, FarPlace>> = new Map();
  /** The hosts that the nursery was told of. */
  readonly #wanted: Map<number, number> = new Map();

  /** None yet. */
  constructor(lights: Lights) {
    this.lights = lights;
  }

  /** The host with the fewest light actors; it starts if it does not run, and is watched for one with that `hangMs`. */
  host(hangMs: number): Address {
    const { isolate } = this.lights;
    const host = new HostRows(isolate.table).least();
    const known = this.#wanted.get(host.endpoint) === host.life;
    if (!known || hangMs !== Infinity) {
      this.#wanted.set(host.endpoint, host.life);
      isolate.post({ type: "host", address: host, hangMs });
    }
    return host;
  }

  /** Opens an address at `host`; nothing runs yet. */
  open(
    host: Address,
    given: { name: string | undefined; definition: string },
    room: LightRoom,
  ): LightPlace {
    const { endpoint } = host;
    const { table } = this.lights.isolate;
    table.add(endpoint, ENDPOINT.LOAD, 1);
    const local = table.bump(endpoint, ENDPOINT.LIGHTS) + 1;
    const name = given.name ?? `${given.definition}-${endpoint}.${local}`;
    const place = new FarPlace(this, host, local, name, room);
    this.lights.others.add(place.core, local);
    let places = this.#places.get(endpoint);
    if (places === undefined) this.#places.set(endpoint, places = new Map());
    places.set(local, place);
    return place;
  }

  /** What the host at `from` says of one of them. */
  hear(
    op: number,
    from: number,
    local: number,
    incarnation: number,
    value: readonly unknown[],
  ): void {
    this.#places.get(from)?.get(local)?.hear(op, incarnation, value);
  }

  /** An incarnation of a host may have ended, for good if `final`; the actor `culprit` had its turn. */
  gone(
    { endpoint, life }: Address,
    report: ExitReport,
    final: boolean,
    culprit: number,
  ): void {
    for (const place of [...this.#places.get(endpoint)?.values() ?? []]) {
      if (place.host.life === life) place.hostGone(report, final, culprit);
    }
    if (final && this.#wanted.get(endpoint) === life) {
      this.#wanted.delete(endpoint);
    }
  }

  /** See {@link Keeper.forget}. */
  forget(
    { host: { endpoint }, local }: FarPlace,
    report: ExitReport,
  ): void {
    this.#places.get(endpoint)?.delete(local);
    this.lights.others.end(endpoint, local, report);
  }
}
