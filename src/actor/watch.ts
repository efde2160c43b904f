/**
 * Watching: to be told once of the final end of an actor.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { runningLight } from "./current.ts";
import type { Isolate } from "./thread/isolate.ts";
import type { Address } from "./mail/protocol.ts";
import { type ActorRef, coreIn } from "./ref.ts";
import type { RefCore } from "./mail/ref_core.ts";

/**
 * The final end of an actor, as {@linkcode watch} and {@linkcode monitor} tell it.
 *
 * @typeParam C The instance of the actor's class.
 *
 * @example Look at how it ended
 * ```ts
 * import { type Down, monitor, System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * const vault = await system.spawn(VaultActor, [], { name: "vault" });
 * const down = new Promise<Down>((resolve) => monitor(vault, resolve));
 * await vault.stop();
 * const { ref, report } = await down;
 * assertEquals([ref.name, report.kind], ["vault", "stopped"]);
 * ```
 */
export interface Down<C = unknown> {
  /** The ref that was watched. */
  readonly ref: ActorRef<C>;
  /**
   * How it ended; the kind is `lost` when it had ended before it was watched and nobody here knew of it. Of an error the
   * message and the stack have at most 16,384 characters each.
   */
  readonly report: ExitReport;
}

/**
 * A restart of an actor, as `onRestart` of {@linkcode watch} tells it.
 *
 * @typeParam C The instance of the actor's class.
 */
export interface Restarted<C = unknown> {
  /** The ref that is watched. */
  readonly ref: ActorRef<C>;
  /** The number of the incarnation that is up now. */
  readonly incarnation: number;
}

/**
 * What else {@linkcode watch} and {@linkcode monitor} tell.
 *
 * @typeParam C The instance of the actor's class.
 */
export interface WatchOptions<C = unknown> {
  /** Called each time that the actor is up again, after the last message of the incarnation before; in turn as the handler is. */
  readonly onRestart?: (restarted: Restarted<C>) => unknown;
}

/** Keys of those who wait are of one life of one endpoint. */
function keyOf({ endpoint, life, local = 0 }: Address): string {
  return `${endpoint}.${life}.${local}`;
}

/** One who wants to be told, until it is, or does not want to any more. */
class Watcher implements Disposable {
  #over = false;

  /** A watcher of `core`; `forget` is called when it is over. */
  constructor(
    readonly core: RefCore,
    readonly ref: ActorRef<unknown>,
    public handler: (down: Down<never>) => unknown,
    public onRestart: ((restarted: Restarted<never>) => unknown) | undefined,
    readonly forget: (watcher: Watcher) => void,
  ) {}

  /** Tells it, unless it is over. */
  fire(): unknown {
    if (this.#over) return undefined;
    this[Symbol.dispose]();
    const report = this.core.report ?? { kind: "lost", code: 1 };
    return this.handler({ ref: this.ref as ActorRef<never>, report });
  }

  /** Tells it of a restart, unless it is over. */
  restart(incarnation: number): unknown {
    if (this.#over) return undefined;
    return this.onRestart?.({ ref: this.ref as ActorRef<never>, incarnation });
  }

  /** Nothing is told from here on, also if it is on its way. */
  [Symbol.dispose](): void {
    this.#over = true;
    this.forget(this);
  }
}

/** All who wait on one thread for the end of an actor. */
class WatchBook {
  readonly #isolate: Isolate;
  /** Who waits for the end of an address. */
  readonly #waiting: Map<string, Set<Watcher>> = new Map();
  /** The one watcher of each address that `watch()` made, until it was told. */
  readonly #watches: Map<string, Watcher> = new Map();

  constructor(isolate: Isolate) {
    this.#isolate = isolate;
  }

  /** Adds a watcher, or gives the one that there is another handler. */
  watch(
    core: RefCore,
    ref: ActorRef<unknown>,
    handler: (down: Down<never>) => unknown,
    { onRestart }: WatchOptions<never>,
  ): Disposable {
    const key = keyOf(core.address);
    const known = this.#watches.get(key);
    if (known !== undefined) {
      known.handler = handler;
      known.onRestart = onRestart;
      return known;
    }
    const watcher = new Watcher(core, ref, handler, onRestart, (watcher) => {
      this.#watches.delete(key);
      this.#forget(watcher);
    });
    this.#watches.set(key, watcher);
    return this.#wait(watcher);
  }

  /** Adds a watcher. */
  monitor(
    core: RefCore,
    ref: ActorRef<unknown>,
    handler: (down: Down<never>) => unknown,
    { onRestart }: WatchOptions<never>,
  ): Disposable {
    return this.#wait(
      new Watcher(
        core,
        ref,
        handler,
        onRestart,
        (watcher) => this.#forget(watcher),
      ),
    );
  }

  /** The address ended for good, and everything of it is free. */
  gone(address: Address): void {
    const key = keyOf(address);
    const watchers = this.#waiting.get(key);
    if (watchers === undefined) return;
    this.#waiting.delete(key);
    for (const watcher of watchers) {
      this.#notify(address, () => watcher.fire());
    }
  }

  /** Whether somebody waits for the end of `address`. */
  has(address: Address): boolean {
    return this.#waiting.has(keyOf(address));
  }

  /** The next incarnation at the address is up. */
  restarted(address: Address, incarnation: number): void {
    for (const watcher of this.#waiting.get(keyOf(address)) ?? []) {
      watcher.core.incarnation = incarnation;
      if (watcher.onRestart === undefined) continue;
      this.#notify(address, () => watcher.restart(incarnation));
    }
  }

  #notify({ endpoint, local }: Address, notice: () => unknown): void {
    // The lanes of a light actor's thread live on: what it sent has been published, and may still wait here.
    if (local === undefined) this.#isolate.notify(endpoint, notice);
    else this.#isolate.notifyBehind(endpoint, notice);
  }

