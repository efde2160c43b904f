/**
 * The way from a process to an actor of the program that started it.
 *
 * @module
 */
import type { Delivery, Refused } from "../channel/outlet.ts";
import type { Overflow } from "../channel/overflow.ts";
import { DataCloneError, MailboxFullError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { LightLine } from "../actor/light/light_line.ts";
import type { OwnerThread } from "../actor/light/light_order.ts";
import type { RefCore } from "../actor/mail/ref_core.ts";
import {
  type MethodName,
  type SendOptions,
  tooLarge,
} from "../actor/mail/send.ts";
import { refTo } from "../actor/ref.ts";
import type { PortableData } from "../memory/portable.ts";
import { FarStream } from "./far_stream.ts";
import { FAR } from "./freight.ts";

/** The other side of the border. */
export interface LinkSide {
  call(name: string, ...args: unknown[]): Promise<unknown>;
  say(name: string, ...args: unknown[]): void;
  /** The bytes of the arguments of a call. */
  packArgs(args: readonly unknown[]): Uint8Array;
  /** What a ref becomes that is sent to another thread of this program; without it, none can be. */
  travel?(core: RefCore, id: number): PortableData;
}

/** The program that started this process, which opens actors for it. */
export interface FarSide extends LinkSide {
  /** The ref to an actor that is opened there, and called `id` here. */
  expect(id: number, name: string): unknown;
}

let calls = 0;

/** What a ref does goes to the keeper, which does it with the ref that it has. */
export class FarLine implements LightLine {
  /** See {@link LightLine.capacity}; the other side knows. */
  readonly capacity: number = 0;
  /** See {@link LightLine.overflow}; the other side knows. */
  readonly overflow: Overflow = "wait";
  /** See {@link LightLine.urgent}; the other side knows. */
  readonly urgent: boolean = true;
  /** See {@link LightLine.owner}; the other side knows. */
  readonly owner: OwnerThread = { endpoint: 0, epoch: 0 };
  /** See {@link LightLine.draining}; the other side knows. */
  readonly draining: boolean = false;
  /** See {@link LightLine.abroad}: the program that started this one keeps the links of both. */
  readonly abroad: boolean;
  readonly #side: LinkSide;
  #core: RefCore | undefined;
  readonly #unsent: Map<Delivery, number> = new Map();

  /** The way to the actor that `side` knows as `id`. */
  constructor(
    readonly id: number,
    readonly maxBytes: number,
    side: LinkSide,
  ) {
    this.#side = side;
    this.abroad = side.travel !== undefined;
  }

  /** See {@link LightLine.ask}. */
  async ask(
    core: RefCore,
    { name }: MethodName,
    args: unknown[],
    { timeout, urgent, signal }: SendOptions,
  ): Promise<unknown> {
    const id = ++calls;
    const bytes = this.#encode(core, name, args);
    const how = options({ timeout, urgent });
    const asked = this.#side.call("ask", id, refTo(core), name, bytes, how);
    if (signal === undefined) return await asked;
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => {
      this.#side.say("giveUp", id);
      aborted.reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([asked, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
      asked.catch(() => {});
    }
  }

  /** See {@link LightLine.tell}. */
  tell(
    core: RefCore,
    { name }: MethodName,
    args: unknown[],
    { timeout, urgent }: SendOptions,
    delivery?: Delivery,
  ): void {
    const bytes = this.#encode(core, name, args);
    const how = options({ timeout, urgent });
    if (delivery === undefined) {
      return this.#side.say("tell", refTo(core), name, bytes, how);
    }
    const id = ++calls;
    this.#unsent.set(delivery, id);
    void this.#side.call("send", id, refTo(core), name, bytes, how).then(
      () => delivery.sent(0),
      (error) => delivery.refused(this.#refusal(error)),
    ).finally(() => this.#unsent.delete(delivery));
  }

  /** See {@link LightLine.trySend}: there is room as far as is known here. */
  trySend(
    core: RefCore,
    method: MethodName,
    args: unknown[],
    options: SendOptions,
  ): boolean {
    this.tell(core, method, args, options);
    return true;
  }

  /** See {@link LightLine.stream}. */
  stream(
    core: RefCore,
    { name }: MethodName,
    args: unknown[],
    options: SendOptions,
  ): FarStream {
    return new FarStream(this.#side, core, name, args, options);
  }

  /** See {@link LightLine.withdraw}. */
  withdraw(delivery: Delivery): boolean {
    const id = this.#unsent.get(delivery);
    if (id === undefined) return false;
    this.#side.say("giveUp", id);
    return true;
  }

  /** See {@link LightLine.watch}. */
  watch(_incarnation: number): void {
    if (this.#core !== undefined) this.#side.say("follow", refTo(this.#core));
  }

  /** See {@link LightLine.stop}. */
  async stop(
    reason: unknown,
    deadlineMs: number,
    drain: boolean,
  ): Promise<ExitReport> {
    const stopped = this.#side.call(
      "stop",
      refTo(this.#core!),
      reason,
      deadlineMs,
      drain,
    );
    return await stopped as ExitReport;
  }

  /** See {@link LightLine.travel}: back to where it came from, and to other threads of this program as the side says. */
  travel(core: RefCore): PortableData {
    const { name } = core;
    if (this.#side.travel !== undefined) {
      return this.#side.travel(core, this.id);
    }
    throw new DataCloneError(
      `Cannot send the reference to "${name}" to another thread of this process as it was given to this one: kind "${FAR}"`,
      { path: name },
    );
  }

  /** Whether it is a way to an actor of that side. */
  leadsTo(side: LinkSide): boolean {
    return this.#side === side;
  }

  /** What is behind its ref. */
  belong(core: RefCore): void {
    this.#core = core;
  }

  #encode(core: RefCore, method: string, args: unknown[]): Uint8Array {
    const bytes = this.#side.packArgs(args);
    const limit = this.maxBytes;
    if (bytes.length <= limit || limit === 0) return bytes;
    throw tooLarge(core, method, bytes.length);
  }

  #refusal(error: unknown): Refused {
    return error instanceof MailboxFullError ? "full" : "sealed";
  }
}

function options(
  { timeout, urgent }: {
    timeout: number | undefined;
    urgent: boolean | undefined;
  },
): SendOptions {
  return {
    ...timeout === undefined ? {} : { timeout },
    ...urgent === undefined ? {} : { urgent },
  };
}
