import { InvalidOptionError } from "../errors.ts";
import { methodHash } from "./mail/protocol.ts";
import type { Methods } from "./mail/methods.ts";
import { ReceiveError } from "./receive_error.ts";
import type { ReceiveOptions } from "./receive.ts";

/** What is called with the arguments of a message. */
export type Clause = (...args: unknown[]) => unknown;

const MAX_TIMER_MS = 2 ** 31 - 1;
const WHY: Readonly<Record<ReceiveError["why"], string>> = {
  timeout: "none of its methods came in time",
  stopped: "it is asked to stop",
  ended: "the handler that waits for it has ended: await it",
};

/**
 * One message that a handler waits for.
 *
 *   waits → taken → over   take(), then settle() or reject()
 *   waits → over           deadline, signal, stop, end of the handler
 */
export class Receipt {
  /** Settles with what the clause does. */
  readonly promise: Promise<unknown>;
  /** Whether it waits for its message still. */
  waits = true;
  readonly #actor: string;
  readonly #clauses: Map<number, Clause> = new Map();
  readonly #result: PromiseWithResolvers<unknown> = Promise.withResolvers();
  readonly #signal: AbortSignal | undefined;
  readonly #over: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #abort = (): void => this.reject(this.#signal!.reason);

  /**
   * Begins to wait.
   *
   * @param over Called once, when it is over.
   * @throws {InvalidOptionError} If it cannot be what is meant.
   */
  constructor(
    actor: string,
    methods: Methods,
    clauses: object,
    options: ReceiveOptions,
    over: () => void,
  ) {
    const { timeout = Infinity, signal } = options;
    this.#actor = actor;
    this.#signal = signal;
    this.#over = over;
    this.promise = this.#result.promise;
    for (const [name, clause] of Object.entries(clauses ?? {})) {
      this.#add(name, clause, methods);
    }
    if (this.#clauses.size === 0) throw invalid(actor, "clauses", clauses);
    if (typeof timeout !== "number" || !(timeout >= 0)) {
      throw invalid(actor, "timeout", timeout);
    }
    signal?.throwIfAborted();
    signal?.addEventListener("abort", this.#abort);
    if (timeout <= MAX_TIMER_MS) {
      this.#timer = setTimeout(() => this.giveUp("timeout"), timeout);
    }
  }

  /** What is to be called for a message of the method `hash`, if it is waited for. */
  clauseOf(hash: number): Clause | undefined {
    return this.waits ? this.#clauses.get(hash) : undefined;
  }

  /** Its message has come. */
  take(): void {
    this.waits = false;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  /** The clause has returned. */
  settle(value: unknown): void {
    this.#end();
    this.#result.resolve(value);
  }

  /** The clause has thrown, or nothing is to come. */
  reject(error: unknown): void {
    this.#end();
    this.#result.reject(error);
  }

  /** No message is to come, if none has come yet. */
  giveUp(why: ReceiveError["why"]): void {
    if (this.waits) this.reject(notReceived(this.#actor, why));
  }

  #end(): void {
    this.take();
    this.#over();
  }

  #add(name: string, clause: unknown, methods: Methods): void {
    if (clause === undefined) return;
    const hash = methodHash(name);
    if (typeof clause !== "function" || !methods.has(hash)) {
      throw invalid(this.#actor, `clauses.${name}`, clause);
    }
    this.#clauses.set(hash, clause as Clause);
  }
}

/** The error of an `actor` that receives nothing. */
export function notReceived(
  actor: string,
  why: ReceiveError["why"],
): ReceiveError {
  return new ReceiveError(
    `Cannot receive a message of "${actor}" as ${WHY[why]}`,
    { actor, why },
  );
}

function invalid(
  actor: string,
  option: string,
  value: unknown,
): InvalidOptionError {
  const must = option === "timeout"
    ? "must be a number of milliseconds from 0"
    : option === "clauses"
    ? "must name a method at least"
    : "must be a function, named as a method of the actor";
  return new InvalidOptionError(
    `Cannot receive a message of "${actor}" as '${option}' ${must}: current value is ${
      Deno.inspect(value)
    }`,
    { option, value },
  );
}
