import type { Delivery } from "../../channel/outlet.ts";
import type { ExitReport } from "../../exit_report.ts";
import type { PortableData } from "../../memory/portable.ts";
import type { Overflow } from "../../channel/overflow.ts";
import { FULL, reasonOf, STOP_MS } from "../mail/mail_options.ts";
import type { LightActor } from "./light_actor.ts";
import type { Lights } from "./light_host.ts";
import { type LightLine, openAsk, travelling } from "./light_line.ts";
import { LightMessage } from "./light_message.ts";
import type { OwnerThread } from "./light_order.ts";
import type { RefCore } from "../mail/ref_core.ts";
import {
  DEFAULT_TIMEOUT_MS,
  type MethodName,
  type SendOptions,
} from "../mail/send.ts";
import { WaitingLine } from "../mail/waiting_line.ts";
import { RoomDeadline } from "./room_deadline.ts";

/** The way to a light actor of the same thread: no lane, no bytes. */
export class LocalLine implements LightLine {
  readonly #lights: Lights;
  readonly #actor: LightActor;
  /** Who is to start it. */
  readonly #owner: OwnerThread;
  /** Messages that were sent and are not dealt with. */
  #under = 0;
  #waiting: WaitingLine<LightMessage> | undefined;
  /** The deadline of what is sent now, until the clock is read. */
  #deadline: RoomDeadline | undefined;
  /** The way of urgent messages, once there was one: their room is their own. */
  #urgentLine: LocalLine | undefined;

  /** A line to `actor` on the thread of `lights`, or the way of urgent messages beside `main`. */
  constructor(
    lights: Lights,
    actor: LightActor,
    readonly capacity: number,
    readonly maxBytes: number,
    owner: OwnerThread,
    readonly main: LocalLine | undefined = undefined,
  ) {
    this.#owner = owner;
    this.#lights = lights;
    this.#actor = actor;
  }

  /** See {@link LightLine.overflow}. */
  get overflow(): Overflow {
    return this.#actor.overflow;
  }

  /** See {@link LightLine.owner}. */
  get owner(): OwnerThread {
    return this.#actor.owner ?? this.#owner;
  }

  /** See {@link LightLine.draining}. */
  get draining(): boolean {
    return this.#actor.draining;
  }

  /** See {@link LightLine.urgent}. */
  get urgent(): boolean {
    return this.#actor.urgent;
  }

