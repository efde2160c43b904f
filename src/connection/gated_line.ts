/**
 * The way to an actor of another program from a thread that has not the connection.
 *
 * @module
 */
import { currentBorder } from "../actor/border.ts";
import type { LightLine } from "../actor/light/light_line.ts";
import type { OwnerThread } from "../actor/light/light_order.ts";
import { RefCore } from "../actor/mail/ref_core.ts";
import type { MethodName, SendOptions } from "../actor/mail/send.ts";
import { type ActorRef, coreIn, refTo } from "../actor/ref.ts";
import type { ActorStream } from "../actor/stream/actor_stream.ts";
import { currentIsolate } from "../actor/thread/isolate.ts";
import type { Delivery } from "../channel/outlet.ts";
import type { Overflow } from "../channel/overflow.ts";
import { errorFromWire } from "../error_wire.ts";
import {
  ActorCrashedError,
  ActorStoppedError,
  MailboxFullError,
  UnknownHandleError,
} from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { definePortable, type PortableData } from "../memory/portable.ts";
import { ConnectionClosedError } from "./connection_closed_error.ts";
import {
  type GateActor,
  gateHere,
  type Outcome,
  type Sending,
} from "./gate.ts";
import { GatedStream } from "./gated_stream.ts";

/** What a ref of another program is called between threads of this one. */
export const GATED = "gated";

/** A ref as it travels between threads. */
type GatedData = readonly [
  gate: ActorRef<GateActor>,
  id: number,
  name: string,
  incarnation: number,
  maxBytes: number,
  endpoint: number,
  life: number,
  local: number,
];

/** What a ref does goes to the gate, which does it with the ref that it has. */
class GatedLine implements LightLine {
  /** See {@link LightLine.capacity}; the other program knows. */
  readonly capacity = 0;
  /** See {@link LightLine.overflow}; the other program knows. */
  readonly overflow: Overflow = "wait";
  /** See {@link LightLine.urgent}; the other program knows. */
  readonly urgent = true;
  /** See {@link LightLine.owner}; the other program knows. */
  readonly owner: OwnerThread = { endpoint: 0, epoch: 0 };
  /** See {@link LightLine.draining}; the other program knows. */
  readonly draining = false;
  /** See {@link LightLine.abroad}. */
  readonly abroad = true;
  readonly #data: GatedData;
  readonly #gate: ActorRef<GateActor>;
  readonly #id: number;
  core: RefCore | undefined;

  constructor(data: GatedData) {
    this.#data = data;
    // The gate has the deadlines of what it does.
    this.#gate = data[0].with({ timeout: Infinity });
    this.#id = data[1];
  }

  get maxBytes(): number {
    return this.#data[4];
  }

  async ask(
    _core: RefCore,
    { name }: MethodName,
    args: unknown[],
    options: SendOptions,
  ): Promise<unknown> {
    const { signal } = options;
    const gate = signal === undefined
      ? this.#gate
      : this.#gate.with({ timeout: Infinity, signal });
    const how = sending(options);
    return await this.#result(gate.ask.ask(this.#id, name, args, how));
  }

