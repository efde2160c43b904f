/**
 * The task or actor that runs on this thread.
 *
 * @module
 */
import type { LightMessage } from "./light/light_message.ts";
import type { RefCore } from "./mail/ref_core.ts";
import type { Spawner } from "./offspring.ts";
import type { Exit } from "./links.ts";
import type { ActorRef } from "./ref.ts";
import type { Receiving } from "./receive.ts";
import type { Stashing } from "./stash.ts";
import type { StopOptions } from "./stop_options.ts";
import type { Timers } from "./timers.ts";
import type { Down, WatchOptions } from "./watch.ts";

/**
 * What an actor is told about itself, by its `onStart(context)` hook.
 *
 * It starts actors and tasks too: `context.spawn()`, `context.run()`, and `supervise(options, context)`.
 *
 * - **Children of this incarnation:** what is started by it ends with it, whatever was awaited before. The functions
 *   `spawn()`, `run()` and `supervise()` do not know after an `await` which actor of a thread runs: where it shares its
 *   thread, they start what ends with that thread instead.
 * - **Once it has ended,** it starts nothing: `ActorStoppedError`.
 *
 * @typeParam C The instance of the actor's class.
 *
 * @example Keep the own ref and name
 * ```ts
 * import { actor, type Context, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class TickerActor {
 *   #context!: Context<TickerActor>;
 *   #ticks = 0;
 *   onStart(context: Context<TickerActor>): void {
 *     this.#context = context;
 *     context.self.tell.tick();
 *   }
 *   tick(): void {
 *     this.#ticks++;
 *   }
 *   state(): [string, number] {
 *     return [this.#context.name, this.#ticks];
 *   }
 * }
 * export const Ticker = actor(import.meta, "Ticker", TickerActor);
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using ticker = await spawn(Ticker, [], { name: "ticker" });
 *   let [name, ticks] = await ticker.ask.state();
 *   while (ticks === 0) [name, ticks] = await ticker.ask.state();
 *   assertEquals([name, ticks], ["ticker", 1]);
 * }
 * ```
 */
export interface Context<C = unknown>
  extends Timers, Stashing, Receiving<C>, Spawner {
  /** The actor's own ref: what others may be given. An ask of itself by a handler rejects with `AskCycleError`: tell instead. */
  readonly self: ActorRef<C>;
  /** Its name. */
  readonly name: string;
  /** How often it has been started; 1 is the first. */
  readonly incarnation: number;
  /**
   * Aborted when it is asked to stop, also while a handler runs, with the reason of the stop. A failure or a kill
   * does not abort it.
   */
  readonly signal: AbortSignal;
  /** Who started it; the main thread is `{ id: 0, name: "main" }`. */
  readonly parent: { readonly id: number; readonly name: string };
  /**
   * Ends this actor, as it has nothing left to do; returns at once.
   *
   * - **As a stop does:** the handler that runs ends first, and so does the start; then `onStop(reason)` is called.
   * - **Normal:** the report says `done`. A supervisor starts a permanent child again, and lets others go; it goes with
   *   them if they are significant. A stop through a ref, also the own one, is somebody's will instead, and lasts.
   * - **Once:** when it stops already, this changes nothing.
   *
   * @param reason Given to `onStop` and to `Context.signal`.
   * @param options Whether it drains, and when it is killed.
   * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
   * @throws {DataCloneError} If `reason` cannot be cloned.
   */
  stop(reason?: unknown, options?: StopOptions): void;
  /**
   * Calls `handler` once when another actor has ended for good; the function {@linkcode watch} tells all about it.
   *
   * @typeParam T The instance of the other actor's class.
   * @param ref The other actor.
   * @param handler Told of the end, in turn with the messages.
   * @param options `onRestart`: told of restarts.
   * @returns Disposing it ends the watch.
   * @throws {InvalidOptionError} If `ref` is no ref, or `handler` is no function.
   */
  watch<T>(
    ref: ActorRef<T>,
    handler: (down: Down<T>) => unknown,
    options?: WatchOptions<T>,
  ): Disposable;
  /**
   * As {@linkcode Context.watch}, independent of all other monitors and watches of the same actor.
   *
   * @typeParam T The instance of the other actor's class.
   * @param ref The other actor.
   * @param handler Told of the end, in turn with the messages.
   * @param options `onRestart`: told of restarts.
   * @returns Disposing it ends the monitor.
   * @throws {InvalidOptionError} If `ref` is no ref, or `handler` is no function.
   */
  monitor<T>(
    ref: ActorRef<T>,
    handler: (down: Down<T>) => unknown,
    options?: WatchOptions<T>,
  ): Disposable;
  /**
   * Links this actor with another one: when one ends abnormally, the other ends too.
   *
   * - **Both ways, once:** it does not matter who links, and to link again changes nothing.
   * - **Abnormal** is every final end but `done` and `stopped`. A restart is no end, and keeps the link.
   * - **The other one fails** with {@linkcode LinkedExitError}: its `onStop` runs, and its supervisor acts. After 5,000 ms
   *   it is killed.
   * - **Too late:** to link with an actor that has ended is to be told of an end of the kind `lost`.
   * - **Wherever they live:** both may have any placement. One that shares its thread hears of it when that returns to its
   *   event loop; a host worker that does not is taken for hung.
   *
   * @param ref The other actor.
   * @throws {InvalidOptionError} If `ref` is no ref.
   */
  link(ref: ActorRef<unknown>): void;
  /**
   * Ends the link with another actor: its end has no effect here from now on, also if it is on its way.
   *
   * @param ref The other actor.
   * @throws {InvalidOptionError} If `ref` is no ref.
   */
  unlink(ref: ActorRef<unknown>): void;
  /**
   * Calls `handler` when a linked actor has ended, instead of ending too; also when it ended normally.
   *
   * - **In turn:** it runs as a message does, after the last message of the actor that ended; what it throws fails this
   *   actor.
   * - **One handler:** the last one that was given counts. A restarted actor traps anew, in its `onStart`.
   * - **A kill of this actor** cannot be trapped. One of a linked actor is an end like any other.
   *
   * @param handler Told who ended, and how.
   * @returns Disposing it ends the trap.
   * @throws {InvalidOptionError} If `handler` is no function.
   */
  trapExits(handler: (exit: Exit) => unknown): Disposable;
  /**
   * Writes a line to stderr that begins with the actor's name.
   *
   * @param values As of `console.error()`.
   */
  log(...values: unknown[]): void;
}

