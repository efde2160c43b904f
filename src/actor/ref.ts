/**
 * References: how actors are held, asked and told.
 *
 * @module
 */
import { errorFromWire } from "../error_wire.ts";
import {
  ActorStoppedError,
  InvalidOptionError,
  MessageTooLargeError,
  SystemClosedError,
} from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { encodeArguments, type Encoded } from "../memory/codec.ts";
import { ENDPOINT } from "../memory/endpoints.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { Ask } from "./ask_book.ts";
import { currentIsolate, type Isolate } from "./isolate.ts";
import { type Address, KIND, methodHash, type WireReport } from "./protocol.ts";

/** Any method of an actor. */
// deno-lint-ignore no-explicit-any -- `any` infers parameters of every method
export type Method = (...args: any[]) => any;
/** Names that the runtime calls and nobody else. */
export type Hook =
  | "onStart"
  | "onStop"
  | "onRestart"
  | "checkpoint"
  | "restore";

/** The methods of an actor, each answering with a promise. */
export type Asks<C> = {
  readonly [K in keyof C as C[K] extends Method ? Exclude<K, Hook> : never]:
    C[K] extends (...args: infer A) => infer R
      ? (...args: A) => Promise<Awaited<R>>
      : never;
};

/** The methods of an actor, each sent and forgotten. */
export type Tells<C> = {
  readonly [K in keyof C as C[K] extends Method ? Exclude<K, Hook> : never]:
    C[K] extends (...args: infer A) => unknown ? (...args: A) => void : never;
};

/** How a message is sent. */
export interface SendOptions {
  /** Deadline of an ask, and how long a message may wait for room, in milliseconds. @default {5000} */
  readonly timeout?: number;
  /** Gives an ask up; the call may still run. */
  readonly signal?: AbortSignal;
  /** Objects that are moved instead of copied. */
  readonly transfer?: Transferable[];
}

/**
 * The logical actor: it survives restarts and may travel inside any message.
 *
 * - **Order:** messages of one thread to one actor arrive in the order sent.
 * - **At most once:** no message is delivered twice.
 * - **Nothing stays unsettled:** an ask settles by its reply, its deadline, or the actor's end.
 */
export interface ActorRef<C> extends AsyncDisposable {
  /** Number of its address. */
  readonly id: number;
  /** Name it was given. */
  readonly name: string;
  /** How often it has been started; 1 is the first. Known where it was spawned, else as of when the ref was sent. */
  readonly incarnation: number;
  /** Calls a method and promises its result; the default deadline is 5,000 ms. */
  readonly ask: Asks<C>;
  /** Calls a method and forgets it. A message that finds no room waits up to 5,000 ms for it. */
  readonly tell: Tells<C>;
  /** Resolves once, at its final end; a restart is not an end. */
  readonly exited: Promise<ExitReport>;
  /** The same actor with other send options. */
  with(options: SendOptions): ActorRef<C>;
  /**
   * Asks it to stop before any message that waits, and waits for the end of its
   * incarnation; it is killed after 5,000 ms. A supervisor does not restart it.
   */
  stop(reason?: unknown): Promise<ExitReport>;
  /** Ends it at once, whatever it is doing. */
  kill(): Promise<ExitReport>;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const NO_TRANSFER: readonly Transferable[] = [];
const HASHES: Map<string, number> = new Map();

function hashOf(name: string): number {
  let hash = HASHES.get(name);
  if (hash === undefined) HASHES.set(name, hash = methodHash(name));
  return hash;
}

/** The facts that all refs to one actor on one thread share. */
export class RefCore {
  /** Its end, once known here. */
  report: ExitReport | undefined;
  /** Latest incarnation known here. */
  incarnation: number;
  readonly #ended: PromiseWithResolvers<ExitReport> = Promise.withResolvers();
  #watching = false;
  #stopping: PromiseWithResolvers<ExitReport> | undefined;

  /** A ref to `address` held by `isolate`. */
  constructor(
    readonly isolate: Isolate,
    readonly address: Address,
    readonly name: string,
    incarnation: number,
    owned = false,
  ) {
    this.incarnation = incarnation;
    // The owner is told of the end in any case.
    this.#watching = owned;
    cores(isolate).set(`${address.endpoint}.${address.life}`, this);
  }

