/**
 * References: how actors are held, asked and told.
 *
 * @module
 */
import { InvalidOptionError, SystemClosedError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { currentIsolate } from "./isolate.ts";
import { coreOf, RefCore } from "./ref_core.ts";
import { ask, DEFAULT_TIMEOUT_MS, type SendOptions, tell } from "./send.ts";

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
  const core = coreOf(isolate, { endpoint, life }) ??
    new RefCore(isolate, { endpoint, life }, name, incarnation);
  return new Ref(core);
});