  /** The way of urgent messages, if this is the way of the others and `options` want it. */
  #other({ urgent = false }: SendOptions): LocalLine | undefined {
    if (!urgent || !this.urgent || this.main !== undefined) return undefined;
    const { capacity, maxBytes } = this;
    return this.#urgentLine ??= new LocalLine(
      this.#lights,
      this.#actor,
      capacity,
      maxBytes,
      this.#owner,
      this,
    );
  }

  /** See {@link LightLine.ask}. */
  ask(
    core: RefCore,
    { name, hash }: MethodName,
    args: unknown[],
    options: SendOptions,
  ): Promise<unknown> {
    const other = this.#other(options);
    if (other !== undefined) {
      return other.ask(core, { name, hash }, args, options);
    }
    return new Promise((resolve, reject) => {
      const given = this.#lights.given(core, name, args, options);
      const ask = openAsk(core, name, args, options, resolve, reject);
      const message = new LightMessage(true, hash, given, ask, undefined, 0);
      message.cause = message.caller?.handling;
      this.#send(message, ask.timeoutMs);
    });
  }

  /** See {@link LightLine.tell}. */
  tell(
    core: RefCore,
    { name, hash }: MethodName,
    args: unknown[],
    options: SendOptions,
    delivery?: Delivery,
  ): void {
    const other = this.#other(options);
    if (other !== undefined) {
      return other.tell(core, { name, hash }, args, options, delivery);
    }
    const given = this.#lights.given(core, name, args, options);
    const message = new LightMessage(
      false,
      hash,
      given,
      undefined,
      undefined,
      0,
    );
    if (delivery !== undefined) message.delivery = delivery;
    if (this.#roomy) delivery?.sent(0);
    this.#send(message, options.timeout ?? DEFAULT_TIMEOUT_MS);
  }

  /** See {@link LightLine.trySend}. */
  trySend(
    core: RefCore,
    method: MethodName,
    args: unknown[],
    options: SendOptions,
  ): boolean {
    const other = this.#other(options);
    if (other !== undefined) return other.trySend(core, method, args, options);
    if (!this.#roomy) return false;
    this.tell(core, method, args, options);
    return true;
  }

  /** See {@link LightLine.withdraw}. */
  withdraw(delivery: Delivery): boolean {
    const taken = this.#waiting?.take((each) => each.delivery === delivery);
    this.#showCrowd();
    return taken !== undefined && taken.length > 0 ||
      this.#urgentLine?.withdraw(delivery) === true;
  }

  /** See {@link LightLine.watch}: its thread tells in any case. */
  watch(_incarnation: number): void {}

  /** See {@link LightLine.stop}. */
  stop(
    reason: unknown,
    deadlineMs: number,
    drain: boolean,
  ): Promise<ExitReport> {
    return new Promise((resolve) =>
      this.#actor.stop(
        { reason, drain, deadlineMs, asked: true },
        resolve,
      )
    );
  }

  /** See {@link LightLine.travel}. */
  travel(core: RefCore): PortableData {
    return travelling(core, this);
  }

  /** A message of this thread is dealt with, an urgent one or not. */
  finished(urgent: boolean): void {
    if (urgent && this.main === undefined) {
      return this.#urgentLine?.finished(urgent);
    }
    this.#under--;
    if (this.#waiting === undefined) return;
    let next = this.#waiting.shift();
    while (next?.notice !== undefined) {
      if (this.main === undefined) this.#actor.push(next);
      else this.main.#behind(next);
      next = this.#waiting.shift();
    }
    this.#showCrowd();
    if (next === undefined) return;
    this.#push(next);
    next.delivery?.sent(0);
  }

  /** Has the actor do something after all that this thread has sent to it so far. */
  behind(message: LightMessage): void {
    const urgent = this.#urgentLine;
    if (urgent?.crowded) urgent.#behind(message);
    else this.#behind(message);
  }

  /** Whether anything waits for room. */
  get crowded(): boolean {
    return this.#waiting !== undefined;
  }

  #behind(message: LightMessage): void {
    if (this.#waiting === undefined) this.#actor.push(message);
    else this.#waiting.push(message);
  }

  /** Drops what has waited longer than it may; asks are told by their book. Returns when the next has. */
  expire(now: number): number {
    const late = this.#waiting?.takeLate(now) ?? [];
    this.#showCrowd();
    for (const message of late) {
      if (message.delivery !== undefined) message.delivery.refused("full");
      else this.#lights.losses.lose(this.#actor, message, "full");
    }
    return this.#waiting?.next ?? Infinity;
  }

  /** Whether a message need not wait. */
  get #roomy(): boolean {
    return this.#under < this.capacity && this.#waiting === undefined;
  }

  /** The actor takes no more messages: nothing that waits will be sent. */
  abandon(): void {
    this.#urgentLine?.abandon();
    const waiting = this.#waiting?.takeAll() ?? [];
    this.#showCrowd();
    for (const message of waiting) {
      if (message.notice !== undefined) this.#actor.push(message);
      message.ask?.refused("sealed");
      if (message.delivery !== undefined) message.delivery.refused("sealed");
      else this.#lights.losses.lose(this.#actor, message, "stopped");
    }
  }

  #send(message: LightMessage, waitMs: number): void {
    if (this.#roomy) return this.#push(message);
    if (this.overflow !== "wait" && this.#overflow(message)) return;
    const { ask, delivery } = message;
    const told = ask !== undefined || delivery !== undefined;
    // A tell that takes the place of another gives way to newer ones, not to time.
    const kept = this.overflow === "dropOldest" && !told;
    message.deadline = this.#deadlineIn(kept ? Infinity : waitMs);
    if (this.#waiting === undefined) {
      this.#waiting = new WaitingLine();
      this.#lights.crowded.add(this);
    }
    this.#waiting.push(message);
  }

  /** What becomes of a message without room, if it is not to wait. Returns false if it is. */
  #overflow(message: LightMessage): boolean {
    if (this.overflow === "dropOldest") {
      const urgent = this.main !== undefined;
      // Of what is being handled nothing can be dropped: the newest waits for it.
      if (!this.#lights.losses.dropOldest(this.#actor, undefined, urgent)) {
        const oldest = this.#waiting?.take(({ notice }) =>
          notice === undefined
        );
        for (const each of oldest ?? []) this.#turnAway(each);
        return false;
      }
      this.#push(message);
      message.delivery?.sent(0);
      return true;
    }
    this.#turnAway(message);
    if (this.overflow !== "stop") return true;
    const stop = { reason: FULL, drain: false, deadlineMs: STOP_MS };
    this.#actor.stop({ ...stop, asked: true }, () => {});
    return true;
  }

  /** A message finds no room, or loses it to a newer one. */
  #turnAway(message: LightMessage): void {
    const { ask, delivery } = message;
    ask?.refused("overflow");
    delivery?.refused("overflow");
    if (ask !== undefined || delivery !== undefined) return;
    const why = reasonOf("overflow", this.overflow);
    this.#lights.losses.lose(this.#actor, message, why);
  }

  #deadlineIn(waitMs: number): RoomDeadline {
    const known = this.#deadline;
    if (known?.waitMs === waitMs) return known;
    const deadline = this.#deadline = new RoomDeadline(waitMs);
    queueMicrotask(() => {
      if (this.#deadline === deadline) this.#deadline = undefined;
      deadline.at = performance.now() + waitMs;
      this.#lights.isolate.asks.arm(waitMs);
    });
    return deadline;
  }

  #showCrowd(): void {
    if (this.#waiting === undefined || this.#waiting.size > 0) return;
    this.#waiting = undefined;
    this.#lights.crowded.delete(this);
  }

  #push(message: LightMessage): void {
    this.#under++;
    if (this.main !== undefined) message.urgent = true;
    message.ask?.queued(!this.#actor.active);
    this.#actor.push(message);
  }
}
