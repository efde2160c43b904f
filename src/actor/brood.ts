/**
 * The workers of one system: made ahead of time, watched until they are gone.
 *
 *   booting → spare → taken → released → gone
 *
 * Every worker holds a lock of its own name for life. The lock is granted to
 * this side when the thread ends by whatever means, without any event: it is
 * how `self.close()` and `Deno.exit()` are noticed within milliseconds. A
 * released worker whose lock does not come free is a zombie: it runs
 * synchronous code that the platform cannot stop.
 *
 * @module
 */
import type { FromNursery, ToNursery } from "./protocol.ts";

export type {} from "./worker_entry.ts";

/** The part of the Web Locks API that is used here; Deno has it, its type library does not. */
export interface Locks {
  /** Calls `held` when the lock is granted and keeps it until the promise settles. */
  request(name: string, held: () => unknown): Promise<unknown>;
}

/** The locks of this process. */
export function locks(): Locks {
  return (navigator as unknown as { locks: Locks }).locks;
}

/** What the nursery is told of its workers. */
export interface BroodHooks {
  /** A worker that was taken sent a message. */
  onMessage(chick: Chick, message: ToNursery): void;
  /** A worker that was taken ended by itself; `why` when it could not even start. */
  onGone(chick: Chick, why: string | undefined): void;
  /** The number of zombies changed. */
  onZombies(count: number): void;
}

/** After this many milliseconds a released worker that still runs is a zombie. */
const ZOMBIE_MS = 500;

/** How often in a row a worker may fail to start before nobody tries again by itself. */
const MAX_BOOT_FAILURES = 3;

/** One worker. */
export class Chick {
  /** Whether the entry has run and the lock is held. */
  ready = false;
  /** Whether the worker was let go. */
  released = false;
  /** Whether it counts as a zombie now. */
  zombie = false;
  readonly #worker: Worker;
  readonly #queue: [FromNursery, Transferable[]][] = [];

  /** Starts the worker; blocks for about 20 ms. */
  constructor(
    readonly id: string,
    onMessage: (message: ToNursery) => void,
    onError: (message: string) => void,
  ) {
    this.#worker = new Worker(new URL("./worker_entry.ts", import.meta.url), {
      type: "module",
      name: id,
    });
    this.#worker.onmessage = (event) => onMessage(event.data as ToNursery);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      onError(event.message);
    };
    this.#worker.postMessage({ type: "seed", lock: id });
  }

  /** Sends a message, as soon as the worker listens. */
  post(message: FromNursery, transfer: Transferable[] = []): void {
    if (this.ready) this.#worker.postMessage(message, transfer);
    else this.#queue.push([message, transfer]);
  }

  /** The worker listens: sends what waited. */
  opened(): void {
    this.ready = true;
    for (const [message, transfer] of this.#queue.splice(0)) {
      this.#worker.postMessage(message, transfer);
    }
  }

  /** Lets the thread go. One that is in synchronous code goes on until it returns. */
  terminate(): void {
    this.released = true;
    this.#worker.terminate();
  }
}

/** All workers of one nursery. */
export class Brood {
  readonly #spares: Chick[] = [];
  readonly #wanted: number;
  readonly #hooks: BroodHooks;
  #zombies = 0;
  #made = 0;
  #failures = 0;
  #refill: ReturnType<typeof setTimeout> | undefined;

  /** Keeps `wanted` workers warm. */
  constructor(wanted: number, hooks: BroodHooks) {
    this.#wanted = wanted;
    this.#hooks = hooks;
    this.#refillSoon(0);
  }

  /** A worker to use: a spare one, or a new one that gets its messages when it listens. */
  take(): Chick {
    const warm = this.#spares.findIndex((chick) => chick.ready);
    const [spare] = this.#spares.splice(Math.max(warm, 0), 1);
    this.#refillSoon(20);
    return spare ?? this.#make();
  }

  /** Lets a worker go. */
  release(chick: Chick): void {
    chick.terminate();
    if (!chick.ready) return;
    setTimeout(() => {
      if (!chick.released || this.#isGone(chick)) return;
      chick.zombie = true;
      this.#hooks.onZombies(++this.#zombies);
    }, ZOMBIE_MS);
  }

  readonly #gone: WeakSet<Chick> = new WeakSet();

  #isGone(chick: Chick): boolean {
    return this.#gone.has(chick);
  }

  #refillSoon(ms: number): void {
    // One at a time and later: the actor that takes a spare starts first.
    if (this.#refill !== undefined || this.#failures >= MAX_BOOT_FAILURES) {
      return;
    }
    if (this.#spares.length >= this.#wanted) return;
    this.#refill = setTimeout(() => {
      this.#refill = undefined;
      this.#spares.push(this.#make());
      this.#refillSoon(0);
    }, ms);
  }

  #make(): Chick {
    const chick: Chick = new Chick(
      `troupe-${crypto.randomUUID()}-${++this.#made}`,
      (message) => {
        if (message.type !== "seeded") this.#hooks.onMessage(chick, message);
        else this.#seeded(chick);
      },
      (why) => this.#failed(chick, why),
    );
    return chick;
  }

  #seeded(chick: Chick): void {
    this.#failures = 0;
    chick.opened();
    locks().request(chick.id, () => this.#ended(chick));
  }

  #ended(chick: Chick): void {
    this.#gone.add(chick);
    if (chick.zombie) this.#hooks.onZombies(--this.#zombies);
    const at = this.#spares.indexOf(chick);
    if (at >= 0) this.#spares.splice(at, 1);
    else if (!chick.released) this.#hooks.onGone(chick, undefined);
  }

  #failed(chick: Chick, why: string): void {
    if (chick.ready) return; // The lock tells, in order.
    this.#failures++;
    const at = this.#spares.indexOf(chick);
    if (at >= 0) this.#spares.splice(at, 1);
    else this.#hooks.onGone(chick, why);
  }
}
