/**
 * The workers of one system: made ahead of time, watched until they are gone.
 *
 *   booting → spare → taken → released → gone
 *
 * A spare is warm once it has loaded the package, played a life (rehearsal.ts) and read ahead (foreseen.ts); until then
 * it is taken only when no warm one is left. One for which somebody waits prepares nothing: its actor may need little of it.
 *
 * Two threads make them. The nursery makes spares, without holding up anybody
 * else. But in Deno 2.9 a worker made by a worker waits twice for 500 ms for a
 * debugger before it handles its first message (`libs/core/inspector.rs`,
 * `should_wait_for_page_wait_for_debugger_on_worker_start`); one made by the
 * main thread does not. So a start that finds no spare asks the main thread
 * for one, which costs that thread about 10 ms and nobody a second.
 *
 * Every worker holds a lock of its own name for life. The lock is granted to
 * this side when the thread ends by whatever means, without any event: it is
 * how `self.close()` and `Deno.exit()` are noticed within milliseconds. A
 * released worker whose lock does not come free is a zombie: it runs
 * synchronous code that the platform cannot stop.
 *
 * @module
 */
import { makeBed, wake } from "./bed.ts";
import { Chick } from "./chick.ts";
import type { Foreseen } from "./foreseen.ts";
import { locks } from "./locks.ts";
import { ProcessesAhead } from "./processes_ahead.ts";
import type { Start } from "./seat.ts";
import type { ToNursery } from "../mail/protocol.ts";

export type {} from "../thread/worker_entry.ts";

/** What the nursery is told of its workers. */
export interface BroodHooks {
  /** A start waits and there is no spare: the main thread is to make a worker. */
  onHatch(id: string): void;
  /** A worker that the main thread made is not needed any more. */
  onDiscard(id: string): void;
  /** A worker that was taken sent a message. */
  onMessage(chick: Chick, message: ToNursery): void;
  /** A worker that was taken ended by itself. */
  onGone(chick: Chick): void;
  /** The number of zombies changed. */
  onZombies(count: number): void;
  /** The number of warm spares changed. */
  onSpares(count: number): void;
}

/** What is to be started. */
type Wanted = Pick<Start, "become" | "ahead">;

/** Who waits for a worker. */
export interface Taker {
  /** Called once with a worker that listens. */
  use(chick: Chick): void;
  /** Called instead when none can be made. */
  failed(why: string): void;
}

/** After this many milliseconds a released worker that still runs is a zombie. */
const ZOMBIE_MS = 500;

/** Whoever took a spare starts first; its place is filled this many milliseconds later. */
const REFILL_MS = 20;

/** The start of a process needs a core for longer: the places are filled when it is over, after this many milliseconds at the latest. */
const REFILL_LATEST_MS = 500;

/**
 * Taking a thread down costs as much as 60 ms of a core. One that sleeps can
 * wait so many milliseconds, while whoever takes its place starts.
 */
const TAKE_DOWN_MS = 40;

/** A worker that does not listen after so many milliseconds never will: it is let go. */
const BOOT_LIMIT_MS = 30_000;

/** How often in a row a spare may fail to start before no more are made ahead of time. */
const MAX_BOOT_FAILURES = 3;

/** All workers of one nursery. */
export class Brood {
  readonly #spares: Chick[] = [];
  readonly #booting: Map<string, Chick> = new Map();
  readonly #takers: Taker[] = [];
  readonly #processes: ProcessesAhead = new ProcessesAhead();
  readonly #wanted: number;
  readonly #foreseen: Foreseen;
  readonly #hooks: BroodHooks;
  readonly #life: AbortController = new AbortController();
  /** Those that start a process. */
  readonly #starting: Set<Chick> = new Set();
  /** Let go, and not yet taken down. */
  readonly #frozen: Set<Chick> = new Set();
  #held: Chick[] | undefined;
  #zombies = 0;
  #failures = 0;
  #refill: ReturnType<typeof setTimeout> | undefined;

  /** Keeps `wanted` workers warm, for actors of the modules that are `foreseen`. */
  constructor(wanted: number, foreseen: Foreseen, hooks: BroodHooks) {
    this.#wanted = wanted;
    this.#foreseen = foreseen;
    this.#hooks = hooks;
    this.#refillSoon();
  }

  /**
   * Hands a spare worker for an actor to `taker`, now or as soon as one is up.
   *
   * @returns Takes the wish back, if it was not granted yet.
   */
  take({ become, ahead }: Wanted, taker: Taker): () => void {
    this.#foreseen.add(become.module);
    this.#refillSoon();
    const kind = this.#processes.note(ahead);
    const spare = this.#processes.choose(this.#spares, kind);
    const waiting: Taker = ahead === undefined ? taker : {
      ...taker,
      use: (chick) => {
        this.#starting.add(chick);
        this.#processes.start(chick, ahead, become.name);
        taker.use(chick);
      },
    };
    if (spare !== undefined) {
      this.#forgetSpare(spare);
      waiting.use(spare);
      return () => {};
    }
    this.#takers.push(waiting);
    this.#hooks.onHatch(nameOfLock());
    return () => {
      const at = this.#takers.indexOf(waiting);
      if (at >= 0) this.#takers.splice(at, 1);
    };
  }

