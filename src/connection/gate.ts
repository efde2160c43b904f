/**
 * The gate of a connection: an actor on the thread that has it, by which the other threads of the program use the refs that
 * came over it.
 *
 * @module
 */
import { actor, type ActorClass } from "../actor/define.ts";
import { methodHash } from "../actor/mail/protocol.ts";
import type { RefCore } from "../actor/mail/ref_core.ts";
import { ask, type SendOptions, tell } from "../actor/mail/send.ts";
import { send } from "../actor/mail/send_awaited.ts";
import { type ActorRef, coreIn, refTo } from "../actor/ref.ts";
import { errorToWire, type WireError } from "../error_wire.ts";
import type { ExitReport } from "../exit_report.ts";
import type { PortableData } from "../memory/portable.ts";
import { GATED } from "./gated_line.ts";
import type { Stand } from "./stand.ts";

/** What became of a call. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly error: WireError };

/** How a call is sent, where that can be said to another thread. */
export type Sending = Pick<SendOptions, "timeout" | "urgent" | "credit">;

/** Calls that are led through a gate at the same time. */
const AT_ONCE = 4_096;

/** Gates that are being opened, by their number. */
const opening: Map<number, Gate> = new Map();
let gates = 0;

/** The gates of this thread, by what is behind their ref. */
const HERE: WeakMap<RefCore, Gate> = new WeakMap();

/** The gate behind `core`, if it is one of this thread. */
export function gateHere(core: RefCore): Gate | undefined {
  return HERE.get(core);
}

/** A gate, as the connection has it. */
export class Gate {
  readonly #onStop: () => Promise<void>;
  readonly #lent: Map<number, RefCore> = new Map();
  #ref: ActorRef<GateActor> | undefined;

  private constructor(onStop: () => Promise<void>) {
    this.#onStop = onStop;
  }

  /**
   * Opens one.
   *
   * @param onStop Called when it stops with its system, or the actor that has the connection.
   */
  static async open(
    address: string,
    { spawner }: Stand,
    onStop: () => Promise<void>,
  ): Promise<Gate> {
    const id = ++gates;
    const gate = new Gate(onStop);
    opening.set(id, gate);
    try {
      const ref = await spawner.spawn(GateClass, [id], {
        name: address,
        placement: "local",
        concurrency: AT_ONCE,
      });
      gate.#ref = ref;
      HERE.set(coreIn(ref)!, gate);
      return gate;
    } finally {
      opening.delete(id);
    }
  }

  /** What the ref behind `core`, which the other program knows as `id`, becomes for another thread. */
  travel(core: RefCore, id: number): PortableData {
    // The other program keeps it as long as it is known here.
    this.#lent.set(id, core);
    const { name, incarnation, maxBytes, address } = core;
    const { endpoint, life, local } = address;
    return {
      kind: GATED,
      data: [this.#ref, id, name, incarnation, maxBytes, endpoint, life, local],
    };
  }

  /** What is behind the ref that was lent as `id`. */
  find(id: number): RefCore | undefined {
    return this.#lent.get(id);
  }

  /** The connection has ended. */
  close(): void {
    void this.#ref?.stop();
  }

  /** See {@link Gate.open}. */
  async stopped(): Promise<void> {
    await this.#onStop();
  }
}

/** Does with the refs what other threads ask for. What they do wrong is no fault of its own: it answers the error. */
export class GateActor {
  readonly #gate: Gate;

  /** The gate of that number. */
  constructor(id: number) {
    this.#gate = opening.get(id)!;
  }

  /** See `LightLine.ask()`. */
  ask(
    id: number,
    method: string,
    args: unknown[],
    options: Sending,
  ): Promise<Outcome> {
    return outcome(() => ask(this.#core(id), named(method), args, options));
  }

  /** See `LightLine.tell()`. */
  tell(id: number, method: string, args: unknown[], options: Sending): void {
    try {
      tell(this.#core(id), named(method), args, options);
    } catch { /* Nobody is told of a message that cannot be sent. */ }
  }

  /** As {@link GateActor.tell}, for who wants to know what becomes of it. */
  send(
    id: number,
    method: string,
    args: unknown[],
    options: Sending,
  ): Promise<Outcome> {
    return outcome(() => send(this.#core(id), named(method), args, options));
  }

  /** See `LightLine.stream()`. */
  async *stream(
    id: number,
    method: string,
    args: unknown[],
    options: Sending,
  ): AsyncGenerator<Outcome, undefined> {
    try {
      const { stream } = refTo(this.#core(id)).with(options);
      const elements = (stream as unknown as Record<
        string,
        (...args: unknown[]) => AsyncIterable<unknown>
      >)[method]!(...args);
      for await (const value of elements) yield { value };
    } catch (error) {
      yield { error: errorToWire(error) };
    }
  }

  /** See `LightLine.watch()`. */
  async follow(id: number): Promise<ExitReport> {
    return await this.#core(id).followed;
  }

  /** See `LightLine.stop()`. */
  async end(
    id: number,
    reason: unknown,
    deadlineMs: number,
    drain: boolean,
  ): Promise<Outcome> {
    return await outcome(() => this.#core(id).stop(reason, deadlineMs, drain));
  }

  /** The connection ends with it. */
  async onStop(): Promise<void> {
    await this.#gate.stopped();
  }

  #core(id: number): RefCore {
    return this.#gate.find(id)!;
  }
}

async function outcome(act: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await act() };
  } catch (error) {
    return { error: errorToWire(error) };
  }
}

function named(name: string): { name: string; hash: number } {
  return { name, hash: methodHash(name) };
}

const GateClass: ActorClass<[id: number], GateActor> = actor(
  import.meta,
  "Gate",
  GateActor,
);
