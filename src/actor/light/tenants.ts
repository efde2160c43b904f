/**
 * The light actors of a host worker, whose owners are other threads.
 *
 * @module
 */
import { errorToWire } from "../../error_wire.ts";
import { TroupeError } from "../../errors.ts";
import type { ExitReport } from "../../exit_report.ts";
import { decode } from "../../memory/codec.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import { movable } from "../../memory/movable.ts";
import type { Address, WireReport, WireState } from "../mail/protocol.ts";
import { fromWireReport, toWireReport } from "../mail/ref_core.ts";
import { enterIsolate } from "../thread/isolate.ts";
import type { LightActor } from "./light_actor.ts";
import { LIGHT_OP } from "./light_control.ts";
import type { Lights } from "./light_host.ts";
import type {
  LightEnd,
  LightOrder,
  LightOwner,
  OwnerThread,
} from "./light_order.ts";
import { BOUND } from "./light_others.ts";
import { readState } from "./light_place.ts";
import type { LightStop } from "./light_stop.ts";
import { NumberSet } from "./number_set.ts";

/** Messages that may wait for an actor whose start has not arrived. */
const CAPACITY = 1_024;
/** A stop that comes ahead of a start waits for it so long at least, and at most, in milliseconds. */
const EARLY_MS = 100, MAX_MS = 2 ** 31 - 1;
const STOPPED: ExitReport = { kind: "stopped", code: 0 };
const KILLED: ExitReport = { kind: "killed", code: 1 };

/** An order to start, as it travels. */
type WireStart = [
  order: LightOrder,
  hostEpoch: number,
  ownerEpoch: number,
  after: WireReport | undefined,
  bytes: Uint8Array,
  attachments: readonly unknown[] | undefined,
  restore: WireState | undefined,
];

/** A stop that came before the start of who it is for. */
interface EarlyStop {
  readonly how: LightStop;
  readonly done: (report: ExitReport) => void;
  /** Its deadline. */
  timer?: ReturnType<typeof setTimeout>;
}

/** One incarnation of an owner, and what it started here. */
interface Landlord {
  readonly address: Address;
  readonly epoch: number;
  readonly locals: Set<number>;
}

/** The owner of an incarnation, in its absence: what it is told travels. */
class FarOwner implements LightOwner {
  readonly #lights: Lights;
  readonly #to: Address;
  readonly #local: number;
  readonly #incarnation: number;
  readonly epoch: number;

  constructor(
    lights: Lights,
    { address, epoch }: Landlord,
    local: number,
    incarnation: number,
  ) {
    this.#lights = lights;
    this.#to = address;
    this.epoch = epoch;
    this.#local = local;
    this.#incarnation = incarnation;
  }

  get endpoint(): number {
    return this.#to.endpoint;
  }

  started(): void {
    this.#tell(LIGHT_OP.STARTED, []);
  }

  notStarted(error: unknown): void {
    this.#tell(
      LIGHT_OP.NOT_STARTED,
      error === undefined ? [] : [errorToWire(error)],
    );
  }

  resumed(error: Error, method: string): void {
    this.#tell(LIGHT_OP.RESUMED, [errorToWire(error), method]);
  }

  checkpoint(state: WireState): void {
    const { post } = this.#lights;
    post.order(
      this.#to,
      LIGHT_OP.CHECKPOINT,
      this.#local,
      this.#incarnation,
      [state],
      undefined,
      movable(state.attachments),
    );
  }

  ended({ report, asked, crash, heard }: LightEnd): void {
    this.#tell(LIGHT_OP.ENDED, [toWireReport(report), asked, crash, heard]);
  }

  #tell(op: number, value: readonly unknown[]): void {
    const { post } = this.#lights;
    post.order(this.#to, op, this.#local, this.#incarnation, value);
  }
}

/**
 * The light actors of a host worker.
 *
 *   unknown → expected   a message came ahead of the start: it is kept, and who sent it is asked who the owner is
 *   unknown, expected → known   the start came
 *   any → gone           the owner gave it up, or has ended
 *
 * An incarnation of the host knows nothing of the one before: what that one had
 * begun, or read, is lost with it; the rest waits in the lanes.
 */
export class Tenants {
  readonly #lights: Lights;
  /** Those that were started or given up here. */
  readonly #met: NumberSet = new NumberSet();
  readonly #landlords: Map<string, Landlord> = new Map();
  readonly #early: Map<number, EarlyStop[]> = new Map();
  /** Starts that came before the thread was up. */
  #held: (() => void)[] | undefined = [];

  /** None yet. */
  constructor(lights: Lights) {
    this.#lights = lights;
  }

  /** The actor of that number, if its start may be on its way. */
  expect(local: number): LightActor | undefined {
    return (local & BOUND) !== 0 || this.#met.has(local)
      ? undefined
      : this.#lights.actorAt(local, CAPACITY);
  }

