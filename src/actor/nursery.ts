/**
 * The nursery: the thread that makes workers, watches over them and connects
 * them. It runs no code of users, so it is never busy for long: a hung actor or
 * a blocked main thread holds up nobody else.
 *
 * Creating a worker blocks its creator for about 20 ms; here that hurts nobody.
 *
 * A seat is one endpoint as the nursery sees it:
 *
 *   empty    → starting   start: a spare worker takes the seat
 *   starting → running    started: constructor and onStart are done
 *   starting, running → empty   ended: thrown, closed, exited, hung, killed, stopped
 *   empty    → (deleted)  retire: the row is freed, peers and watchers are told
 *
 * @module
 */
import { sealLane } from "../memory/lane.ts";
import { ENDPOINT, EndpointTable, STATE } from "../memory/endpoints.ts";
import { ring, rouse } from "../channel/doorbell.ts";
import { errorToWire } from "../error_wire.ts";
import { InitTimeoutError, ModuleLoadError, TroupeError } from "../errors.ts";
import type {
  Address,
  FromNursery,
  LaneInfo,
  Parcel,
  ToNursery,
  WireReport,
} from "./protocol.ts";
import { Brood } from "./brood.ts";
import type { Chick } from "./chick.ts";

type Start = Extract<ToNursery, { type: "start" }>;
type Stop = Extract<ToNursery, { type: "stop" }>;

/** A lane that leads to a seat, and who writes it. */
interface Link {
  readonly from: number;
  readonly lane: LaneInfo;
}

/** One endpoint. */
class Seat {
  chick: Chick | undefined;
  /** Takes back the wish for a worker. */
  cancelTake: () => void = () => {};
  state: "empty" | "starting" | "running" = "empty";
  epoch = 0;
  asked = false;
  stopping = false;
  start: Start | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  progress = 0;
  silentSince = 0;
  silentProbes = 0;
  readonly links: Link[] = [];
  readonly watchers: Set<number> = new Set();
  readonly parcels: Map<number, Parcel> = new Map();
  constructor(readonly address: Address, public owner: number) {}
}

/** How often actors with a `hangMs` are looked at, in milliseconds. */
const PROBE_MS = 50;

/** Keeps the seats of one system; one instance in the nursery's thread. */
export class Nursery {
  readonly #table: EndpointTable;
  readonly #brood: Brood;
  readonly #toMain: (message: FromNursery, transfer?: Transferable[]) => void;
  readonly #seats: Map<number, Seat> = new Map();
  #probing: ReturnType<typeof setInterval> | undefined;

