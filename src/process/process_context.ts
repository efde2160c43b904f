/**
 * What an actor in a process of its own is told about itself: its keeper does what it asks for.
 *
 * @module
 */
import type { Context, LightRunning } from "../actor/current.ts";
import { current } from "../actor/current.ts";
import type { Down, Restarted, WatchOptions } from "../actor/watch.ts";
import { checkWatch } from "../actor/watch.ts";
import { checkPlan } from "../actor/check_plan.ts";
import { tiedBy } from "../actor/linked_exit.ts";
import { checkTrap } from "../actor/linked_exit.ts";
import type { Exit } from "../actor/links.ts";
import type { ActorRef } from "../actor/ref.ts";
import { coreIn } from "../actor/ref.ts";
import { ownStop } from "../actor/own_stop.ts";
import type { StopOptions } from "../actor/stop_options.ts";
import { PUT_ASIDE, stashRefusal } from "../actor/stash.ts";
import { stashFull } from "../actor/stash_full_error.ts";
import type { Methods } from "../actor/mail/methods.ts";
import { notReceived, Receipt } from "../actor/receipt.ts";
import { type ReceiveOptions, receiveRefusal } from "../actor/receive.ts";
import { ActorTimers, type Timer } from "../actor/timers.ts";
import { checkLoneOptions } from "../actor/lone_options.ts";
import type { SpawnOptions } from "../actor/spawn_options.ts";
import { Job } from "../actor/job.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Become } from "./keeper_protocol.ts";
import type { FarSide } from "../connection/far_line.ts";
import { FarCells } from "./far_cell.ts";
import { FarErrand } from "./far_errand.ts";
import type { Handlers } from "../connection/link.ts";

/** A watch or a monitor. */
interface Watching {
  readonly ref: ActorRef<unknown>;
  handler: (down: Down<never>) => unknown;
  onRestart: ((restarted: Restarted<never>) => unknown) | undefined;
  /** The actor, if it is the one watch of it. */
  readonly only: object | undefined;
}

type Handler = (down: Down<never>) => unknown;
type Options = WatchOptions<never>;
type Clauses = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** The actor of this process, as its context and the messages see it. */
export class ProcessContext {
  /** Aborted when it is asked to stop. */
  readonly stopping: AbortController = new AbortController();
  /** Handlers that run. */
  running = 0;
  /** Whether the message in hand was put aside. */
  aside = false;
  /** How many messages are aside, as the keeper said last. */
  stashed = 0;
  /** Whether a message is waited for. */
  receives = false;
  readonly #turns: Map<number, () => unknown> = new Map();
  readonly #watches: Map<number, Watching> = new Map();
  readonly #become: Become;
  readonly #side: FarSide;
  readonly #timers: ActorTimers;
  #clauses: Clauses = {};
  readonly #cells: FarCells;
  #trap: ((exit: Exit) => unknown) | undefined;
  #idling: { active: boolean } | undefined;
  #next = 0;
  /** What the actor is told about itself. */
  readonly context: Context;

