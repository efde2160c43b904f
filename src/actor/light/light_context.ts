import type { Cell, CellSpec, Tied } from "../cell.ts";
import type { Context } from "../current.ts";
import type { ActorClass, Task } from "../define.ts";
import type { Job } from "../job.ts";
import type { Spawner } from "../offspring.ts";
import type { Received, ReceiveOptions } from "../receive.ts";
import { ActorTimers, type Timers } from "../timers.ts";
import {
  checkWatch,
  type Down,
  monitorHere,
  type Restarted,
  type WatchOptions,
} from "../watch.ts";
import type { RefCore } from "../mail/ref_core.ts";
import { checkTrap } from "../linked_exit.ts";
import type { Exit } from "../links.ts";
import type { LightLife } from "./light_life.ts";
import type { LightStop } from "./light_stop.ts";
import { ownStop } from "../own_stop.ts";
import type { SpawnOptions } from "../spawn_options.ts";
import type { StopOptions } from "../stop_options.ts";
import type { LightBonds } from "./light_ties.ts";
import type { ActorRef } from "../ref.ts";

/** What a light actor put aside, as its context reaches it. */
interface LightAside {
  stop(how: LightStop): void;
  size(): number;
  add(): never;
  release(): number;
  receive(clauses: object, options?: ReceiveOptions): Promise<unknown>;
}

type Handler = (down: Down<unknown>) => unknown;

/** A watch that may be given another handler. */
interface Watch {
  handler: Handler;
  onRestart: WatchOptions["onRestart"];
  readonly held: Disposable;
}

/** What a light actor is told about itself. Its signal is made when it is first looked at: most never do. */
export class LightContext implements Context {
  /** See {@link Context.self}. */
  readonly self: ActorRef<unknown>;
  /** See {@link Context.name}. */
  readonly name: string;
  /** See {@link Context.incarnation}. */
  readonly incarnation: number;
  /** See {@link Context.parent}. */
  readonly parent: { readonly id: number; readonly name: string };
  readonly #life: LightLife;
  #stop: { readonly reason: unknown } | undefined;
  #controller: AbortController | undefined;
  readonly #inTurn: (notice: () => unknown) => void;
  readonly #behind: (notice: () => unknown) => void;
  /** The one watch of each actor, by its number. */
  readonly #watches: Map<number, Watch> = new Map();
  readonly #monitors: Set<Disposable> = new Set();
  readonly #quiet: () => boolean;
  readonly #stash: LightAside;
  readonly #bonds: LightBonds;
  #timers: ActorTimers | undefined;

  /** The context of an incarnation; `inTurn` has it do something between two messages,
   * `behind` after those that have been sent to it here; `quiet` tells whether it has nothing to do. */
  constructor(
    life: LightLife,
    self: ActorRef<unknown>,
    inTurn: (notice: () => unknown) => void,
    behind: (notice: () => unknown) => void,
    quiet: () => boolean,
    stash: LightAside,
    bonds: LightBonds,
  ) {
    this.#stash = stash;
    this.#bonds = bonds;
    this.#inTurn = inTurn;
    this.#behind = behind;
    this.#quiet = quiet;
    this.self = self;
    this.#life = life;
    const { order } = life;
    this.name = order.name;
    this.incarnation = order.incarnation;
    this.parent = order.parent;
  }

  /** See {@link Context.signal}. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#stop !== undefined) this.#controller.abort(this.#stop.reason);
    }
    return this.#controller.signal;
  }

  /** See {@link Context.stop}. */
  readonly stop = (reason?: unknown, options?: StopOptions): void =>
    this.#stash.stop(ownStop(this.name, reason, options));

  /** See {@link Context.stashed}. */
  get stashed(): number {
    return this.#stash.size();
  }

  /** See {@link Context.stash}. */
  readonly stash = (): never => this.#stash.add();
  /** See {@link Context.unstash}. */
  readonly unstash = (): number => this.#stash.release();

  /** See {@link Context.receive}. */
  readonly receive = <T extends object>(
    clauses: T,
    options?: ReceiveOptions,
  ): Promise<Received<T>> =>
    this.#stash.receive(clauses, options) as Promise<Received<T>>;

  /** See {@link Context.open}. */
  readonly open = (spec: CellSpec): Cell => this.#home.open(spec);
  /** See `CellFactory.tie()`. */
  readonly tie = (tree: Tied): void => this.#home.tie?.(tree);
  /** See {@link Context.spawn}. */
  readonly spawn = <A extends unknown[], T>(
    definition: ActorClass<A, T>,
    args: A,
    options?: SpawnOptions,
  ): Promise<ActorRef<T>> => this.#home.spawn(definition, args, options);
  /** See {@link Context.run}. */
  readonly run = <A extends unknown[], R>(
    task: Task<A, R>,
    args: A,
    options?: SpawnOptions,
  ): Job<Awaited<R>> => this.#home.run(task, args, options);