  /** Takes over a worker that the main thread made; it speaks through `port`. */
  hatched(id: string, port: MessagePort): void {
    this.#raise(
      id,
      (onMessage) =>
        new Chick(id, port, () => {
          this.#hooks.onDiscard(id);
          port.close();
        }, onMessage),
    );
  }

  /** Ends all that are not in use, and waits for none: a lock granted to a thread that ends would never come free. */
  close(): void {
    this.#life.abort();
    clearTimeout(this.#refill);
    this.#failures = MAX_BOOT_FAILURES;
    const rest = [
      this.#spares,
      this.#booting.values(),
      this.#frozen,
      this.#held ?? [],
    ];
    for (const chicks of rest) for (const chick of chicks) chick.terminate();
  }

  /** The main thread could not start the worker that a taker waits for. */
  hatchFailed(id: string, why: string): void {
    // One that was ready is reported by its lock, in order.
    if (!this.#booting.delete(id)) return;
    this.#hooks.onDiscard(id);
    this.#takers.shift()?.failed(why);
  }

  /** Lets no worker go any more until {@link close}: taking one down costs more than all that is left to do. */
  hold(): void {
    this.#held = [];
    this.#failures = MAX_BOOT_FAILURES;
  }

  /** Lets a worker go. */
  release(chick: Chick): void {
    this.#starting.delete(chick);
    if (this.#held !== undefined) {
      chick.released = true;
      this.#held.push(chick);
    } else if (chick.frozen) {
      chick.released = true;
      this.#frozen.add(chick);
      setTimeout(() => {
        if (this.#frozen.delete(chick)) this.#takeDown(chick);
      }, TAKE_DOWN_MS);
    } else this.#takeDown(chick);
  }

  #takeDown(chick: Chick): void {
    chick.terminate();
    setTimeout(() => {
      if (chick.gone) return;
      chick.zombie = true;
      this.#hooks.onZombies(++this.#zombies);
    }, ZOMBIE_MS);
  }

  #refillSoon(latest = performance.now() + REFILL_LATEST_MS): void {
    if (this.#refill !== undefined || this.#failures >= MAX_BOOT_FAILURES) {
      return;
    }
    this.#refill = setTimeout(() => {
      this.#refill = undefined;
      if (this.#starting.size > 0 && performance.now() < latest) {
        return this.#refillSoon(latest);
      }
      if (this.#spares.length + this.#booting.size >= this.#wanted) return;
      this.#make();
      this.#refillSoon();
    }, REFILL_MS);
  }

  #make(): void {
    const id = nameOfLock();
    const worker = new Worker(
      new URL("../thread/worker_entry.ts", import.meta.url),
      {
        type: "module",
        name: id,
      },
    );
    const bed = makeBed();
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.#booting.delete(id)) this.#failures++;
    };
    this.#raise(
      id,
      (onMessage) =>
        new Chick(id, worker, () => {
          worker.terminate();
          wake(bed);
        }, onMessage),
    );
    worker.postMessage({ type: "seed", bed });
  }

  #raise(
    id: string,
    make: (onMessage: (message: ToNursery) => void) => Chick,
  ): void {
    const chick: Chick = make((message) => {
      if (message.type === "seeded") this.#seeded(chick);
      else if (message.type === "warm") this.#warmed(chick);
      else {
        if (message.type === "started") this.#started(chick);
        this.#hooks.onMessage(chick, message);
      }
    });
    this.#booting.set(id, chick);
    setTimeout(() => this.#giveUp(chick), BOOT_LIMIT_MS);
  }

  /** It has something to do first, most likely. */
  #started(chick: Chick): void {
    setTimeout(() => this.#starting.delete(chick), REFILL_MS);
  }

  #giveUp(chick: Chick): void {
    if (!this.#booting.delete(chick.id)) return;
    this.#failures++;
    chick.terminate();
    if (this.#takers.length > this.#booting.size) {
      this.#takers.shift()?.failed(
        `no worker listened within ${BOOT_LIMIT_MS} ms`,
      );
    }
    this.#refillSoon();
  }

  #seeded(chick: Chick): void {
    if (chick.released) return;
    this.#failures = 0;
    this.#booting.delete(chick.id);
    locks().request(chick.id, { signal: this.#life.signal }, () => {
      this.#ended(chick);
    }).catch(() => {});
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker.use(chick);
    this.#spares.push(chick);
    chick.post({ type: "warmUp", foreseen: this.#foreseen.urls });
  }

  #warmed(chick: Chick): void {
    chick.warm = true;
    if (!this.#spares.includes(chick)) return;
    this.#countSpares();
    this.#processes.prepare(this.#spares);
  }

  /** Returns whether it was a spare. */
  #forgetSpare(chick: Chick): boolean {
    const at = this.#spares.indexOf(chick);
    if (at < 0) return false;
    this.#spares.splice(at, 1);
    if (chick.warm) this.#countSpares();
    return true;
  }

  #countSpares(): void {
    const warm = this.#spares.filter((chick) => chick.warm);
    this.#hooks.onSpares(warm.length);
  }

  #ended(chick: Chick): void {
    chick.gone = true;
    if (chick.zombie) this.#hooks.onZombies(--this.#zombies);
    const spare = this.#forgetSpare(chick);
    if (chick.released) return;
    chick.terminate();
    if (spare) this.#refillSoon();
    else this.#hooks.onGone(chick);
  }
}

function nameOfLock(): string {
  return `troupe-${crypto.randomUUID()}`;
}
