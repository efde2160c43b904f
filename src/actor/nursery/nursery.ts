/**
 * The nursery: the thread that makes workers, watches over them and connects
 * them. It runs no code of users, so it is never busy for long: a hung actor or
 * a blocked main thread holds up nobody else.
 *
 * Creating a worker blocks its creator for about 20 ms; here that hurts nobody.
 *
 * @module
 */
import { ENDPOINT, EndpointTable, STATE } from "../../memory/endpoints.ts";
import { ring, rouse } from "../../channel/doorbell.ts";
import type {
  Address,
  Checkpoint,
  FromNursery,
  Parcel,
  Resumed,
  ToNursery,
  WireReport,
} from "../mail/protocol.ts";
import { armed } from "./armed.ts";
import { Brood } from "./brood.ts";
import type { Chick } from "./chick.ts";
import { Depository } from "./depository.ts";
import { DeadLetterBatch, type LostMessage } from "../mail/dead_letter.ts";
import { HostPool, NURSERY } from "./host_pool.ts";
import {
  exitedAlone,
  hungFor,
  leftAlone,
  noThreadFor,
  startTimedOut,
} from "./own_ends.ts";
import { HangWatch } from "./hang_watch.ts";
import { fenceLanes } from "./fence_lanes.ts";
import type { Foreseen } from "./foreseen.ts";
import { Lanes } from "./lanes.ts";
import type { LastCall } from "../thread/last_call.ts";
import { lost } from "./lost.ts";
import { endOf, peersOf } from "./peers.ts";
import { closeMailbox, named, nameOf } from "./leftovers.ts";
import { Seat, silentIn, type Start } from "./seat.ts";
import { type LivesOfSystem, SeatLives } from "./seat_lives.ts";
import { Ties } from "./ties.ts";

type Stop = Extract<ToNursery, { type: "stop" }>;