  /** Its final end. */
  get exited(): Promise<ExitReport> {
    if (!this.#watching && this.report === undefined) {
      this.#watching = true;
      const { isolate, address } = this;
      isolate.post({ type: "watch", watcher: isolate.endpoint, address });
    }
    return this.#ended.promise;
  }

  /** Asks the incarnation that runs to end within `deadlineMs`; resolves when it has. */
  stop(reason: unknown, deadlineMs: number): Promise<ExitReport> {
    const { isolate, address } = this;
    if (this.report !== undefined) return Promise.resolve(this.report);
    if (isolate.closed) return this.#ended.promise;
    isolate.post({
      type: "stop",
      address,
      reason,
      drain: false,
      deadlineMs,
      asked: true,
      from: isolate.endpoint,
    });
    this.#stopping ??= Promise.withResolvers();
    return this.#stopping.promise;
  }

  /** The incarnation that was asked to stop has ended. */
  stopped(report: ExitReport): void {
    this.#stopping?.resolve(report);
    this.#stopping = undefined;
  }

  /** Tells of the final end. Once. */
  end(report: ExitReport): void {
    if (this.report !== undefined) return;
    this.report = report;
    this.#ended.resolve(report);
    this.stopped(report);
  }
}

const CORES: WeakMap<Isolate, Map<string, RefCore>> = new WeakMap();

function cores(isolate: Isolate): Map<string, RefCore> {
  let found = CORES.get(isolate);
  if (found === undefined) CORES.set(isolate, found = new Map());
  return found;
}

/** Tells the ref to `address` on this thread that its actor is gone for good. */
export function endRef(
  isolate: Isolate,
  address: Address,
  report: WireReport,
): void {
  const key = `${address.endpoint}.${address.life}`;
  cores(isolate).get(key)?.end(fromWireReport(report));
  cores(isolate).delete(key);
}

/** Tells the ref to `address` on this thread that the incarnation it wanted stopped has ended. */
export function stoppedRef(
  isolate: Isolate,
  address: Address,
  report: WireReport,
): void {
  cores(isolate).get(`${address.endpoint}.${address.life}`)
    ?.stopped(fromWireReport(report));
}

/** An {@link ExitReport} out of what travelled. */
export function fromWireReport(report: WireReport): ExitReport {
  const { kind, code, error } = report;
  return error === undefined
    ? { kind, code }
    : { kind, code, error: errorFromWire(error) };
}

function refuseIfOver(core: RefCore, what: string): Error | undefined {
  if (core.report !== undefined) {
    return new ActorStoppedError(
      `Cannot ${what} "${core.name}" as it has stopped (${core.report.kind}): spawn a new one, or let a supervisor restart it`,
      {
        actor: core.name,
        safeToRetry: true,
        cause: core.report.error,
      },
    );
  }
  if (!core.isolate.closed) return undefined;
  return new SystemClosedError(
    `Cannot ${what} "${core.name}" as its system is closed: spawn it in a new one`,
  );
}

function ask(
  core: RefCore,
  method: string,
  args: unknown[],
  options: SendOptions,
): Promise<unknown> {
  const refused = refuseIfOver(core, "ask");
  if (refused !== undefined) return Promise.reject(refused);
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const { isolate, address } = core;
    const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
    const encoded = encodeMessage(core, method, args, options);
    const question = new Ask(
      isolate.asks,
      address,
      core.name,
      method,
      args,
      timeoutMs,
      core.incarnation,
      resolve,
      reject,
    );
    isolate.asks.add(question);
    if (signal !== undefined) question.listen(signal);
    isolate.send(
      address,
      false,
      {
        kind: KIND.ASK,
        a: hashOf(method),
        b: question.id,
        encoded,
        transfer: options.transfer ?? NO_TRANSFER,
      },
      timeoutMs,
      question,
    );
    isolate.wake();
  });
}

/** Encodes a call, after every check that may refuse it: nothing has changed if this throws. */
function encodeMessage(
  core: RefCore,
  method: string,
  args: unknown[],
  options: SendOptions,
): Encoded {
  const encoded = encodeArguments(args, options);
  const limit = core.isolate.table.get(
    core.address.endpoint,
    ENDPOINT.MAX_BYTES,
  );
  if (encoded.length <= limit || limit === 0) return encoded;
  throw new MessageTooLargeError(
    `Cannot send ${method}() to "${core.name}" as the message is too large: current size is ${encoded.length} bytes, the limit is ${limit}; transfer buffers, share memory, or raise mailbox.maxMessageBytes`,
    { actor: core.name, bytes: encoded.length, limit },
  );
}

