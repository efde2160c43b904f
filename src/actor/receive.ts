/**
 * Messages that a handler waits for, out of their order.
 *
 * @module
 */
import { TroupeError } from "../errors.ts";

/** Where {@linkcode Receiving.receive} ends in any case. */
export interface ReceiveOptions {
  /**
   * How long a message is waited for, in milliseconds.
   *
   * @default {Infinity}
   */
  readonly timeout?: number;
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * What is done with a message that is waited for, by the names of the methods: each takes what the method takes, and
 * answers as the method does.
 *
 * @typeParam C The instance of the actor's class.
 */
export type Clauses<C> = {
  readonly [
    M in keyof C as C[M] extends (...args: never[]) => unknown ? M : never
  ]?: C[M] extends (...args: infer A) => infer R
    ? (...args: A) => R | Awaited<R> | Promise<Awaited<R>>
    : never;
};

/**
 * What {@linkcode Receiving.receive} resolves to: what the clause that was called returned.
 *
 * @typeParam T The clauses.
 */
export type Received<T> = {
  [M in keyof T]: T[M] extends (...args: never[]) => infer R ? Awaited<R>
    : never;
}[keyof T];

/**
 * The part of an actor's `Context` that receives messages while a handler runs, as Erlang's `receive … after`.
 *
 * - **The first of its kind:** of the messages that wait, the first of one of the methods that are named is taken, or the
 *   first that comes. Its clause is called in place of the method, and what that returns answers an ask.
 * - **Order is kept:** all others wait, and are handled in their order when the handler has ended, before what came
 *   later. A further `receive()` looks at them again.
 * - **Urgent ones first:** a message that is sent with `SendOptions.urgent` is looked at before all others, and one that is
 *   skipped stays urgent; see `SpawnOptions.mailbox.urgent`.
 * - **Bounded:** what is skipped takes no room in the mailbox. There may be as many as `SpawnOptions.mailbox.stash` says,
 *   those that were put aside by `stash()` included, and one more.
 * - **Kept over a restart**, as what `stash()` puts aside is. The message whose handler received is not delivered again.
 * - **A stop ends the wait:** a handler that ends with that error has not failed, and its actor stops as it was asked to.
 * - **One at a time:** one `receive()` runs, not within a clause, and not in actors with a `concurrency` above 1. Timers
 *   and watches have their turn after the handler.
 * - **Of asks that wait for this actor:** an ask of an actor whose answer this handler waits for rejects with
 *   `AskCycleError`, also if it would be received.
 *
 * @typeParam C The instance of the actor's class.
 *
 * @example Wait for the payment of one order
 * ```ts
 * import { actor, type Context, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class TillActor {
 *   #context!: Context<TillActor>;
 *   onStart(context: Context<TillActor>): void {
 *     this.#context = context;
 *   }
 *   async order(dish: string): Promise<string> {
 *     const paid = await this.#context.receive({
 *       pay: (amount) => amount,
 *     }, { timeout: 5_000 });
 *     return `${dish} for ${paid}`;
 *   }
 *   pay(amount: number): number {
 *     throw new RangeError(`nothing was ordered for ${amount}`);
 *   }
 * }
 * export const Till = actor(import.meta, "Till", TillActor);
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using till = await spawn(Till, []);
 *   const soup = till.ask.order("soup");
 *   const cake = till.ask.order("cake");
 *   till.tell.pay(5);
 *   till.tell.pay(3);
 *   assertEquals(await Promise.all([soup, cake]), ["soup for 5", "cake for 3"]);
 * }
 * ```
 */
export interface Receiving<C = unknown> {
  /**
   * Takes the first message that waits, or comes, for one of the methods that `clauses` names, and calls that clause with
   * its arguments.
   *
   * @typeParam T The clauses.
   * @param clauses What to call, by the names of methods.
   * @param options When to give up.
   * @returns What the clause returned. What it throws is thrown here, and answers an ask.
   * @throws {ReceiveError} At the deadline, when the actor is asked to stop, or when its handler has ended before.
   * @throws {StashFullError} If more was skipped than may be put aside.
   * @throws {InvalidOptionError} If there is no clause, a name is no method, or an option is out of bounds.
   * @throws {TroupeError} If no message is handled, as in a hook or a timer, one is received already, or the actor's
   *   `concurrency` is above 1.
   */
  receive<T extends Clauses<C>>(
    clauses: T,
    options?: ReceiveOptions,
  ): Promise<Received<T>>;
}

/** Why nothing can be received now, if nothing can. */
export function receiveRefusal(
  actor: string,
  { concurrency, handles, receives }: {
    concurrency: number;
    handles: boolean;
    receives: boolean;
  },
): TroupeError | undefined {
  const why = concurrency > 1
    ? `it handles several at once: current concurrency is ${concurrency}`
    : receives
    ? "it receives one already: await that first"
    : handles
    ? undefined
    : "none is handled: a hook or a timer runs";
  return why === undefined
    ? undefined
    : new TroupeError(`Cannot receive a message of "${actor}" as ${why}`);
}
