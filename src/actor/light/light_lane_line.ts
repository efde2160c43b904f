import type { Delivery, Refused } from "../../channel/outlet.ts";
import type { Overflow } from "../../channel/overflow.ts";
import { FULL, reasonOf, STOP_MS } from "../mail/mail_options.ts";
import type { ExitReport } from "../../exit_report.ts";
import type { PortableData } from "../../memory/portable.ts";
import type { Parts } from "../mail/parts.ts";
import { isCredit } from "./is_credit.ts";
import { LIGHT_OP } from "./light_control.ts";
import type { Lights } from "./light_host.ts";
import {
  type LightLine,
  type LineFacts,
  openAsk,
  travelling,
} from "./light_line.ts";
import type { OwnerThread } from "./light_order.ts";
import { type HeldMark, type HeldMessage, keptParts } from "./held_message.ts";
import { type Address, isTell, KIND } from "../mail/protocol.ts";
import type { RefCore } from "../mail/ref_core.ts";
import {
  DEFAULT_TIMEOUT_MS,
  encodeMessage,
  type MethodName,
  NO_TRANSFER,
  type SendOptions,
} from "../mail/send.ts";
import { WaitingLine } from "../mail/waiting_line.ts";

/**
 * The way to a light actor of another thread.
 *
 * Its messages go through the lane of its thread, which is read at once, so the
 * lane does not bound them: this side counts how many are under way, and the
 * other one says from time to time how many it has dealt with.
 */
export class LaneLine implements LightLine {
  readonly #lights: Lights;
  readonly #to: Address;
  readonly #local: number;
  /** See {@link LightLine.owner}. */
  readonly owner: OwnerThread;
  /** See {@link LightLine.draining}: as its thread has told so far. */
  draining = false;
  /** Messages sent and not known to be dealt with. */
  #under = 0;
  /** Messages known to be dealt with. */
  finished = 0;
  /** The latest incarnation that is known here, if somebody watches. */
  #watched: number | undefined;
  readonly #waiting: WaitingLine<HeldMessage | HeldMark> = new WaitingLine();
  /** The way of urgent messages, once there was one: their room is their own. */
  #urgentLine: LaneLine | undefined;
  /** Added to the kind of what goes this way. */
  readonly #mark: number;
  /** See {@link LightLine.capacity}. */
  readonly capacity: number;
  /** See {@link LightLine.maxBytes}. */
  readonly maxBytes: number;
  /** See {@link LightLine.overflow}. */
  readonly overflow: Overflow;
  /** See {@link LightLine.urgent}. */
  readonly urgent: boolean;

  /** A line to the light actor `local` at the thread `to`; `mark` is `KIND.URGENT` on the way of urgent messages. */
  constructor(
    lights: Lights,
    address: Address & { readonly local: number },
    { capacity, maxBytes, overflow, urgent, owner }: LineFacts,
    mark: 0 | typeof KIND.URGENT = 0,
  ) {
    this.capacity = capacity;
    this.maxBytes = maxBytes;
    this.overflow = overflow;
    this.urgent = urgent;
    this.#mark = mark;
    this.#lights = lights;
    this.owner = owner;
    this.#to = { endpoint: address.endpoint, life: address.life };
    this.#local = address.local;
  }

