/**
 * The workers that the main thread makes for its nursery when a start finds no
 * spare; brood.ts tells why.
 *
 * @module
 */
import { makeBed, wake } from "./bed.ts";
import type { ToNursery } from "../mail/protocol.ts";

export type {} from "../thread/worker_entry.ts";

/** Makes workers and hands a port of each to the nursery. */
export class Hatchery {
  /** How each worker is let go. */
  readonly #workers: Map<string, () => void> = new Map();
  readonly #wanted: string[] = [];
  readonly #toNursery: (message: ToNursery, transfer: Transferable[]) => void;
  #next: ReturnType<typeof setTimeout> | undefined;

  /** A hatchery; `toNursery` reaches the nursery. */
  constructor(
    toNursery: (message: ToNursery, transfer: Transferable[]) => void,
  ) {
    this.#toNursery = toNursery;
  }

  /** Makes a worker that takes the lock `id`: now, or a turn later for each that was asked for before. */
  hatch(id: string): void {
    this.#wanted.push(id);
    if (this.#next === undefined) this.#hatchNext();
  }

  /** Lets a worker go. */
  discard(id: string): void {
    this.#workers.get(id)?.();
    this.#workers.delete(id);
  }

  /** Lets all of them go. */
  close(): void {
    clearTimeout(this.#next);
    this.#wanted.splice(0);
    for (const letGo of this.#workers.values()) letGo();
    this.#workers.clear();
  }

  #hatchNext(): void {
    const id = this.#wanted.shift();
    if (id === undefined) {
      this.#next = undefined;
      return;
    }
    this.#make(id);
    // Other work of this thread goes in between: each worker blocks it for about 10 ms.
    this.#next = setTimeout(() => this.#hatchNext(), 0);
  }

  #make(id: string): void {
    const worker = new Worker(
      new URL("../thread/worker_entry.ts", import.meta.url),
      {
        type: "module",
        name: id,
      },
    );
    const bed = makeBed();
    this.#workers.set(id, () => {
      worker.terminate();
      wake(bed);
    });
    worker.onerror = (event) => {
      event.preventDefault();
      this.#toNursery({ type: "hatchFailed", id, why: event.message }, []);
    };
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ type: "seed", bed, port: port1 }, [port1]);
    this.#toNursery({ type: "hatched", id, port: port2 }, [port2]);
  }
}