  /** Somebody at `endpoint` counts on the actor of that number: if its start has not come, whose is it to start? */
  wonder(local: number, endpoint: number): void {
    if ((local & BOUND) !== 0 || this.#met.has(local)) return;
    const { post } = this.#lights;
    post.order(post.addressOf(endpoint), LIGHT_OP.WHOSE, local, 0, []);
  }

  /** It is for `owner` to start the actor of that number: if that one has ended, nobody will. */
  expectFrom(local: number, owner: OwnerThread): void {
    if ((local & BOUND) !== 0 || this.#met.has(local)) return;
    const landlord = this.#landlordOf(owner);
    if (landlord === undefined) this.retire(local, KILLED);
    else landlord.locals.add(local);
  }

  /** Stops an actor whose start has not come. Returns whether that is so. */
  stopEarly(local: number, stop: EarlyStop): boolean {
    if (this.#met.has(local) || (local & BOUND) !== 0) return false;
    const stops = this.#early.get(local) ?? [];
    this.#early.set(local, stops);
    stops.push(stop);
    // One that nobody starts must not keep who stopped it waiting.
    const waitMs = Math.min(Math.max(stop.how.deadlineMs, EARLY_MS), MAX_MS);
    stop.timer = setTimeout(() => {
      stops.splice(stops.indexOf(stop), 1);
      stop.done(STOPPED);
    }, waitMs);
    return true;
  }

  /** The thread is up: starts whoever waited for that. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const start of held) start();
  }

  /** The actor of that number has its turn: what ends the thread now is its deed. 0 for none. */
  turnOf(local: number): void {
    if (this.#landlords.size === 0) return;
    const { table, endpoint, fenced } = this.#lights.isolate;
    // The row may be a successor's by now.
    if (!fenced) table.set(endpoint, ENDPOINT.TURN, local);
  }

  /** Starts an incarnation for the thread at `from`. */
  start(
    from: number,
    local: number,
    incarnation: number,
    value: readonly unknown[],
  ): void {
    if (this.#held !== undefined) {
      this.#held.push(() => this.start(from, local, incarnation, value));
      return;
    }
    const { isolate } = this.#lights;
    const [
      order,
      hostEpoch,
      ownerEpoch,
      after,
      bytes,
      attachments,
      restore,
    ] = value as WireStart;
    const landlord = this.#landlordOf({ endpoint: from, epoch: ownerEpoch });
    if (landlord === undefined) return this.retire(local, KILLED);
    const owner = new FarOwner(this.#lights, landlord, local, incarnation);
    // It was sent to an incarnation of this host that has ended, and counts as lost with it.
    if (hostEpoch !== isolate.epoch) return owner.notStarted(overtaken(order));
    const known = this.#lights.actor(local);
    // A start with a parcel may arrive after what ends it.
    if (known === undefined && this.#met.has(local)) return;
    this.#met.add(local);
    const actor = known ?? this.#lights.actorAt(local, order.capacity);
    actor.capacity = order.capacity;
    actor.overflow = order.overflow;
    actor.urgent = order.urgent;
    landlord.locals.add(local);
    const args = (): unknown[] => {
      enterIsolate(isolate);
      return decode(bytes, 0, bytes.length, attachments) as unknown[];
    };
    this.turnOf(local);
    actor.start(
      order,
      owner,
      args,
      after && fromWireReport(after),
      restore && (() => readState(isolate, restore)),
    );
    for (const { how, done } of this.#takeEarly(local)) actor.stop(how, done);
    this.turnOf(0);
  }

  /** Gives one up for good, or hears that its owner did so at the time `at`. */
  retire(
    local: number,
    report: ExitReport,
    at: number = this.#lights.ties.now,
  ): void {
    const { isolate } = this.#lights;
    if (!this.#met.has(local) || this.#lights.actor(local) !== undefined) {
      isolate.table.add(isolate.endpoint, ENDPOINT.LOAD, -1);
    }
    this.#met.add(local);
    for (const { done } of this.#takeEarly(local)) done(report);
    const actor = this.#lights.actor(local);
    if (actor !== undefined) this.#lights.retire(actor, report, at);
    else if (!this.#lights.retired.get(local)) {
      this.#lights.retired.add(local, { name: "", report, at });
    }
    for (const { locals } of this.#landlords.values()) locals.delete(local);
  }

  /** Ends what was started by those who have ended: nobody outlives its owner. */
  sweep(): void {
    const { table } = this.#lights.isolate;
    for (const [key, { address, epoch, locals }] of this.#landlords) {
      if (table.get(address.endpoint, ENDPOINT.EPOCH) === epoch) continue;
      this.#landlords.delete(key);
      for (const local of [...locals]) this.retire(local, KILLED);
    }
  }

  /** What that thread has here; `undefined` if it has ended. */
  #landlordOf({ endpoint, epoch }: OwnerThread): Landlord | undefined {
    const { isolate: { table }, post } = this.#lights;
    if (table.get(endpoint, ENDPOINT.EPOCH) !== epoch) return undefined;
    const key = `${endpoint}.${epoch}`;
    let found = this.#landlords.get(key);
    if (found === undefined) {
      const address = post.addressOf(endpoint);
      found = { address, epoch, locals: new Set() };
      this.#landlords.set(key, found);
    }
    return found;
  }

  #takeEarly(local: number): readonly EarlyStop[] {
    const stops = this.#early.get(local) ?? [];
    this.#early.delete(local);
    for (const { timer } of stops) clearTimeout(timer);
    return stops;
  }
}

function overtaken({ name }: LightOrder): TroupeError {
  return new TroupeError(
    `Cannot start "${name}" as its host worker ended before it was up: start it again`,
  );
}
