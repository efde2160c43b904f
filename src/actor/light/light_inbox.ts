/**
 * What other threads send to the light actors of this one.
 *
 * @module
 */
import { errorToWire } from "../../error_wire.ts";
import type { ExitReport } from "../../exit_report.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { LaneReader } from "../../memory/lane.ts";
import { type Address, KIND, type WireReport } from "../mail/protocol.ts";
import { fromWireReport, numberOf } from "../mail/ref_core.ts";
import type { Isolate } from "../thread/isolate.ts";
import { tellRestart } from "../watch.ts";
import type { LightActor } from "./light_actor.ts";
import { senderName } from "./light_crash.ts";
import { LIGHT_OP } from "./light_control.ts";
import { stoppedError } from "./light_errors.ts";
import type { Lights } from "./light_host.ts";
import { standing } from "./light_standing.ts";
import { LightMessage, type LightSender } from "./light_message.ts";

const LOST: ExitReport = { kind: "lost", code: 1 };

/** Takes the messages and orders of other threads. */
export class LightInbox {
  readonly #lights: Lights;
  readonly #isolate: Isolate;

  /** For `lights`. */
  constructor(lights: Lights) {
    this.#lights = lights;
    this.#isolate = lights.isolate;
  }

  /** Takes a record that is for one of them, or about one. */
  receive(lane: LaneReader): void {
    if (lane.kind === KIND.LIGHT) return this.#obey(lane);
    const actor = this.#lights.find(lane.d);
    const from = this.#senderOf(actor, lane.c);
    if (actor === undefined || actor.draining) {
      return this.#refuse(lane, from, actor);
    }
    const message = new LightMessage(
      asksOf(lane),
      lane.a,
      [],
      undefined,
      from,
      lane.b,
    );
    message.urgent = isUrgent(lane);
    from.lane = lane;
    if (message.urgent) from.heldUrgent++;
    else from.held++;
    if (!message.asks) lane.entrust();
    let late = false;
    message.complete = false;
    this.#isolate.readLater(lane, (read) => {
      message.args = late ? read : this.#readNow(read);
      message.complete = true;
      if (late) actor.stir();
    });
    late = true;
    actor.push(message);
    // One that was never started is going to be.
    if (message.asks && !actor.active && actor.owner !== undefined) {
      this.#lights.post.order(from, LIGHT_OP.IDLE, actor.id, lane.b, []);
    }
  }

  #readNow(read: () => unknown): unknown[] | (() => unknown) {
    try {
      return read() as unknown[];
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  #senderOf(actor: LightActor | undefined, endpoint: number): LightSender {
    const life = this.#isolate.table.get(endpoint, ENDPOINT.LIFE);
    const known = actor?.senders?.get(endpoint);
    if (known?.life === life) return known;
    const counts = { held: 0, heldUrgent: 0, owed: 0, owedUrgent: 0 };
    const sender = { endpoint, life, ...counts };
    if (actor !== undefined) {
      (actor.senders ??= new Map()).set(endpoint, sender);
      this.#lights.tenants.wonder(actor.id, endpoint);
    }
    return sender;
  }

  /** A message for one that is not here any more, or takes no more. */
  #refuse(
    lane: LaneReader,
    from: LightSender,
    actor: LightActor | undefined,
  ): void {
    const { a: hash, b: askId, c, d: local } = lane;
    const retired = this.#lights.retired.get(local);
    const name = actor?.name ?? retired?.name ?? "";
    if (asksOf(lane)) {
      const error = errorToWire(stoppedError(name, retired?.report.error));
      this.#lights.post.turnAway(from, askId, error);
    } else {
      const address = { endpoint: this.#isolate.endpoint, life: 0, local };
      this.#isolate.report({
        why: "stopped",
        kind: "tell",
        to: numberOf(address),
        toName: name,
        from: c,
        fromName: senderName(this.#isolate, from),
        hash,
      });
    }
    if (lane.e !== 0) this.#isolate.readLater(lane, (read) => void read());
    if (actor === undefined) {
      this.#tellGone(from.endpoint, local);
    } else this.#lights.post.credit(from, actor, isUrgent(lane));
  }

  /** An order about a light actor; see light_control.ts. */
  #obey(lane: LaneReader): void {
    const { a: op, b, c: from, d: local } = lane;
    if (op === LIGHT_OP.CREDIT) {
      return this.#lights.others.line(from, local)?.credit(b);
    }
    if (op === LIGHT_OP.CREDIT_URGENT) {
      return this.#lights.others.line(from, local)?.creditUrgent(b);
    }
    if (op === LIGHT_OP.HELD || op === LIGHT_OP.HELD_URGENT) {
      const line = this.#lights.others.line(from, local);
      return line?.shorten(b, op === LIGHT_OP.HELD_URGENT);
    }
    if (op === LIGHT_OP.BEGUN) return this.#isolate.asks.begun(b);
    if (op === LIGHT_OP.IDLE) return this.#isolate.asks.idle(b);
    if (op === LIGHT_OP.DROP || op === LIGHT_OP.DROP_URGENT) {
      return this.#makeRoom(local, from, b, op === LIGHT_OP.DROP_URGENT);
    }
    this.#isolate.readLater(lane, (read) => {
      const value = read() as unknown[];
      const { tenants, places } = this.#lights;
      if (op === LIGHT_OP.GONE) {
        const report = fromWireReport(value[0] as WireReport);
        return this.#lights.others.end(from, local, report);
      }
      if (op === LIGHT_OP.DRAINING) {
        return this.#lights.others.line(from, local)?.drain();
      }
      if (op === LIGHT_OP.RESTARTED) {
        return this.#hearRestart(from, local, value[0] as number);
      }
      if (op === LIGHT_OP.STANDING) {
        return this.#tellStanding(from, local, b);
      }
      if (op === LIGHT_OP.WHOSE) return this.#tellOwner(from, local);
      if (op === LIGHT_OP.OWNED) {
        const [endpoint, epoch] = value as [number, number];
        return tenants.expectFrom(local, { endpoint, epoch });
      }
      if (op === LIGHT_OP.WATCH) {
        return this.#watch(from, local, value[0] as number);
      }
      if (op === LIGHT_OP.TIED) {
        return this.#lights.ties.foretold(local, value[0] as Address);
      }
      if (op === LIGHT_OP.STOP) return this.#stop(local, from, b, value);
      if (op === LIGHT_OP.START) return tenants.start(from, local, b, value);
      if (op === LIGHT_OP.RETIRE) {
        const [report, at] = value as [WireReport, number];
        return tenants.retire(local, fromWireReport(report), at);
      }
      places.hear(op, from, local, b, value);
    });
  }

  /** Drops the oldest messages of the thread at `from`, until `stay` are left: newer ones take their place. */
  #makeRoom(local: number, from: number, stay: number, urgent: boolean): void {
    const { losses, post } = this.#lights;
    const actor = this.#lights.find(local);
    if (actor === undefined) return;
    const sender = this.#senderOf(actor, from);
    const held = () => urgent ? sender.heldUrgent : sender.held;
    // What was finished in the meantime has made room already.
    while (held() > stay && losses.dropOldest(actor, sender, urgent));
    if (held() <= stay) return;
    const op = urgent ? LIGHT_OP.HELD_URGENT : LIGHT_OP.HELD;
    post.order(sender, op, local, held(), []);
  }

  /** Tells the thread at `from` who is to start its actor `local`, if this one knows. */
  #tellOwner(from: number, local: number): void {
    const { others, post } = this.#lights;
    const line = others.line(from, local);
    if (line === undefined) return;
    const { endpoint, epoch } = line.owner;
    const to = post.addressOf(from);
    post.order(to, LIGHT_OP.OWNED, local, 0, [endpoint, epoch]);
  }

  #watch(from: number, local: number, known: number): void {
    const actor = this.#lights.find(local);
    if (actor === undefined) {
      return this.#tellGone(from, local);
    }
    (actor.watchers ??= new Set()).add(from);
    this.#lights.tenants.wonder(local, from);
    // It may have been restarted while the order was on its way.
    const { up } = actor;
    if (known > 0 && up > known) this.#lights.post.tellRestart(from, local, up);
  }

  /** Tells the thread at `endpoint` that `local` is not here any more. */
  #tellGone(endpoint: number, local: number): void {
    const report = this.#lights.retired.get(local)?.report ?? LOST;
    this.#lights.tellGone(endpoint, local, report);
  }

  /** What comes from others meanwhile is looked at first: the word of who gave the actor up. */
  #tellStanding(from: number, local: number, askId: number): void {
    setImmediate(() => {
      const found = standing(this.#lights.find(local));
      this.#lights.post.answer(from, askId, found);
    });
  }

  #hearRestart(from: number, local: number, incarnation: number): void {
    const core = this.#lights.others.find(from, local);
    if (core === undefined) return;
    core.incarnation = incarnation;
    this.#lights.others.line(from, local)?.reopen(incarnation);
    tellRestart(this.#isolate, core.address, incarnation);
  }

  #stop(
    local: number,
    from: number,
    askId: number,
    value: readonly unknown[],
  ): void {
    const done = (report: ExitReport): void =>
      this.#lights.post.answerStop(from, askId, report);
    const [reason, deadlineMs, drain, asked] = value as [
      unknown,
      number,
      boolean,
      boolean,
    ];
    const how = { reason, deadlineMs, drain, asked };
    if (this.#lights.tenants.stopEarly(local, { how, done })) return;
    const actor = this.#lights.actor(local);
    if (actor === undefined) done(LOST);
    else actor.stop(how, done);
  }
}

function asksOf({ kind }: LaneReader): boolean {
  return (kind & ~KIND.URGENT) === KIND.ASK;
}

function isUrgent({ kind }: LaneReader): boolean {
  return (kind & KIND.URGENT) !== 0;
}
