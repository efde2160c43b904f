import type { ActorRef } from "../../actor/ref.ts";
import type { Owner } from "../clients.ts";
import type { Taken } from "../queue_book.ts";
import type { Vault } from "../vault.ts";

/** Who waits for an item of which queue. */
export interface ItemWaitSetup {
  readonly vault: ActorRef<Vault>;
  readonly queue: string;
  /** Names the wait. */
  readonly ticket: string;
  readonly owner: Owner;
  /** Whether the client still waits, once it is back. */
  readonly isWanted: () => boolean;
}

/**
 * The wait of a client in another program for an item of a queue. While the client is away it is given nothing, as it may be
 * dead: it leaves the line, and comes to the end of it when it is back.
 *
 *   in line → away   the connection is lost
 *   away → in line   there is another one, and the client still waits
 *   any → over       it has an item, has left the line by itself, or its time is over
 */
export class ItemWait {
  readonly #setup: ItemWaitSetup;
  /** Resolves when it is back; there while it is away. */
  #back: PromiseWithResolvers<void> | undefined;
  /** How often it went away. */
  #departures = 0;
  #isOver = false;

  /** One that is not in line yet. */
  constructor(setup: ItemWaitSetup) {
    this.#setup = setup;
  }

  /** Whether this is the wait for `queue` of that ticket. */
  is(queue: string, ticket: string): boolean {
    return this.#setup.queue === queue && this.#setup.ticket === ticket;
  }

  /** Waits for an item, as `Vault.dequeue()` does. */
  async take(timeoutMs: number): Promise<Taken | undefined> {
    const { vault, queue, ticket, owner } = this.#setup;
    const until = performance.now() + timeoutMs;
    if (this.#back !== undefined && !await this.#returned()) return undefined;
    for (let left = timeoutMs;; left = until - performance.now()) {
      const departures = this.#departures;
      const taken = await vault.ask.dequeue(queue, ticket, left, owner);
      if (departures === this.#departures) return taken;
      if (taken !== undefined) {
        if (this.#back === undefined && !this.#isOver) return taken;
        // It was given before the line was left: no wire has it.
        await vault.ask.requeue(queue, taken.item);
      }
      const waits = await this.#returned();
      if (!waits || performance.now() >= until) return undefined;
    }
  }

  /** Waits until the client is back, also if it goes away again at once; says whether it still waits. */
  async #returned(): Promise<boolean> {
    while (this.#back !== undefined) await this.#back.promise;
    return !this.#isOver && this.#setup.isWanted();
  }

  /** The client is away. */
  depart(): void {
    this.#departures++;
    this.#back ??= Promise.withResolvers();
    this.#leave();
  }

  /** The client is back. */
  arrive(): void {
    this.#back?.resolve();
    this.#back = undefined;
  }

  /** The client waits no more. */
  end(): void {
    this.#isOver = true;
    this.arrive();
    this.#leave();
  }

  #leave(): void {
    const { vault, queue, ticket } = this.#setup;
    // One that has ended has no lines.
    vault.ask.leave(queue, ticket).catch(() => {});
  }
}