  /** The system is closed: everybody is told now. */
  close(): void {
    const watchers = [...this.#waiting.values()].flatMap((set) => [...set]);
    this.#waiting.clear();
    for (const watcher of watchers) queueMicrotask(() => watcher.fire());
  }

  #wait(watcher: Watcher): Disposable {
    const { address } = watcher.core;
    if (this.#isolate.closed) {
      queueMicrotask(() => watcher.fire());
      return watcher;
    }
    const key = keyOf(address);
    const watchers = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, watchers.add(watcher));
    if (watcher.core.line !== undefined) {
      void watcher.core.followed.then(() => this.gone(address));
      return watcher;
    }
    // Also of an actor whose end is known here: its address may not be free yet. The nursery answers when it is.
    const { endpoint } = this.#isolate;
    this.#isolate.post({ type: "watch", watcher: endpoint, address });
    return watcher;
  }

  #forget(watcher: Watcher): void {
    const key = keyOf(watcher.core.address);
    const watchers = this.#waiting.get(key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#waiting.delete(key);
  }
}

const BOOKS: WeakMap<Isolate, WatchBook> = new WeakMap();

function bookOf(isolate: Isolate): WatchBook {
  let book = BOOKS.get(isolate);
  if (book === undefined) BOOKS.set(isolate, book = new WatchBook(isolate));
  return book;
}

/** Tells those who watch `address` on this thread of its end, which its ref knows by now. */
export function tellWatchers(isolate: Isolate, address: Address): void {
  BOOKS.get(isolate)?.gone(address);
}

/** Whether somebody on this thread watches `address`. */
export function isWatched(isolate: Isolate, address: Address): boolean {
  return BOOKS.get(isolate)?.has(address) === true;
}

/** Tells those who watch `address` on this thread that it is up again. */
export function tellRestart(
  isolate: Isolate,
  address: Address,
  incarnation: number,
): void {
  if (incarnation > 1) BOOKS.get(isolate)?.restarted(address, incarnation);
}

/** Tells all who watch anything on this thread: its system is closed. */
export function closeWatchers(isolate: Isolate): void {
  BOOKS.get(isolate)?.close();
}

const NAMES: OptionNames<WatchOptions> = { onRestart: true };

/** Refuses what cannot be watched; the core of `ref`. Called by the runtime only. */
export function checkWatch(
  what: "watch" | "monitor",
  ref: unknown,
  handler: unknown,
  options: WatchOptions<never>,
): RefCore {
  checkOptionNames(`Cannot ${what}`, options, NAMES);
  const { onRestart } = options;
  if (onRestart !== undefined && typeof onRestart !== "function") {
    throw new InvalidOptionError(
      `Cannot ${what} as 'onRestart' must be a function: current value is ${
        Deno.inspect(onRestart, { depth: 1 })
      }`,
      { option: "onRestart", value: onRestart },
    );
  }
  const core = coreIn(ref);
  if (core === undefined) {
    throw new InvalidOptionError(
      `Cannot ${what} as the first argument must be the ref of an actor: current value is ${
        Deno.inspect(ref, { depth: 1 })
      }`,
      { option: "ref", value: ref },
    );
  }
  if (typeof handler === "function") return core;
  throw new InvalidOptionError(
    `Cannot ${what} "${core.name}" as the handler must be a function: current value is ${
      Deno.inspect(handler, { depth: 1 })
    }`,
    { option: "handler", value: handler },
  );
}