  /** The way of urgent messages, if this is the way of the others and `options` want it. */
  #other({ urgent = false }: SendOptions): LaneLine | undefined {
    if (!urgent || !this.urgent || this.#mark !== 0) return undefined;
    const address = { ...this.#to, local: this.#local };
    return this.#urgentLine ??= new LaneLine(
      this.#lights,
      address,
      this,
      KIND.URGENT,
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
      const encoded = encodeMessage(core, name, args, options);
      const ask = openAsk(core, name, args, options, resolve, reject);
      const transfer = options.transfer ?? NO_TRANSFER;
      this.#send(
        { kind: KIND.ASK, a: hash, b: ask.id, encoded, transfer },
        ask.timeoutMs,
        ask,
        core,
      );
      core.isolate.wake();
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
    const encoded = encodeMessage(core, name, args, options);
    const transfer = options.transfer ?? NO_TRANSFER;
    this.#send(
      { kind: KIND.TELL, a: hash, b: 0, encoded, transfer },
      options.timeout ?? DEFAULT_TIMEOUT_MS,
      delivery,
      core,
    );
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
    if (this.#findsRoom()) {
      this.tell(core, method, args, options);
      return true;
    }
    // What cannot be sent at all is refused first.
    encodeMessage(core, method.name, args, options);
    return false;
  }

  /** See {@link LightLine.withdraw}. */
  withdraw(delivery: Delivery): boolean {
    const taken = this.#waiting.take((each) =>
      "delivery" in each && each.delivery === delivery
    );
    for (const each of taken) this.#release(each);
    this.#showCrowd();
    return taken.length > 0 || this.#urgentLine?.withdraw(delivery) === true;
  }

  /** Messages sent and not known to be dealt with. */
  get under(): number {
    return this.#under + (this.#urgentLine?.under ?? 0);
  }

  /** See {@link LightLine.watch}. */
  watch(incarnation: number): void {
    this.#watched = incarnation;
    const { post } = this.#lights;
    post.order(this.#to, LIGHT_OP.WATCH, this.#local, 0, [incarnation]);
  }

  /** See {@link LightLine.stop}. */
  stop(
    reason: unknown,
    deadlineMs: number,
    drain: boolean,
  ): Promise<ExitReport> {
    return this.#lights.post.stopThere(
      { ...this.#to, local: this.#local },
      { reason, drain, deadlineMs, asked: true },
    );
  }

  /** See {@link LightLine.travel}. */
  travel(core: RefCore): PortableData {
    return travelling(core, this);
  }

  /** So many messages of this thread are dealt with. */
  credit(count: number): void {
    this.finished += count;
    // What an incarnation of its thread before had read was given up.
    this.#under = Math.max(0, this.#under - count);
    this.#flush();
  }

  /** So many urgent messages of this thread are dealt with. */
  creditUrgent(count: number): void {
    this.finished += count;
    this.#urgentLine?.credit(count);
  }

  /** Its next incarnation is up. */
  reopen(incarnation: number): void {
    this.draining = false;
    if (this.#watched !== undefined) this.#watched = incarnation;
  }

  /** All that was under way has ended with the thread it was on. */
  reset(): void {
    this.#under = 0;
    this.draining = false;
    if (this.#watched !== undefined) this.watch(this.#watched);
    this.#urgentLine?.reset();
    this.#flush();
  }

  /** Drops what has waited longer than it may. Returns when the next has. */
  expire(now: number): number {
    const late = this.#waiting.takeLate(now);
    this.#showCrowd();
    for (const waiting of late) this.#give(waiting, "full");
    this.#flush();
    return this.#waiting.next;
  }

  /** The thread that it leads to. */
  get endpoint(): number {
    return this.#to.endpoint;
  }

  /** Calls `then` when what waits now has gone, one way or the other. */
  behind(then: () => void): void {
    if (this.#waiting.size === 0) then();
    else this.#waiting.push({ then, until: Infinity });
  }

  /** The actor takes no more messages: nothing that waits will be sent. */
  abandon(): void {
    this.#urgentLine?.abandon();
    const waiting = this.#waiting.takeAll();
    this.#showCrowd();
    for (const each of waiting) this.#give(each, "sealed");
  }

  /** It stops after the messages that it has. */
  drain(): void {
    this.draining = true;
    this.abandon();
  }

  /** What waited is not sent. */
  #give(waiting: HeldMessage | HeldMark, why: Refused): void {
    if ("then" in waiting) return waiting.then();
    this.#release(waiting);
    this.#refuse(waiting, why);
  }

  /** It does not end with this thread any more. */
  #release(waiting: HeldMessage | HeldMark): void {
    if ("then" in waiting || !isTell(waiting.parts)) return;
    this.#lights.isolate.hold(this.#to, -1);
  }

  #refuse(
    { delivery, core, parts }: Omit<HeldMessage, "until">,
    why: Refused,
  ): void {
    if (delivery !== undefined) return delivery.refused(why);
    const { isolate } = this.#lights;
    isolate.report({
      why: reasonOf(why, this.overflow),
      kind: "tell",
      to: core.id,
      toName: core.name,
      from: isolate.endpoint,
      hash: parts.a,
    });
  }

  /** Whether a message need not wait. */
  get #roomy(): boolean {
    return this.#under < this.capacity && this.#waiting.size === 0;
  }

  /** As `#roomy`, after what its thread has said of room was read, also in the middle of a handler of this one. */
  #findsRoom(): boolean {
    if (this.#roomy) return true;
    const lights = this.#lights;
    lights.isolate.mailbox.readAhead(
      this.#to.endpoint,
      isCredit,
      (lane) => lights.receive(lane),
    );
    return this.#roomy;
  }

  #send(
    parts: Parts,
    waitMs: number,
    delivery: Delivery | undefined,
    core: RefCore,
  ): void {
    if (this.#roomy) return this.#write(parts, delivery);
    const { overflow } = this;
    if (overflow !== "wait" && overflow !== "dropOldest") {
      if (this.#findsRoom()) return this.#write(parts, delivery);
      this.#refuse({ delivery, core, parts }, "overflow");
      if (overflow === "stop") void this.stop(FULL, STOP_MS, false);
      return;
    }
    // A tell that takes the place of another gives way to newer ones, not to time.
    const kept = overflow === "dropOldest" && delivery === undefined;
    this.#waiting.push({
      parts: keptParts(parts),
      until: kept ? Infinity : performance.now() + waitMs,
      delivery,
      core,
    });
    if (isTell(parts)) this.#lights.isolate.hold(this.#to, 1);
    if (overflow === "dropOldest") this.#dropOldest();
    this.#showCrowd();
    this.#lights.isolate.asks.arm(waitMs);
  }

  /**
   * Has the oldest message of this thread make room: it is there, or it waits here.
   *
   * How many may stay is said, not how many are to go: the other side knows what it has finished, and when it reads
   * this it has read all that was sent before.
   */
  #dropOldest(): void {
    const stay = this.capacity - this.#waiting.size;
    return stay < 0 ? this.#shorten(this.capacity) : this.#orderRoom(stay);
  }

  #orderRoom(stay: number): void {
    const op = this.#mark === 0 ? LIGHT_OP.DROP : LIGHT_OP.DROP_URGENT;
    this.#lights.post.order(this.#to, op, this.#local, stay, []);
  }

  /** So many of this thread are handled there, and make no room: fewer may wait here. The newest always may. */
  shorten(held: number, urgent: boolean): void {
    if (urgent && this.#mark === 0) {
      return this.#urgentLine?.shorten(held, urgent);
    }
    this.#shorten(Math.max(1, this.capacity - held));
    const stay = this.capacity - this.#waiting.size;
    // Some went there meanwhile, as others had made room.
    if (this.#waiting.size > 0 && this.#under > Math.max(held, stay)) {
      this.#orderRoom(stay);
    }
  }

  #shorten(most: number): void {
    while (this.#waiting.size > most) {
      this.#give(this.#waiting.shift()!, "overflow");
    }
  }

  #write(parts: Parts, delivery: Delivery | undefined, held = false): void {
    this.#under++;
    // It has its room there: the lane is read at once.
    this.#lights.isolate.send(
      this.#to,
      true,
      { ...parts, kind: parts.kind | this.#mark, d: this.#local, held },
      Infinity,
      delivery,
    );
  }

  #flush(): void {
    for (;;) {
      const { first } = this.#waiting;
      if (first === undefined) break;
      if (!("then" in first) && this.#under >= this.capacity) break;
      this.#waiting.shift();
      if ("then" in first) first.then();
      else this.#write(first.parts, first.delivery, isTell(first.parts));
    }
    this.#showCrowd();
  }

  #showCrowd(): void {
    if (this.#waiting.size > 0) this.#lights.crowded.add(this);
    else this.#lights.crowded.delete(this);
  }
}