let running: Context | undefined;
/** The light actor whose code runs right now. */
let light: LightRunning | undefined;

/** A light actor, which makes its context when somebody looks. */
export interface LightRunning {
  /** What it is told about itself. */
  readonly current: Context;
  /** Calls `letGo` when it is over; the answer takes that back. */
  hold(letGo: () => void): () => void;
  /** What starts actors that end with it. */
  readonly home: Spawner | undefined;
  /** The message that it handles, if it handles no other meanwhile. */
  readonly handling: LightMessage | undefined;
  /** Names of those from `to` to this one and `to` again, each of which waits for the next, if an ask of `to` would wait for itself. */
  cycleTo(to: RefCore): readonly string[] | undefined;
}

/** A task that a pool's worker runs. */
export interface TaskRunning {
  /** Aborted when its job is cancelled, or its thread is asked to stop. */
  readonly signal: AbortSignal;
  /** Tells those who read the progress of its job. */
  report(value: unknown): void;
}

let task: TaskRunning | undefined;
/** Whose code runs it. */
let tasker: LightRunning | undefined;

/** Sets the task that {@link current} tells of on this thread. Called by the runtime only. */
export function enterTask(running: TaskRunning | undefined): void {
  task = running;
  tasker = light;
}

/** Sets whose code {@link current} shows from now on; returns whose it was. Called by the runtime only. */
export function enterLight(
  actor: LightRunning | undefined,
): LightRunning | undefined {
  const before = light;
  light = actor;
  return before;
}

/** The light actor whose code runs right now. */
export function runningLight(): LightRunning | undefined {
  return light;
}

/** The name of the thread, whichever light actor runs on it. */
export function threadName(): string {
  return running?.name ?? "main";
}

function here(): Context | undefined {
  return light === undefined ? running : light.current;
}

/** Sets what {@link current} shows. Called by the runtime only. */
export function enterContext(context: Context): void {
  running = context;
}

/**
 * The task or actor that runs on this thread; on the main thread, `"main"`.
 *
 * - **Everywhere:** it may be read in any module, without being handed down.
 * - **In time:** what it shows of an actor is there before the constructor runs, not at the top level of a module.
 *
 * @example Who runs here
 * ```ts
 * import { current, run, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const whoRuns = task(import.meta, "whoRuns", () => current.name);
 *
 * // Threads import this module too: only the main one runs the task.
 * if (import.meta.main) {
 *   assertEquals(whoRuns(), "main");
 *   assertEquals(await run(whoRuns, [], { name: "worker" }), "worker");
 * }
 * ```
 */
export const current: {
  /** Its own ref; `undefined` on the main thread. */
  readonly self: ActorRef<unknown> | undefined;
  /** Its name; `"main"` on the main thread. */
  readonly name: string;
  /** Number of its address; 0 on the main thread. */
  readonly id: number;
  /** How often it has been started; 0 on the main thread. */
  readonly incarnation: number;
  /**
   * Aborted when it is asked to stop, with the reason of the stop, or when the job of the task is cancelled; never on
   * the main thread.
   */
  readonly signal: AbortSignal;
  /** Who started it; `undefined` on the main thread. */
  readonly parent: { readonly id: number; readonly name: string } | undefined;
  /**
   * Tells whoever reads the progress of the job of this task: see `Job.progress`. Outside of a pool's task it does nothing.
   *
   * @param value Anything that can travel. Of many in a row that nobody had the time to read only the last arrives.
   * @throws {DataCloneError} If `value` cannot travel.
   */
  report(value: unknown): void;
  /**
   * Writes a line to stderr that begins with its name.
   *
   * @param values As of `console.error()`.
   */
  log(...values: unknown[]): void;
} = {
  get self(): ActorRef<unknown> | undefined {
    return here()?.self;
  },
  get name(): string {
    return here()?.name ?? "main";
  },
  get id(): number {
    return here()?.self.id ?? 0;
  },
  get incarnation(): number {
    return here()?.incarnation ?? 0;
  },
  get signal(): AbortSignal {
    const own = light === tasker ? task : undefined;
    return own?.signal ?? here()?.signal ?? NEVER;
  },
  get parent(): { readonly id: number; readonly name: string } | undefined {
    return here()?.parent;
  },
  report(value: unknown): void {
    if (light === tasker) task?.report(value);
  },
  log(...values: unknown[]): void {
    // deno-lint-ignore troupe/quiet -- this is what it is for
    console.error(`[${current.name}]`, ...values);
  },
};

const NEVER: AbortSignal = new AbortController().signal;
