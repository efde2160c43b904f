/**
 * The workers of a pool: started when there is work, replaced when they end, let go when there is none.
 *
 * @module
 */
import { backstage } from "../actor/backstage.ts";
import { runningLight } from "../actor/current.ts";
import {
  releaseDefaultSpawner,
  retainDefaultSpawner,
} from "../actor/default_system.ts";
import type { Cell, CellSpec } from "../actor/cell.ts";
import type { Spawner } from "../actor/offspring.ts";
import { writeEnd } from "../actor/unheard_end.ts";
import { DataCloneError, SystemClosedError, TroupeError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import { backoffDelay, fillBackoff } from "../supervisor/backoff.ts";
import { workerMemory } from "./cancel_note.ts";
import type { CheckedPoolOptions } from "./pool_options.ts";
import { closeDesk, openDesk, PoolDesk } from "./pool_desk.ts";
import { PoolWorker } from "./pool_worker.ts";
import { ProcessWorker } from "./process_worker.ts";
import { Seat, type SeatHooks } from "./seat.ts";

/** Who is told what happens in a crew. */
export interface CrewHooks {
  /** A worker is up. */
  joined(seat: Seat): void;
  /** A worker is given nothing more. */
  left(seat: Seat): void;
  /** A worker has room again. */
  free(): void;
  /** It is worth asking again for workers. */
  again(): void;
  /** Workers do not come up, but others work: what waits for the places of the former alone waits for nobody. */
  short(cause: unknown, seats: ReadonlySet<number>): void;
  /** Workers do not come up, and none is left: there will be no more. */
  broken(cause: unknown): void;
}

const BACKOFF = fillBackoff({ minMs: 50, maxMs: 1_000 });
/** Workers that start at the same time: more would only be in each other's way. */
const MAX_STARTING = Math.max(2, navigator.hardwareConcurrency);
/** Workers in a row that ended before they had run anything, until those that work have to do without more. */
const MAX_FAILURES = 4;
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;
/** How long a worker waits for the thread that keeps its process, in milliseconds. */
const THREAD_MS = 60_000;

/** The workers of a pool. */
export class Crew {
  /** Workers that were started so far. */
  started = 0;
  /** Workers that ended otherwise than by their pool. */
  deaths = 0;
  readonly #options: CheckedPoolOptions;
  readonly #hooks: CrewHooks;
  /** Whose children they are; if nobody is named, and no actor that shares its thread made the pool, the thread's own. */
  readonly #owner: Spawner | undefined;
  readonly #modules: () => readonly string[];
  readonly #seats: Map<number, Seat> = new Map();
  readonly #seatHooks: SeatHooks = {
    up: (seat) => {
      this.#judge();
      this.#hooks.joined(seat);
      this.#restWhenIdle();
    },
    free: () => {
      this.#failures = 0;
      this.#doubt = undefined;
      this.#hooks.free();
      this.#restWhenIdle();
    },
    leaves: (seat) => this.#hooks.left(seat),
    gone: (seat, report, state) => this.#gone(seat, report, state),
  };
  #retained: Spawner | undefined;
  #desk: { readonly cell: Cell; readonly number: number } | undefined;
  /** So many are not let go when they have nothing to do. */
  #least: number;
  #failures = 0;
  /** Why nobody is started any more, until one of those that start is up, or none is left; see {@link Crew.#judge}. */
  #doubt: { readonly error: unknown } | undefined;
  #notBefore = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** None yet; `modules` are those of the tasks that the pool has met. */
  constructor(
    options: CheckedPoolOptions,
    hooks: CrewHooks,
    modules: () => readonly string[],
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#modules = modules;
    this.#least = options.minSize;
    // Asked here: when the first worker starts, another actor of this thread may run.
    this.#owner = options.system ?? runningLight()?.home;
  }

  /** How many there are, also those that start and those that end. */
  get size(): number {
    return this.#seats.size;
  }

  /** How many can work. */
  get up(): number {
    let up = 0;
    for (const { state } of this.#seats.values()) if (state === "up") up++;
    return up;
  }

  /** Those there are. */
  get seats(): Iterable<Seat> {
    return this.#seats.values();
  }

  /** Starts workers so that `count` start, if there are places for so many; `seats` first. */
  want(count: number, seats: readonly number[] = []): void {
    if (this.#closed || this.#doubt !== undefined) return;
    if (count === 0 && seats.length === 0) return;
    const wait = this.#notBefore - performance.now();
    if (wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#hooks.again();
      }, wait);
      return;
    }
    let starting = 0;
    for (const { state } of this.#seats.values()) {
      if (state === "starting") starting++;
    }
    count = Math.min(count, MAX_STARTING);
    for (const index of seats) {
      if (!this.#seats.has(index)) {
        this.#start(index);
        starting++;
      }
    }
    for (let at = 0; at < this.#options.size && starting < count; at++) {
      if (this.#closed || this.#notBefore > performance.now()) return;
      if (this.#seats.has(at)) continue;
      this.#start(at);
      starting++;
    }
  }

  /** Ends all of them, when they are done with what they run or at once; there will be no more. */
  async close(how: "stop" | "kill"): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#idle);
    const seats = [...this.#seats.values()];
    for (const seat of seats) {
      if (how === "kill" || seat.state === "starting") seat.kill();
      else seat.leave();
    }
    await Promise.all(seats.map(({ ended }) => ended));
  }

  #start(index: number): void {
    const { name, initTimeout } = this.#options;
    try {
      const spawner = this.#owner ??
        (this.#retained ??= retainDefaultSpawner());
      const named = name !== undefined;
      const memory = workerMemory();
      const cell = (named ? spawner : backstage(spawner)).open({
        id: `${name ?? "pool"}-${index}`,
        ...this.#workerAt(index, memory, backstage(spawner)),
        once: true,
        // What was sent and has not begun is sent elsewhere.
        unmissed: true,
      });
      this.started++;
      const { maxTasksPerWorker: maxTasks, killAfterMs } = this.#options;
      const options = { maxTasks, killAfterMs, initTimeout };
      const seat = new Seat(index, cell, memory, options, this.#seatHooks);
      this.#seats.set(index, seat);
    } catch (error) {
      const final = error instanceof SystemClosedError ||
        error instanceof DataCloneError;
      this.#failed(error, final);
      if (this.#seats.size === 0) this.#release();
    }
  }

  /** Who is to work at `index`, by the words of `memory`. */
  #workerAt(
    index: number,
    memory: SharedArrayBuffer,
    spawner: Spawner,
  ): Pick<CellSpec, "actor" | "args" | "options"> {
    const { init, initArgs, initTimeout, placement } = this.#options;
    const mailbox = { maxMessageBytes: MAX_MESSAGE_BYTES };
    const args = [
      index,
      this.#deskOf(spawner),
      memory,
      init && { module: init.module, task: init.task },
      initArgs,
    ];
    if (placement === "thread") {
      return { actor: PoolWorker, args, options: { initTimeout, mailbox } };
    }
    const { permissions, process } = this.#options;
    const modules = new Set(process?.modules);
    if (init !== undefined) modules.add(init.module);
    for (const module of this.#modules()) modules.add(module);
    const plan = { permissions, process, modules: [...modules], initTimeout };
    return {
      actor: ProcessWorker,
      args: [...args, plan],
      // The process is late before who waits for it.
      options: { initTimeout: initTimeout + THREAD_MS, mailbox },
    };
  }

  /** The desk that hears what tasks report, which lives as long as any of the workers. */
  #deskOf(spawner: Spawner): unknown {
    if (this.#desk !== undefined) return this.#desk.cell.ref;
    const number = openDesk({
      reported: (place, batch, index, report) =>
        this.#seats.get(place)?.reported(batch, index, report),
      ended: (place, batch, failure) =>
        this.#seats.get(place)?.endedOf(batch, failure),
    });
    const cell = spawner.open({
      id: "pool-desk",
      actor: PoolDesk,
      args: [number],
      options: { placement: "local" },
      once: true,
    });
    cell.onEnded = (report) => cell.retire(report);
    this.#desk = { cell, number };
    // In a process, which has no desk, it ends with the first worker.
    cell.start().catch(() => {});
    return cell.ref;
  }

  async #closeDesk(): Promise<void> {
    if (this.#desk === undefined) return;
    const { cell, number } = this.#desk;
    this.#desk = undefined;
    closeDesk(number);
    cell.retire(await cell.end("pool closed", "kill"));
  }

  #gone(seat: Seat, report: ExitReport, state: Seat["state"]): void {
    this.#seats.delete(seat.index);
    this.#hooks.left(seat);
    if (report.kind !== "stopped" && report.kind !== "killed") {
      this.deaths++;
      // Of one that dies of a task those hear that run there, and it is no fault of the pool's.
      if (seat.outs.size === 0) this.#lost(seat, report, state);
    }
    this.#judge();
    if (this.#seats.size === 0) this.#release();
    this.#hooks.again();
  }

  /** A worker ended that ran nothing: of that no job tells. */
  #lost(seat: Seat, report: ExitReport, state: Seat["state"]): void {
    if (state === "up") {
      writeEnd("Worker", seat.name, report, "while it ran nothing");
    }
    if (seat.served > 0) return;
    const end = `The worker ended (${report.kind})`;
    this.#failed(report.error ?? new TroupeError(end), false);
  }

  #failed(error: unknown, final: boolean): void {
    if (this.#closed || this.#doubt !== undefined) return;
    if (final) return this.#hooks.broken(error);
    // Those that started together fail together, once.
    if (performance.now() < this.#notBefore) return;
    if (++this.#failures >= MAX_FAILURES) {
      this.#doubt = { error };
      this.#judge();
      if (this.#closed || this.#doubt !== undefined) return;
    }
    const delay = backoffDelay(this.#failures - 1, BACKOFF);
    this.#notBefore = performance.now() + delay;
    this.#hooks.again();
  }

  /**
   * Decides what a doubt comes to: those that are up go on without more; while none is, one that starts may come up (more of
   * them would go on for ever, one starting as another fails); and when none starts either the pool has ended.
   */
  #judge(): void {
    if (this.#doubt === undefined || this.#closed) return;
    const up = new Set<number>();
    for (const { index, state } of this.#seats.values()) {
      if (state === "up") up.add(index);
    }
    if (up.size === 0 && this.#isStarting) return;
    const { error } = this.#doubt;
    this.#doubt = undefined;
    if (up.size > 0) this.#hooks.short(error, up);
    else this.#hooks.broken(error);
  }

  get #isStarting(): boolean {
    return this.#seats.values().some(({ state }) => state === "starting");
  }

  /** No worker is left: nothing of the pool keeps the default system. */
  #release(): void {
    void this.#closeDesk();
    if (this.#retained === undefined) return;
    this.#retained = undefined;
    releaseDefaultSpawner();
  }

  /** Lets no worker go from now on while there are no more than so many. */
  keepAtLeast(count: number): void {
    if (count === this.#least) return;
    this.#least = count;
    this.#restWhenIdle();
  }

  /** Lets workers go that have had nothing to do for long enough. */
  #restWhenIdle(): void {
    const { idleMs } = this.#options;
    if (idleMs === Infinity || this.#idle !== undefined || this.#closed) return;
    this.#idle = setTimeout(() => this.#rest(), idleMs);
  }

  #rest(): void {
    this.#idle = undefined;
    const { idleMs } = this.#options;
    const latest = performance.now() - idleMs;
    let more = this.up - this.#least;
    let wait = Infinity;
    for (const seat of this.#seats.values()) {
      if (more <= 0) return;
      if (seat.state !== "up") continue;
      if (seat.outs.size > 0) wait = Math.min(wait, idleMs);
      else if (seat.activeAt > latest) {
        wait = Math.min(wait, seat.activeAt - latest);
      } else {
        more--;
        seat.leave();
      }
    }
    if (wait === Infinity) return;
    this.#idle = setTimeout(() => this.#rest(), Math.max(1, wait));
  }
}