  get #home(): Spawner {
    return this.#life.home!;
  }

  /** Calls `letGo` when the incarnation is over, at once if it is; the answer takes that back. */
  hold(letGo: () => void): () => void {
    return this.#life.hold(letGo);
  }

  /** See {@link Context.log}. */
  readonly log = (...values: unknown[]): void => {
    // deno-lint-ignore troupe/quiet -- this is what it is for
    console.error(`[${this.name}]`, ...values);
  };

  /** See {@link Context.watch}. */
  readonly watch = <T>(
    ref: ActorRef<T>,
    handler: (down: Down<T>) => unknown,
    options: WatchOptions<T> = {},
  ): Disposable => {
    const core = checkWatch("watch", ref, handler, options);
    const { onRestart } = options as WatchOptions;
    const known = this.#watches.get(ref.id);
    if (known !== undefined) {
      known.handler = handler as Handler;
      known.onRestart = onRestart;
      return known.held;
    }
    const forget = () => {
      if (this.#watches.get(ref.id) === watch) this.#watches.delete(ref.id);
    };
    const told = this.#monitor(core, ref, (down) => {
      forget();
      return watch.handler(down as Down<unknown>);
    }, (restarted) => watch.onRestart?.(restarted as Restarted));
    const watch: Watch = {
      handler: handler as Handler,
      onRestart,
      held: {
        [Symbol.dispose]: () => {
          forget();
          told[Symbol.dispose]();
        },
      },
    };
    this.#watches.set(ref.id, watch);
    return watch.held;
  };

  /** See {@link Context.monitor}. */
  readonly monitor = <T>(
    ref: ActorRef<T>,
    handler: (down: Down<T>) => unknown,
    options: WatchOptions<T> = {},
  ): Disposable => {
    const core = checkWatch("monitor", ref, handler, options);
    return this.#monitor(core, ref, handler, options.onRestart);
  };

  #monitor<T>(
    core: RefCore,
    ref: ActorRef<T>,
    handler: (down: Down<T>) => unknown,
    onRestart: WatchOptions<T>["onRestart"],
  ): Disposable {
    let over = false;
    const held = monitorHere(core, ref, (down) => {
      this.#monitors.delete(held);
      this.#behind(() => over ? undefined : handler(down));
    }, {
      onRestart: (restarted) =>
        this.#behind(() => over ? undefined : onRestart?.(restarted)),
    });
    this.#monitors.add(held);
    return {
      [Symbol.dispose]: () => {
        over = true;
        this.#monitors.delete(held);
        held[Symbol.dispose]();
      },
    };
  }

  /** See {@link Context.link}. */
  readonly link = (ref: ActorRef<unknown>): void => this.#bonds.link(ref);
  /** See {@link Context.unlink}. */
  readonly unlink = (ref: ActorRef<unknown>): void => this.#bonds.unlink(ref);

  /** See {@link Context.trapExits}. */
  readonly trapExits = (handler: (exit: Exit) => unknown): Disposable => {
    checkTrap(handler);
    const bonds = this.#bonds;
    bonds.trap = handler;
    return {
      [Symbol.dispose]: () => {
        if (bonds.trap === handler) bonds.trap = undefined;
      },
    };
  };

  /** See {@link Context.after}. */
  readonly after: Timers["after"] = (...args) => this.timers().after(...args);
  /** See {@link Context.every}. */
  readonly every: Timers["every"] = (...args) => this.timers().every(...args);
  /** See {@link Context.idle}. */
  readonly idle: Timers["idle"] = (...args) => this.timers().idle(...args);

  /** Its timers, made when it sets the first. */
  timers(): ActorTimers {
    if (this.#timers !== undefined) return this.#timers;
    this.#timers = new ActorTimers({
      inTurn: this.#inTurn,
      quiet: this.#quiet,
      now: () => performance.now(),
    });
    if (this.#stop !== undefined) this.#timers.close();
    return this.#timers;
  }

  /** A message of it is dealt with. */
  handled(): void {
    this.#timers?.handled();
  }

  /** Its incarnation is over: it is told nothing more. */
  end(): void {
    this.#timers?.close();
    for (const held of this.#monitors) held[Symbol.dispose]();
    this.#monitors.clear();
  }

  /** It is asked to stop. */
  abort(reason: unknown): void {
    this.#stop = { reason };
    this.#timers?.close();
    this.#controller?.abort(reason);
  }
}