/** Keeps the seats of one system; one instance in the nursery's thread. */
export class Nursery {
  readonly #table: EndpointTable;
  readonly #lives: SeatLives;
  readonly #brood: Brood;
  readonly #toMain: (message: FromNursery, transfer?: Transferable[]) => void;
  readonly #seats: Map<number, Seat> = new Map();
  readonly #hangs: HangWatch;
  readonly #deadLetters: DeadLetterBatch = new DeadLetterBatch(
    (bundle) => this.#toMain(named(bundle, this.#seats)),
  );
  readonly #lose = (lost: LostMessage): void => this.#deadLetters.add(lost);
  readonly #ties: Ties = new Ties({
    seat: (address) => this.#seat(address),
    tell: (endpoint, message) => this.#deliver(endpoint, message),
    end: (seat, report) => this.#end(seat, report),
    suspect: (address) => this.#hosts.suspect(address),
  });
  readonly #hosts: HostPool;
  readonly #depot: Depository = new Depository({
    lives: (who) => this.#lives.has(who),
    toMain: (message, transfer) => this.#toMain(message, transfer),
  });
  readonly #lanes: Lanes = new Lanes({
    seats: this.#seats,
    seat: (address) => this.#seat(address),
    deliver: (endpoint, message) => this.#deliver(endpoint, message),
    rouse: (endpoint) => this.#rouse(endpoint),
    lose: this.#lose,
  });

  /** A nursery over `table`, with `spares` workers kept warm for actors of the modules that are `foreseen`. */
  constructor(
    table: SharedArrayBuffer,
    lives: LivesOfSystem,
    spares: number,
    foreseen: Foreseen,
    toMain: (message: FromNursery, transfer?: Transferable[]) => void,
  ) {
    this.#table = new EndpointTable(table);
    this.#lives = new SeatLives(lives);
    this.#toMain = toMain;
    this.#hangs = new HangWatch(
      this.#table,
      (seat, hangMs) => this.#end(seat, hungFor(seat.name, hangMs)),
    );
    this.#hosts = new HostPool(this.#table, this.#hangs, {
      seat: (address) => this.#seat(address),
      start: (message) => this.#start(message),
      retire: (address, report) => this.#retire(address, report),
    });
    this.#brood = new Brood(spares, foreseen, {
      onMessage: (chick, message) => this.#fromWorker(chick, message),
      onHatch: (id) => toMain({ type: "hatch", id }),
      onDiscard: (id) => toMain({ type: "discard", id }),
      onGone: (chick) => this.#chickGone(chick),
      onZombies: (count) => toMain({ type: "zombies", count }),
      onSpares: (count) => toMain({ type: "spares", count }),
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
        return this.#lanes.connect(message);
      case "drained":
        return this.#lanes.drained(from, message.id);
      case "watch":
        return this.#watch(message.watcher, message.address);
      case "host":
        return this.#hosts.want(message);
      case "link":
      case "unlink":
      case "trap":
      case "lightGone":
        return this.#ties.receive(this.#seats.get(from), message);
      case "shelf":
        return this.#seats.get(from)!.shelve(message);
      case "parcel":
        return this.#parcel(message);
      case "deposit":
      case "collect":
      case "forget":
        return this.#depot.receive(message, from);
      case "hatched":
        return this.#brood.hatched(message.id, message.port);
      case "hatchFailed":
        return this.#brood.hatchFailed(message.id, message.why);
      case "closing":
        return this.#brood.hold();
      case "close":
        this.#depot.close();
        this.#hosts.close();
        this.#brood.close();
        this.#deadLetters.flush();
        return this.#toMain({ type: "closed" });
      case "deadLetters":
        return this.#toMain(named(message, this.#seats));
      case "output":
        return this.#toMain(message);
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
    // Two threads of one epoch would take the same messages.
    this.#end(seat, { kind: "killed", code: 1 });
    seat.start = message;
    seat.state = "starting";
    seat.asked = false;
    seat.stopping = seat.leaving = false;
    seat.traps = false;
    seat.epoch = table.bump(address.endpoint, ENDPOINT.EPOCH) + 1;
    table.set(address.endpoint, ENDPOINT.EXIT, 0);
    table.set(address.endpoint, ENDPOINT.STATE, STATE.OPEN);
    seat.cancelTake = this.#brood.take(message, {
      use: (chick) => this.#become(seat, message, chick),
      failed: (why) => this.#end(seat, noThreadFor(message.become, why)),
    });
  }

  #become(seat: Seat, message: Start, chick: Chick): void {
    const { initTimeout } = message;
    const tooLate = () =>
      this.#end(seat, startTimedOut(seat.name, initTimeout));
    seat.timer = armed(tooLate, initTimeout);
    seat.chick = chick;
    chick.post({
      ...message.become,
      type: "become",
      epoch: seat.epoch,
      life: this.#lives.begin(seat),
      table: this.#table.memory,
      lanes: seat.links.map((link) => link.lane),
      shelf: seat.shelfMemory,
    }, [...message.transfer]);
    for (const parcel of [...seat.parcels.values()]) seat.give(parcel);
    for (const from of silentIn(seat.links)) {
      chick.post({ type: "silent", from });
    }
  }

  #fromWorker(chick: Chick, message: ToNursery): void {
    const seat = this.#seatOf(chick);
    if (seat === undefined) return;
    if (message.type === "ended") {
      chick.frozen = true;
      const report = seat.leaving ? leftAlone(message.report) : message.report;
      return this.#end(seat, report, message.call, message.heard);
    }
    if (message.type === "checkpoint" || message.type === "resumed") {
      return this.#relay(seat, chick, message);
    }
    if (message.type !== "started") {
      return this.receive(message, seat.address.endpoint);
    }
    if (!seat.stopping) clearTimeout(seat.timer);
    seat.state = "running";
    seat.methods = message.methods;
    this.#hangs.begin(seat, seat.start!.hangMs);
    this.#ties.up(seat);
    const { address, owner, watchers, start } = seat;
    const { incarnation } = start!.become;
    for (const peer of new Set([owner, ...watchers])) {
      this.#deliver(peer, { type: "started", address, incarnation });
    }
  }

  /** Hands on what its owner is to know, ahead of whatever may be told of its incarnation later. */
  #relay(seat: Seat, chick: Chick, news: Checkpoint | Resumed): void {
    const { address, owner, start } = seat;
    const { incarnation } = start!.become;
    const keeps = news.type === "checkpoint";
    const moved = keeps ? [news.state.bytes.buffer] : [];
    this.#deliver(owner, { ...news, address, incarnation }, moved);
    if (keeps) chick.post({ type: "kept" });
  }

  #seatOf(chick: Chick): Seat | undefined {
    return this.#seats.values().find((seat) => seat.chick === chick);
  }

  /** The thread ended without a word: `self.close()` or `Deno.exit()`. */
  #chickGone(chick: Chick): void {
    const seat = this.#seatOf(chick);
    if (seat === undefined) return;
    const exit = this.#table.get(seat.address.endpoint, ENDPOINT.EXIT);
    this.#end(seat, exitedAlone(seat, exit));
  }

  /** The incarnation is over: fences it, lets go of its thread, tells who must know. */
  #end(seat: Seat, report: WireReport, call?: LastCall, told = false): void {
    if (seat.state === "empty") return;
    const { chick, state } = seat;
    if (seat.owner === NURSERY) report = this.#hosts.blame(seat, report);
    this.#hangs.end(seat);
    seat.vacate();
    const inFlight = this.#fence(seat, report);
    this.#ties.ended(seat, report);
    const last = call ?? inFlight;
    if (chick !== undefined) this.#brood.release(chick);
    for (const link of seat.links) this.#rouse(link.from);
    this.#tellPeers(seat, report, false);
    this.#endChildren(seat.address.endpoint);
    const crash = last && { ...last, caller: nameOf(last.from, this.#seats) };
    // Nobody starts it again, so its owner need not say that it is gone.
    const { once } = seat.start!;
    const left = once && this.#free(seat);
    const heard = told || left || last?.ask === true || seat.heard;
    this.#deliver(seat.owner, endOf(seat, report, heard, crash));
    if (once) this.#tellGone(seat, report);
    this.#tellStoppers(seat, report);
    if (seat.owner === NURSERY) {
      this.#hosts.ended(seat, report, state === "running");
    }
  }

  /**
   * From here on nothing that the incarnation does can be seen by anybody: what
   * it sends is refused, and it can take no message. What it had begun is known.
   */
  #fence(seat: Seat, { kind }: WireReport): LastCall | undefined {
    const { endpoint } = seat.address;
    const epoch = this.#table.bump(endpoint, ENDPOINT.EPOCH) + 1;
    this.#depot.ended(this.#lives.end(seat, kind) ?? 0);
    this.#lanes.sealFrom(endpoint);
    const failed = kind === "failed" || kind === "crashed" || kind === "hung";
    return fenceLanes(seat, epoch, failed && !seat.asked, this.#deadLetters);
  }

  #tellStoppers(seat: Seat, report: WireReport): void {
    const { address } = seat;
    for (const stopper of seat.takeStoppers()) {
      this.#deliver(stopper, { type: "stopped", address, report });
    }
  }

  #tellPeers(seat: Seat, report: WireReport, final: boolean): void {
    const { address } = seat;
    for (const [peer, counts] of peersOf(seat, final)) {
      this.#deliver(peer, { type: "gone", address, report, final, ...counts });
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
    const { address, from } = message;
    const seat = this.#seat(address);
    if (seat === undefined) {
      const report: WireReport = { kind: "lost", code: 1 };
      return this.#deliver(from, { type: "stopped", address, report });
    }
    const { asked, own = false } = message;
    if (own && seat.stopping) return;
    seat.asked = asked;
    seat.leaving = own;
    if (from >= 0) seat.stoppers.add(from);
    if (seat.state === "empty") {
      const report: WireReport = { kind: "stopped", code: 0 };
      this.#deliver(seat.owner, endOf(seat, report, true));
      return this.#tellStoppers(seat, report);
    }
    if (message.deadlineMs <= 0) {
      return this.#end(seat, { kind: "killed", code: 1 });
    }
    if (seat.chick === undefined) {
      return this.#end(seat, { kind: "stopped", code: 0 });
    }
    const { reason, drain } = message;
    const { endpoint } = seat.address;
    if (!drain) this.#table.set(endpoint, ENDPOINT.STATE, STATE.STOPPING);
    // An owner that drains all it has lets them send to each other for as long as they run.
    else if ((asked || own) && !seat.stopping) {
      this.#table.set(endpoint, ENDPOINT.STATE, STATE.DRAINING);
    }
    seat.stopping = true;
    seat.chick.post({ type: "stop", reason, drain });
    ring(this.#table.words, this.#table.at(endpoint, ENDPOINT.SLEEP));
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
    if (seat.start?.once === true) return;
    this.#free(seat);
    this.#tellGone(seat, report);
  }

  /** Gives up its name and its row, before anybody is told. Returns whether somebody waited for an answer. */
  #free(seat: Seat): boolean {
    const { address: { endpoint } } = seat;
    const asked = closeMailbox(seat, this.#table, this.#lose);
    this.#seats.delete(endpoint);
    this.#table.release(endpoint);
    return asked;
  }

  #tellGone(seat: Seat, report: WireReport): void {
    this.#tellPeers(seat, report, true);
    this.#ties.gone(seat, report);
  }

  #watch(watcher: number, address: Address): void {
    const seat = this.#seat(address);
    if (seat !== undefined) seat.watchers.add(watcher);
    else this.#deliver(watcher, lost(address));
  }

  #parcel(parcel: Parcel): void {
    const seat = this.#seats.get(parcel.to);
    if (seat === undefined) {
      return this.#deliver(parcel.to, parcel, [...parcel.transfer]);
    }
    seat.parcels.set(parcel.id, parcel);
    if (seat.chick !== undefined) seat.give(parcel);
  }
}