/**
 * Calls `handler` once when an actor has ended for good.
 *
 * - **Once for each actor:** to watch it again before it ended gives the watch another handler; {@linkcode monitor} adds
 *   one more.
 * - **Always:** however it ended, and soon also when it had ended before. A restart is not an end.
 * - **After its last message:** what the actor had sent to this thread is handled before, and its replies have arrived.
 *   Messages that still waited for room in the actor that ended were never sent.
 * - **All is free:** its address, and what it was registered as, can be taken by others when the handler runs.
 * - **In turn:** inside an actor the handler runs as a message does, one at a time; what it throws fails the actor.
 *   Elsewhere, and in a task, it runs as an event listener does. So a message handler cannot wait for its own watch:
 *   it awaits `ref.exited`. An actor that shares its thread is inside itself until its first `await`; after that it
 *   calls {@linkcode Context.watch}.
 * - **One life:** a restarted actor watches anew, in its `onStart`.
 * - **No end is missed:** on the thread that made the system, those that still watch when it closes are told then.
 *
 * @typeParam C The instance of the actor's class.
 * @param ref The actor.
 * @param handler Told of the end.
 * @param options `onRestart`: told of restarts, which are no ends.
 * @returns Disposing it ends the watch: the handler is not called afterwards, also if the end is known already.
 * @throws {InvalidOptionError} If `ref` is no ref, or `handler` is no function.
 *
 * @example An actor that counts the workers it has
 * ```ts
 * import { actor, type ActorRef, spawn, watch } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const Worker = actor(import.meta, "Worker", class {});
 *
 * class CrewActor {
 *   readonly #workers = new Map<number, ActorRef<object>>();
 *   async hire(): Promise<ActorRef<object>> {
 *     const worker = await spawn(Worker, []);
 *     this.#workers.set(worker.id, worker);
 *     watch(worker, () => this.#workers.delete(worker.id));
 *     return worker;
 *   }
 *   size(): number {
 *     return this.#workers.size;
 *   }
 * }
 * export const Crew = actor(import.meta, "Crew", CrewActor);
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using crew = await spawn(Crew, []);
 *   const worker = await crew.ask.hire();
 *   assertEquals(await crew.ask.size(), 1);
 *   await worker.stop();
 *   while (await crew.ask.size() > 0);
 * }
 * ```
 */
export function watch<C>(
  ref: ActorRef<C>,
  handler: (down: Down<C>) => unknown,
  options: WatchOptions<C> = {},
): Disposable {
  const core = checkWatch("watch", ref, handler, options);
  const light = runningLight();
  if (light !== undefined) return light.current.watch(ref, handler, options);
  return bookOf(core.isolate).watch(core, ref, handler, options);
}

/**
 * Calls `handler` once when an actor has ended for good, independent of all other monitors and watches.
 *
 * - **Each by itself:** three monitors of one actor are told three times, each once.
 * - **Everything else** is as {@linkcode watch} says.
 *
 * @typeParam C The instance of the actor's class.
 * @param ref The actor.
 * @param handler Told of the end.
 * @param options `onRestart`: told of restarts, which are no ends.
 * @returns Disposing it ends the monitor: the handler is not called afterwards, also if the end is known already.
 * @throws {InvalidOptionError} If `ref` is no ref, or `handler` is no function.
 *
 * @example For as long as a scope lasts
 * ```ts
 * import { monitor, System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * const vault = await system.spawn(VaultActor, []);
 * const ends: string[] = [];
 * {
 *   using _monitor = monitor(vault, ({ report }) => ends.push(report.kind));
 *   await vault.ask.push("list", ["a"]);
 * }
 * await vault.stop();
 * assertEquals(ends, []);
 * ```
 */
export function monitor<C>(
  ref: ActorRef<C>,
  handler: (down: Down<C>) => unknown,
  options: WatchOptions<C> = {},
): Disposable {
  const core = checkWatch("monitor", ref, handler, options);
  const light = runningLight();
  if (light !== undefined) return light.current.monitor(ref, handler, options);
  return monitorHere(core, ref, handler, options);
}

/** A monitor of the thread itself, whichever light actor runs on it. Called by the runtime only. */
export function monitorHere<C>(
  core: RefCore,
  ref: ActorRef<C>,
  handler: (down: Down<C>) => unknown,
  options: WatchOptions<C>,
): Disposable {
  return bookOf(core.isolate).monitor(core, ref, handler, options);
}