  /** The actor that `become` describes. */
  constructor(become: Become, side: FarSide) {
    this.#become = become;
    this.#side = side;
    this.#cells = new FarCells(side);
    this.#timers = new ActorTimers({
      inTurn: (notice) => side.say("turn", this.#turn(notice)),
      quiet: () => this.running === 0,
      now: () => performance.now(),
    });
    this.context = this.#makeContext();
  }

  /** What shows it as the one that runs here. */
  get shown(): LightRunning {
    return {
      current: this.context,
      home: this.context,
      handling: undefined,
      hold: () => () => {},
      cycleTo: () => undefined,
    };
  }

  /** It is asked to stop. */
  stop(reason: unknown): void {
    this.stopping.abort(reason);
    this.#timers.close();
  }

  /** A message was handled. */
  handled(): void {
    this.#timers.handled();
  }

  /** What the keeper may ask for, beside messages. */
  get handlers(): Handlers {
    return {
      ...this.#cells.handlers,
      turn: (id: number) => {
        const turn = this.#turns.get(id);
        this.#turns.delete(id);
        return turn?.();
      },
      clause: async (name: string, args: Uint8Array) => {
        const clause = this.#clauses[name]!;
        return await clause(...this.unpackArgs(args));
      },
      down: (id: number, report: ExitReport) => {
        const watching = this.#watches.get(id);
        if (watching === undefined) return;
        this.#watches.delete(id);
        const { ref, handler } = watching;
        coreIn(ref)!.end(report);
        return handler({ ref: ref as ActorRef<never>, report });
      },
      restarted: (id: number, incarnation: number) => {
        const watching = this.#watches.get(id);
        if (watching === undefined) return;
        coreIn(watching.ref)!.incarnation = incarnation;
        const ref = watching.ref as ActorRef<never>;
        return watching.onRestart?.({ ref, incarnation });
      },
      exit: (from: ActorRef<unknown>, reason: ExitReport) => {
        coreIn(from)!.end(reason);
        return this.#trap?.({ from, reason });
      },
      gone: (ref: ActorRef<unknown>, report: ExitReport) =>
        coreIn(ref)!.end(report),
      stopping: (reason: unknown) => this.stop(reason),
    };
  }

  /** What it answers, once it is made. */
  methods: Methods = new Map();

  /** The arguments that were made into `bytes`; set by who knows the border. */
  unpackArgs: (bytes: Uint8Array) => unknown[] = () => [];

  #turn(act: () => unknown): number {
    const id = ++this.#next;
    this.#turns.set(id, act);
    return id;
  }

  #makeContext(): Context {
    const { name, incarnation, parent, self } = this.#become;
    const side = this.#side;
    const stashed = (): number => this.stashed;
    return {
      self: self as ActorRef<unknown>,
      name,
      incarnation,
      parent,
      signal: this.stopping.signal,
      watch: (ref, handler, options) =>
        this.#watch("watch", ref, handler as Handler, options as Options),
      monitor: (ref, handler, options) =>
        this.#watch("monitor", ref, handler as Handler, options as Options),
      stop: (reason?: unknown, options: StopOptions = {}) => {
        ownStop(name, reason, options);
        side.say("stopSelf", reason, options);
      },
      link: (ref) => {
        tiedBy("link with", ref);
        side.say("link", ref);
      },
      unlink: (ref) => {
        tiedBy("unlink", ref);
        side.say("unlink", ref);
      },
      trapExits: (handler) => this.#trapExits(handler),
      get stashed() {
        return stashed();
      },
      stash: () => this.#stash(),
      unstash: () => {
        side.say("unstash");
        return this.stashed;
      },
      receive: (clauses, options) =>
        this.#receive(clauses, options ?? {}) as Promise<never>,
      after: this.#timers.after,
      every: this.#timers.every,
      idle: (ms, callback) => this.#idle(ms, callback),
      log: current.log,
      open: (spec) => this.#cells.open(spec),
      spawn: (definition, args, options = {}) =>
        this.#spawn(definition, args, options) as Promise<never>,
      run: (task, args, options = {}) =>
        this.#run(task, args, options) as never,
    };
  }

  #watch(
    how: "watch" | "monitor",
    ref: unknown,
    handler: Handler,
    options: Options = {},
  ): Disposable {
    const core = checkWatch(how, ref, handler, options as WatchOptions);
    const { onRestart } = options;
    const only = how === "watch" ? core : undefined;
    for (const [id, known] of this.#watches) {
      if (only === undefined || known.only !== only) continue;
      known.handler = handler;
      known.onRestart = onRestart;
      return this.#watchOf(id);
    }
    const id = ++this.#next;
    this.#watches.set(id, {
      ref: ref as ActorRef<unknown>,
      handler,
      onRestart,
      only,
    });
    // One that is told nothing of restarts now may want to be later.
    this.#side.say("watch", how === "watch" ? "monitor" : how, id, ref, true);
    return this.#watchOf(id);
  }

  #watchOf(id: number): Disposable {
    return {
      [Symbol.dispose]: () => {
        if (this.#watches.delete(id)) this.#side.say("unwatch", id);
      },
    };
  }

  #trapExits(handler: (exit: Exit) => unknown): Disposable {
    checkTrap(handler);
    this.#trap = handler;
    this.#side.say("trap", true);
    return {
      [Symbol.dispose]: () => {
        if (this.#trap !== handler) return;
        this.#trap = undefined;
        this.#side.say("trap", false);
      },
    };
  }

  #stash(): never {
    const { name, order: { concurrency, stash } } = this.#become;
    const refusal = stashRefusal(name, concurrency, this.running > 0);
    if (refusal !== undefined) throw refusal;
    if (!this.aside && this.stashed >= stash) {
      throw stashFull(name, stash, "count");
    }
    this.aside = true;
    throw PUT_ASIDE;
  }

  #receive(clauses: object, options: ReceiveOptions): Promise<unknown> {
    const received = this.#begin(clauses, options);
    // Who does not await it is told nothing.
    received.catch(() => {});
    return received;
  }

  async #begin(clauses: object, options: ReceiveOptions): Promise<unknown> {
    const { timeout, signal } = options;
    const { name, order: { concurrency } } = this.#become;
    const { receives } = this;
    const handles = this.running > 0;
    const refusal = receiveRefusal(name, { concurrency, handles, receives });
    if (refusal !== undefined) throw refusal;
    if (this.aside) throw PUT_ASIDE;
    // For its checks.
    const checked = new Receipt(name, this.methods, clauses, options, () => {});
    checked.promise.catch(() => {});
    checked.giveUp("ended");
    this.receives = true;
    try {
      // A handler that has ended by then does not wait for it, and the keeper would learn that too late.
      await null;
      await null;
      if (this.running === 0) throw notReceived(name, "ended");
      signal?.throwIfAborted();
      this.#clauses = clauses as Clauses;
      const names = Object.keys(clauses ?? {});
      const how = timeout === undefined ? {} : { timeout };
      const received = this.#side.call("receive", names, how);
      if (signal === undefined) return await received;
      received.catch(() => {});
      const aborted = Promise.withResolvers<never>();
      const abort = (): void => {
        this.#side.say("receiveNoMore");
        aborted.reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      try {
        return await Promise.race([received, aborted.promise]);
      } finally {
        signal.removeEventListener("abort", abort);
      }
    } finally {
      this.receives = false;
    }
  }

  #idle(ms: number, callback: () => unknown): Timer {
    // For its checks.
    this.#timers.idle(ms, () => {}).cancel();
    const timer = {
      active: true,
      cancel: (): boolean => {
        if (!timer.active) return false;
        timer.active = false;
        this.#side.say("idle", -1, 0);
        return true;
      },
      [Symbol.dispose]: (): void => void timer.cancel(),
    };
    // There is one of it.
    if (this.#idling !== undefined) this.#idling.active = false;
    this.#idling = timer;
    const id = ++this.#next;
    const act = (): unknown => {
      this.#turns.set(id, act);
      return timer.active ? callback() : undefined;
    };
    this.#turns.set(id, act);
    this.#side.say("idle", ms, id);
    return timer;
  }

  async #spawn(
    definition: unknown,
    args: readonly unknown[],
    options: SpawnOptions,
  ): Promise<unknown> {
    const plan = checkPlan("actor", definition, args, true);
    checkLoneOptions(plan.definition, options);
    const { module, definition: name } = plan;
    const packed = this.#side.packArgs(args);
    const { transfer: _, ...how } = options;
    return await this.#side.call("spawn", { module, name }, packed, how);
  }

  #run(
    task: unknown,
    args: readonly unknown[],
    options: SpawnOptions,
  ): Job<unknown> {
    const plan = checkPlan("task", task, args, true);
    checkLoneOptions(plan.definition, options);
    const { module, definition: name } = plan;
    const { transfer: _, ...how } = options;
    const handle = { module, name };
    const packed = this.#side.packArgs(args);
    return new Job(new FarErrand(this.#side, handle, packed, how));
  }
}
