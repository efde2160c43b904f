/**
 * References: how actors are held, asked and told.
 *
 * @module
 */
import { DataCloneError, SystemClosedError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { currentBorder, refuseForged } from "./border.ts";
import { currentIsolate } from "./thread/isolate.ts";
import { leavingIsolate } from "./thread/leaving.ts";
import { Calls, type Send } from "./calls.ts";
import { checkSendOptions } from "./mail/check_send_options.ts";
import { coreOf, RefCore } from "./mail/ref_core.ts";
import { send, trySend } from "./mail/send_awaited.ts";
import type { Asks, Sends, Tells, Tries } from "./messages.ts";
import {
  ask,
  DEFAULT_TIMEOUT_MS,
  type SendOptions,
  tell,
} from "./mail/send.ts";

import type { ActorStream } from "./stream/actor_stream.ts";
import { Inlet } from "./stream/inlet.ts";
import type { Streams } from "./stream/streams.ts";
import { checkStopOptions, type StopOptions } from "./stop_options.ts";

/**
 * The logical actor: it survives restarts and may travel inside any message.
 *
 * - **Order:** messages of one thread to one actor arrive in the order sent, asks and tells alike.
 * - **At most once:** no message is delivered twice.
 * - **Nothing stays unsettled:** an ask settles by its reply, its deadline, its signal, or the actor's end.
 * - **Portable:** a ref in a message leads to the same actor from there. Only who started the actor ends it by leaving
 *   a scope with `await using`; a ref elsewhere may be dropped without harm.
 *
 * @typeParam C The instance of the actor's class.
 *
 * @example Ask, tell and stop
 * ```ts
 * import { actor, ActorStoppedError, spawn } from "@troupe/actors";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * export const Counter = actor(
 *   import.meta,
 *   "Counter",
 *   class {
 *     #sum = 0;
 *     add(count: number): number {
 *       return this.#sum += count;
 *     }
 *   },
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   const counter = await spawn(Counter, []);
 *   counter.tell.add(1);
 *   assertEquals(await counter.ask.add(2), 3);
 *   assertEquals((await counter.stop("enough")).kind, "stopped");
 *   await assertRejects(() => counter.ask.add(1), ActorStoppedError);
 * }
 * ```
 */
export interface ActorRef<C> extends AsyncDisposable {
  /** Number of its address; the same in every incarnation, and free for another actor after the final end. */
  readonly id: number;
  /** Name it was given by `SpawnOptions.name` or its supervisor, else the definition's name and a number. */
  readonly name: string;
  /** How often it has been started; 1 is the first. Known where it was spawned, else as of when the ref was sent. */
  readonly incarnation: number;
  /** Calls a method and promises its result; the default deadline is 5,000 ms. {@linkcode Asks} lists what it rejects with. */
  readonly ask: Asks<C>;
  /** Calls a method and forgets it. A message that finds no room waits up to 5,000 ms for it. {@linkcode Tells} says when it throws. */
  readonly tell: Tells<C>;
  /** Calls a method and promises that the message has its place at the receiver. {@linkcode Sends} lists what it rejects with. */
  readonly send: Sends<C>;
  /** Calls a method if there is room for the message now, and says whether it did. {@linkcode Tries} says when it throws. */
  readonly trySend: Tries<C>;
  /** Calls a method and reads what it yields, on demand: `for await (const x of ref.stream.method())`. {@linkcode Streams} tells how. */
  readonly stream: Streams<C>;
  /**
   * Resolves once, at its final end, with how it ended; never rejects. A restart is not an end. Of an actor that had
   * ended before this ref came here the kind is `lost`.
   */
  readonly exited: Promise<ExitReport>;
  /**
   * The same actor with other send options.
   *
   * - **Replaces all of them:** an option that is not named has its default again.
   * - **Changes nothing here:** this ref keeps its own.
   *
   * @param options How the new ref sends.
   * @returns A new ref. When it travels, its options stay behind.
   * @throws {InvalidOptionError} If `timeout` is negative or `NaN`, or there is no option of a name.
   */
  with(options: SendOptions): ActorRef<C>;
  /**
   * Asks it to stop before any message that waits, and waits for the end of its incarnation.
   *
   * - **In order:** the handler that runs ends first, then `onStop(reason)` is called, then what it started is stopped.
   * - **Bounded:** after 5,000 ms, or `timeout`, it is killed.
   * - **Draining:** with `drain` it handles the messages in its mailbox first, and takes no more from then on. One that
   *   found no room so far, or comes too late, is refused like any message to an actor that has stopped.
   * - **Wanted:** a supervisor does not restart it, unless its `restartStopped` says so.
   * - **Idempotent:** of an actor that has ended it resolves at once.
   *
   * @param reason Given to `onStop` and to `Context.signal`. An object that has the names of options and no others is none.
   * @param options Whether it drains, and when it is killed.
   * @returns How the incarnation ended; never rejects.
   * @throws {DOMException} `DataCloneError`, at once, if `reason` cannot be cloned; nothing was stopped.
   * @throws {InvalidOptionError} At once, if an option is out of its bounds or in the place of the reason; nothing was stopped.
   */
  stop(reason?: unknown, options?: StopOptions): Promise<ExitReport>;
  /**
   * Ends it at once, whatever it is doing: no hook is called, and what it started is killed too.
   *
   * - Wanted, as a stop is: a supervisor does not restart it, unless its `restartStopped` says so. What is to survive
   *   ends by itself, or is started again by `Supervisor.restartChild()`.
   * - A thread in synchronous code runs on as a zombie, whose deeds nobody sees: see `System.zombies`.
   *
   * @returns How the incarnation ended; never rejects.
   */
  kill(): Promise<ExitReport>;
}

/** Of a ref without any; one for all of them. */
const NO_OPTIONS: SendOptions = {};

function openStream(...call: Parameters<Send>): ActorStream<unknown> {
  const [core, method, args, options] = call;
  return core.line?.stream?.(core, method, args, options) ??
    new Inlet(...call);
}

/** The ref that this thread shows for `core`: always the same. */
export function refTo<C>(core: RefCore): Ref<C> {
  return (core.ref ??= new Ref(core)) as Ref<C>;
}

/** The facts behind a ref; `undefined` of anything else. */
export let coreIn: (ref: unknown) => RefCore | undefined;

/** The one implementation of {@link ActorRef}. */
export class Ref<C> implements ActorRef<C> {
  readonly #core: RefCore;
  readonly #options: SendOptions;
  // Made on first use: of a hundred thousand light actors most are never asked from here.
  #ask: Asks<C> | undefined;
  #tell: Tells<C> | undefined;
  #send: Sends<C> | undefined;
  #trySend: Tries<C> | undefined;
  #stream: Streams<C> | undefined;

  /** A ref over `core`. */
  constructor(core: RefCore, options: SendOptions = NO_OPTIONS) {
    this.#core = core;
    this.#options = options;
  }

  /** See {@link ActorRef.ask}. */
  get ask(): Asks<C> {
    return this.#ask ??= new Calls(
      this.#core,
      this.#options,
      ask,
    ) as unknown as Asks<C>;
  }

  /** See {@link ActorRef.tell}. */
  get tell(): Tells<C> {
    return this.#tell ??= new Calls(
      this.#core,
      this.#options,
      tell,
    ) as unknown as Tells<C>;
  }

  /** See {@link ActorRef.send}. */
  get send(): Sends<C> {
    return this.#send ??= new Calls(
      this.#core,
      this.#options,
      send,
    ) as unknown as Sends<C>;
  }

  /** See {@link ActorRef.trySend}. */
  get trySend(): Tries<C> {
    return this.#trySend ??= new Calls(
      this.#core,
      this.#options,
      trySend,
    ) as unknown as Tries<C>;
  }

  /** See {@link ActorRef.stream}. */
  get stream(): Streams<C> {
    return this.#stream ??= new Calls(
      this.#core,
      this.#options,
      openStream,
    ) as unknown as Streams<C>;
  }

  /** See {@link ActorRef.id}. */
  get id(): number {
    return this.#core.id;
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
    checkSendOptions(this.name, options);
    const { timeout, signal, transfer, credit, urgent } = options;
    return timeout !== undefined && signal === undefined &&
        transfer === undefined && credit === undefined && urgent === undefined
      ? this.#timed(timeout)
      : new Ref<C>(this.#core, options);
  }

  /** A ref with a timeout alone: the last one again if it had the same, as asking with one often does. */
  #timed(timeout: number): Ref<C> {
    const last = this.#core.timed as Ref<C> | undefined;
    if (last !== undefined && last.#options.timeout === timeout) return last;
    const ref = new Ref<C>(this.#core, { timeout });
    this.#core.timed = ref;
    return ref;
  }

  /** See {@link ActorRef.stop}. */
  stop(reason?: unknown, options: StopOptions = {}): Promise<ExitReport> {
    checkStopOptions(this.name, reason, options);
    const { timeout = DEFAULT_TIMEOUT_MS, drain } = options;
    return this.#core.stop(reason, timeout, drain);
  }

  /** See {@link ActorRef.kill}. */
  kill(): Promise<ExitReport> {
    return this.#core.stop(undefined, 0);
  }

  /** Stops the actor, as {@link ActorRef.stop} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  static {
    coreIn = (ref) =>
      typeof ref === "object" && ref !== null && #core in ref
        ? ref.#core
        : undefined;
    // Defined here, as a class member may not be named by an imported symbol when declarations are isolated.
    Object.defineProperty(this.prototype, portable, {
      value(this: Ref<unknown>) {
        return this.#travel();
      },
    });
    Object.defineProperty(this.prototype, Symbol.for("Deno.customInspect"), {
      value(this: Ref<unknown>) {
        return this.toString();
      },
    });
  }

  /** Who it is, for logs: its name, number and incarnation, and its end when it has one. */
  toString(): string {
    const { name, id, incarnation, report } = this.#core;
    const end = report === undefined ? "" : `, ${report.kind}`;
    return `ActorRef("${name}" #${id}, incarnation ${incarnation}${end})`;
  }

  #travel(): PortableData {
    const border = currentBorder();
    if (border !== undefined) return border.depart(this.#core);
    const { isolate, address, name, incarnation } = this.#core;
    const to = leavingIsolate();
    if (to !== undefined && to !== isolate) {
      throw new DataCloneError(
        `Cannot send the reference to "${name}" to another system as it cannot be reached from there: start both in one system`,
        { path: name },
      );
    }
    const { line } = this.#core;
    if (line !== undefined) return line.travel(this.#core);
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
  refuseForged(name, "ref");
  const isolate = currentIsolate();
  if (isolate === undefined) {
    throw new SystemClosedError(
      `Cannot receive the reference to "${name}" as no system runs here`,
    );
  }
  const core = coreOf(isolate, { endpoint, life }) ??
    new RefCore(isolate, { endpoint, life }, name, incarnation);
  return refTo(core);
});