function tell(
  core: RefCore,
  method: string,
  args: unknown[],
  options: SendOptions,
): void {
  // A tell never throws for the receiver's sake: to an ended actor it is dropped.
  if (refuseIfOver(core, "tell") !== undefined) return;
  core.isolate.send(
    core.address,
    false,
    {
      kind: KIND.TELL,
      a: hashOf(method),
      b: 0,
      encoded: encodeMessage(core, method, args, options),
      transfer: options.transfer ?? NO_TRANSFER,
    },
    options.timeout ?? DEFAULT_TIMEOUT_MS,
  );
}

type Send = (
  core: RefCore,
  method: string,
  args: unknown[],
  options: SendOptions,
) => unknown;

/**
 * An object whose every property is a function that sends a message of that
 * name. Each is made on first use and kept on the object itself, so that only
 * names never used before go through the proxy behind it.
 */
function namespace(core: RefCore, options: SendOptions, send: Send): unknown {
  const maker = new Proxy(Object.create(null), {
    get(_, name, object) {
      // Not thenable: a ref may be returned from an async function.
      if (typeof name !== "string" || name === "then") return undefined;
      const value = (...args: unknown[]) => send(core, name, args, options);
      Object.defineProperty(object, name, { value });
      return value;
    },
  });
  return Object.create(maker);
}

/** The one implementation of {@link ActorRef}. */
export class Ref<C> implements ActorRef<C> {
  readonly #core: RefCore;
  /** See {@link ActorRef.ask}. */
  readonly ask: Asks<C>;
  /** See {@link ActorRef.tell}. */
  readonly tell: Tells<C>;

  /** A ref over `core`. */
  constructor(core: RefCore, options: SendOptions = {}) {
    this.#core = core;
    this.ask = namespace(core, options, ask) as Asks<C>;
    this.tell = namespace(core, options, tell) as Tells<C>;
  }

  /** See {@link ActorRef.id}. */
  get id(): number {
    return this.#core.address.endpoint;
  }

  /** See {@link ActorRef.name}. */
  get name(): string {
    return this.#core.name;
  }

  /** See {@link ActorRef.incarnation}. */
  get incarnation(): number {
    return this.#core.incarnation;
  }

  /** See {@link ActorRef.exited}. */
  get exited(): Promise<ExitReport> {
    return this.#core.exited;
  }

  /** See {@link ActorRef.with}. */
  with(options: SendOptions): ActorRef<C> {
    const { timeout } = options;
    if (timeout !== undefined && !(timeout >= 0)) {
      throw new InvalidOptionError(
        `Cannot send to "${this.name}" as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
        { option: "timeout", value: timeout },
      );
    }
    return new Ref<C>(this.#core, options);
  }

  /** See {@link ActorRef.stop}. */
  stop(reason?: unknown): Promise<ExitReport> {
    return this.#core.stop(reason, DEFAULT_TIMEOUT_MS);
  }

  /** See {@link ActorRef.kill}. */
  kill(): Promise<ExitReport> {
    return this.#core.stop(undefined, 0);
  }

  /** Stops the actor. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  static {
    // Defined here, as a class member may not be named by an imported symbol when declarations are isolated.
    Object.defineProperty(this.prototype, portable, {
      value(this: Ref<unknown>) {
        return this.#travel();
      },
    });
  }

  #travel(): PortableData {
    const { address, name, incarnation } = this.#core;
    const data = [address.endpoint, address.life, name, incarnation];
    return { kind: "ref", data };
  }
}

definePortable("ref", (data) => {
  const [endpoint, life, name, incarnation] = data as [
    number,
    number,
    string,
    number,
  ];
  const isolate = currentIsolate();
  if (isolate === undefined) {
    throw new SystemClosedError(
      `Cannot receive the reference to "${name}" as no system runs here`,
    );
  }
  const core = cores(isolate).get(`${endpoint}.${life}`) ??
    new RefCore(isolate, { endpoint, life }, name, incarnation);
  return new Ref(core);
});