  /** A nursery over `table`, with `spares` workers kept warm. */
  constructor(
    table: SharedArrayBuffer,
    spares: number,
    toMain: (message: FromNursery, transfer?: Transferable[]) => void,
  ) {
    this.#table = new EndpointTable(table);
    this.#toMain = toMain;
    this.#brood = new Brood(spares, {
      onMessage: (chick, message) => this.#fromWorker(chick, message),
      onHatch: (id) => toMain({ type: "hatch", id }),
      onDiscard: (id) => toMain({ type: "discard", id }),
      onGone: (chick) => this.#chickGone(chick),
      onZombies: (count) => toMain({ type: "zombies", count }),
    });
  }

  /** Takes a message of a thread; `from` is the endpoint it serves, 0 for main. */
  receive(message: ToNursery, from = 0): void {
    switch (message.type) {
      case "start":
        return this.#start(message);
      case "stop":
        return this.#stop(message);
      case "retire":
        return this.#retire(message.address, message.report);
      case "connect":
        return this.#connect(message.from, message.to, message.lane);
      case "drained":
        return this.#drained(from, message.id);
      case "watch":
        return this.#watch(message.watcher, message.address);
      case "parcel":
        return this.#parcel(message);
      case "hatched":
        return this.#brood.hatched(message.id, message.port);
      case "hatchFailed":
        return this.#brood.hatchFailed(message.id, message.why);
      case "parcelDone":
        this.#seats.get(message.to)?.parcels.delete(message.id);
    }
  }

  #seat(address: Address): Seat | undefined {
    const seat = this.#seats.get(address.endpoint);
    return seat?.address.life === address.life ? seat : undefined;
  }

  #deliver(
    endpoint: number,
    message: FromNursery,
    transfer: Transferable[] = [],
  ): void {
    if (endpoint === 0) this.#toMain(message, transfer);
    else this.#seats.get(endpoint)?.chick?.post(message, transfer);
  }

  #ring(endpoint: number): void {
    ring(this.#table.words, this.#table.at(endpoint, ENDPOINT.SLEEP));
  }

  /** Wakes one whom a thread that just ended may have owed a ring. */
  #rouse(endpoint: number): void {
    rouse(this.#table.words, this.#table.at(endpoint, ENDPOINT.SLEEP));
  }

  #start(message: Start): void {
    const { address } = message.become;
    const table = this.#table;
    let seat = this.#seats.get(address.endpoint);
    if (seat === undefined) {
      seat = new Seat(address, message.owner);
      this.#seats.set(address.endpoint, seat);
    }
    seat.start = message;
    seat.state = "starting";
    seat.asked = false;
    seat.stopping = false;
    seat.epoch = table.bump(address.endpoint, ENDPOINT.EPOCH) + 1;
    table.set(address.endpoint, ENDPOINT.EXIT, 0);
    table.set(address.endpoint, ENDPOINT.STATE, STATE.OPEN);
    seat.timer = armed(
      () => this.#initTimedOut(seat, message.initTimeout),
      message.initTimeout,
    );
    seat.cancelTake = this.#brood.take({
      use: (chick) => this.#become(seat, message, chick),
      failed: (why) => this.#cannotHatch(seat, why),
    });
    if (message.hangMs < Infinity && this.#probing === undefined) {
      this.#probing = setInterval(() => this.#probe(), PROBE_MS);
    }
  }

  #become(seat: Seat, message: Start, chick: Chick): void {
    seat.chick = chick;
    chick.post({
      ...message.become,
      type: "become",
      epoch: seat.epoch,
      table: this.#table.memory,
      lanes: seat.links.map((link) => link.lane),
    }, [...message.transfer]);
    for (const parcel of seat.parcels.values()) chick.post(parcel);
  }

  #cannotHatch(seat: Seat, why: string): void {
    const { name, module } = seat.start!.become;
    const error = new ModuleLoadError(
      `Cannot start a thread for "${name}": ${why}`,
      { module },
    );
    this.#end(seat, { kind: "failed", code: 1, error: errorToWire(error) });
  }

  #initTimedOut(seat: Seat, timeoutMs: number): void {
    const actor = seat.start?.become.name ?? "";
    const error = new InitTimeoutError(
      `Cannot start "${actor}" as its constructor and onStart took longer than ${timeoutMs} ms: raise initTimeout or move slow work out of them`,
      { actor, timeoutMs },
    );
    this.#end(seat, { kind: "hung", code: 1, error: errorToWire(error) });
  }

  #fromWorker(chick: Chick, message: ToNursery): void {
    const seat = this.#seatOf(chick);
    if (seat === undefined) return;
    if (message.type === "ended") return this.#end(seat, message.report);
    if (message.type !== "started") {
      return this.receive(message, seat.address.endpoint);
    }
    clearTimeout(seat.timer);
    seat.state = "running";
    seat.silentSince = performance.now();
    seat.silentProbes = 0;
    this.#deliver(seat.owner, {
      type: "started",
      address: seat.address,
      incarnation: seat.start!.become.incarnation,
    });
  }

  #seatOf(chick: Chick): Seat | undefined {
    for (const seat of this.#seats.values()) {
      if (seat.chick === chick) return seat;
    }
    return undefined;
  }

  /** The thread ended without a word: `self.close()` or `Deno.exit()`. */
  #chickGone(chick: Chick): void {
    const seat = this.#seatOf(chick);
    if (seat === undefined) return;
    if (seat.stopping) return this.#end(seat, { kind: "stopped", code: 0 });
    const exit = this.#table.get(seat.address.endpoint, ENDPOINT.EXIT);
    const code = Math.max(0, exit - 1);
    const how = exit === 0 ? "self.close()" : `Deno.exit(${code})`;
    const error = new TroupeError(
      `The thread of "${seat.start!.become.name}" ended by ${how}`,
    );
    this.#end(seat, { kind: "crashed", code, error: errorToWire(error) });
  }

  /** The incarnation is over: fences it, lets go of its thread, tells who must know. */
  #end(seat: Seat, report: WireReport): void {
    if (seat.state === "empty") return;
    const { chick } = seat;
    clearTimeout(seat.timer);
    seat.cancelTake();
    seat.chick = undefined;
    seat.state = "empty";
    const { endpoint } = seat.address;
    // From here on nothing this incarnation does can be seen by anybody.
    this.#table.bump(endpoint, ENDPOINT.EPOCH);
    this.#sealFrom(endpoint);
    if (chick !== undefined) this.#brood.release(chick);
    this.#rouse(endpoint);
    for (const link of seat.links) this.#rouse(link.from);
    this.#tellPeers(seat, report, false);
    this.#endChildren(endpoint);
    this.#deliver(seat.owner, {
      type: "ended",
      address: seat.address,
      incarnation: seat.start!.become.incarnation,
      report,
      asked: seat.asked,
    });
  }

  #sealFrom(endpoint: number): void {
    for (const seat of this.#seats.values()) {
      if (this.#sealLinks(seat.links, endpoint)) {
        this.#rouse(seat.address.endpoint);
      }
    }
    if (this.#sealLinks(this.#mainLinks, endpoint)) this.#rouse(0);
  }

  readonly #mainLinks: Link[] = [];

  #sealLinks(links: readonly Link[], from: number): boolean {
    let sealed = false;
    for (const link of links) {
      if (link.from !== from) continue;
      sealLane(link.lane.memory);
      sealed = true;
    }
    return sealed;
  }

  #tellPeers(seat: Seat, report: WireReport, final: boolean): void {
    const peers = new Set(seat.links.map((link) => link.from));
    if (final) { for (const watcher of seat.watchers) peers.add(watcher); }
    for (const peer of peers) {
      this.#deliver(peer, {
        type: "gone",
        address: seat.address,
        report,
        final,
      });
    }
  }

  /** Nobody outlives its owner. */
  #endChildren(owner: number): void {
    for (const seat of [...this.#seats.values()]) {
      if (seat.owner !== owner) continue;
      const report: WireReport = { kind: "killed", code: 1 };
      this.#end(seat, report);
      this.#retire(seat.address, report);
    }
  }

  #stop(message: Stop): void {
    const seat = this.#seat(message.address);
    if (seat === undefined) return;
    seat.asked = message.asked;
    if (seat.state === "empty") {
      return this.#deliver(seat.owner, {
        type: "ended",
        address: seat.address,
        incarnation: seat.start?.become.incarnation ?? 0,
        report: { kind: "stopped", code: 0 },
        asked: message.asked,
      });
    }
    if (message.deadlineMs <= 0) {
      return this.#end(seat, { kind: "killed", code: 1 });
    }
    if (seat.chick === undefined) {
      return this.#end(seat, { kind: "stopped", code: 0 });
    }
    seat.stopping = true;
    if (!message.drain) {
      this.#table.set(seat.address.endpoint, ENDPOINT.STATE, STATE.STOPPING);
    }
    const { reason, drain } = message;
    seat.chick.post({ type: "stop", reason, drain });
    this.#ring(seat.address.endpoint);
    clearTimeout(seat.timer);
    seat.timer = armed(
      () => this.#end(seat, { kind: "killed", code: 1 }),
      message.deadlineMs,
    );
  }

  #retire(address: Address, report: WireReport): void {
    const seat = this.#seat(address);
    if (seat === undefined) {
      if (this.#table.get(address.endpoint, ENDPOINT.LIFE) === address.life) {
        this.#table.release(address.endpoint);
      }
      return;
    }
    this.#end(seat, report);
    for (const link of seat.links) sealLane(link.lane.memory);
    // The name and the row are free before anybody is told.
    this.#seats.delete(address.endpoint);
    this.#table.release(address.endpoint);
    this.#tellPeers(seat, report, true);
  }

  #connect(from: number, to: Address, lane: LaneInfo): void {
    if (to.endpoint === 0) {
      this.#mainLinks.push({ from, lane });
      return this.#toMain({ type: "lane", lane });
    }
    const seat = this.#seat(to);
    if (seat === undefined) {
      sealLane(lane.memory);
      return this.#deliver(from, {
        type: "gone",
        address: to,
        report: { kind: "lost", code: 1 },
        final: true,
      });
    }
    seat.links.push({ from, lane });
    seat.chick?.post({ type: "lane", lane });
  }

  #drained(endpoint: number, id: string): void {
    const links = endpoint === 0
      ? this.#mainLinks
      : this.#seats.get(endpoint)?.links ?? [];
    const at = links.findIndex((link) => link.lane.id === id);
    if (at >= 0) links.splice(at, 1);
  }

  #watch(watcher: number, address: Address): void {
    const seat = this.#seat(address);
    if (seat !== undefined) seat.watchers.add(watcher);
    else {
      this.#deliver(watcher, {
        type: "gone",
        address,
        report: { kind: "lost", code: 1 },
        final: true,
      });
    }
  }

  #parcel(parcel: Parcel): void {
    const seat = this.#seats.get(parcel.to);
    if (seat !== undefined && parcel.transfer.length === 0) {
      seat.parcels.set(parcel.id, parcel);
    }
    this.#deliver(parcel.to, parcel, [...parcel.transfer]);
  }

  /** Rings every watched actor that made no progress; one that answers nothing for `hangMs` hangs. */
  #probe(): void {
    const now = performance.now();
    for (const seat of [...this.#seats.values()]) {
      const hangMs = seat.start?.hangMs ?? Infinity;
      if (seat.state !== "running" || hangMs === Infinity) continue;
      const progress = this.#table.get(
        seat.address.endpoint,
        ENDPOINT.PROGRESS,
      );
      if (progress !== seat.progress) {
        seat.progress = progress;
        seat.silentSince = now;
        seat.silentProbes = 0;
      } else if (
        // Three probes at least, so that a stall of this very thread accuses nobody.
        ++seat.silentProbes > 3 && now - seat.silentSince >= hangMs
      ) {
        this.#hung(seat, hangMs);
      }
      this.#ring(seat.address.endpoint);
    }
  }

  #hung(seat: Seat, hangMs: number): void {
    const error = new TroupeError(
      `"${
        seat.start!.become.name
      }" did not return to its event loop for ${hangMs} ms: split long work, or raise hangMs`,
    );
    this.#end(seat, { kind: "hung", code: 1, error: errorToWire(error) });
  }
}

function armed(
  callback: () => void,
  ms: number,
): ReturnType<typeof setTimeout> | undefined {
  return ms < 2 ** 31 ? setTimeout(callback, ms) : undefined;
}