  tell(
    _core: RefCore,
    { name }: MethodName,
    args: unknown[],
    options: SendOptions,
    delivery?: Delivery,
  ): void {
    const how = sending(options);
    if (delivery === undefined) {
      return this.#gate.tell.tell(this.#id, name, args, how);
    }
    const sent = this.#gate.ask.send(this.#id, name, args, how);
    void this.#result(sent).then(
      () => delivery.sent(0),
      (error) =>
        delivery.refused(error instanceof MailboxFullError ? "full" : "sealed"),
    );
  }

  trySend(
    _core: RefCore,
    { name }: MethodName,
    args: unknown[],
    options: SendOptions,
  ): boolean {
    return this.#gate.trySend.tell(this.#id, name, args, sending(options));
  }

  stream(
    _core: RefCore,
    { name }: MethodName,
    args: unknown[],
    options: SendOptions,
  ): ActorStream<unknown> {
    const { signal, credit } = options;
    const gate = this.#gate.with({
      timeout: Infinity,
      ...signal === undefined ? {} : { signal },
      ...credit === undefined ? {} : { credit },
    });
    const how = sending(options);
    return new GatedStream(
      gate.stream.stream(this.#id, name, args, how) as ActorStream<Outcome>,
      (error) => this.#reasonOf(error),
    );
  }

  /** What is on its way is not taken back. */
  withdraw(_delivery: Delivery): boolean {
    return false;
  }

  watch(_incarnation: number): void {
    void this.#gate.ask.follow(this.#id).then(
      (report) => this.core?.end(report),
      () => this.core?.end(this.lost()),
    );
  }

  async stop(
    reason: unknown,
    deadlineMs: number,
    drain: boolean,
  ): Promise<ExitReport> {
    const ended = this.#gate.ask.end(this.#id, reason, deadlineMs, drain);
    try {
      return await this.#result(ended) as ExitReport;
    } catch {
      return this.lost();
    }
  }

  travel(_core: RefCore): PortableData {
    return { kind: GATED, data: this.#data };
  }

  /** The end that an actor has with its connection. */
  lost(): ExitReport {
    return { kind: "lost", code: 1, error: this.#closed() };
  }

  async #result(asked: Promise<Outcome>): Promise<unknown> {
    let outcome;
    try {
      outcome = await asked;
    } catch (error) {
      throw this.#reasonOf(error);
    }
    if ("error" in outcome) throw errorFromWire(outcome.error);
    return outcome.value;
  }

  /** Why the gate did not answer: when it has ended, so has the connection. */
  #reasonOf(error: unknown): unknown {
    const { name } = this.#data[0];
    const ended = error instanceof ActorStoppedError ||
      error instanceof ActorCrashedError;
    return ended && error.actor === name ? this.#closed(error) : error;
  }

  #closed(cause?: unknown): ConnectionClosedError {
    const { name: address } = this.#data[0];
    return new ConnectionClosedError(
      `The connection with "${address}" has ended, and with it "${
        this.#data[2]
      }": make a new one to go on`,
      { address, how: "lost", ...cause === undefined ? {} : { cause } },
    );
  }
}

function sending({ timeout, urgent, credit }: SendOptions): Sending {
  return {
    ...timeout === undefined ? {} : { timeout },
    ...urgent === undefined ? {} : { urgent },
    ...credit === undefined ? {} : { credit },
  };
}

/** The refs of this thread, by the gate they lead through and their number. */
const MET: WeakMap<RefCore, Map<number, WeakRef<RefCore>>> = new WeakMap();

definePortable(GATED, (data) => {
  const gate = Array.isArray(data) ? coreIn(data[0]) : undefined;
  if (gate === undefined || currentBorder() !== undefined) {
    throw new UnknownHandleError(
      "Cannot revive a reference of another program as it did not come from a thread of this one",
      { kind: GATED },
    );
  }
  return refTo(meet(gate, data as unknown as GatedData));
});

function meet(gate: RefCore, data: GatedData): RefCore {
  const [, id, name, incarnation, , endpoint, life, local] = data;
  const own = gateHere(gate)?.find(id);
  if (own !== undefined) return own;
  let met = MET.get(gate);
  if (met === undefined) MET.set(gate, met = new Map());
  const known = met.get(id)?.deref();
  if (known !== undefined) return known;
  const line = new GatedLine(data);
  const address = { endpoint, life, local };
  const isolate = currentIsolate()!;
  const core = new RefCore(isolate, address, name, incarnation, false, line);
  line.core = core;
  met.set(id, new WeakRef(core));
  endWith(gate, core, line);
  return core;
}

/** An actor of the other program ends here with the connection. */
function endWith(gate: RefCore, core: RefCore, line: GatedLine): void {
  const weak = new WeakRef(core);
  const lost = line.lost();
  void gate.followed.then(() => weak.deref()?.end(lost));
}
