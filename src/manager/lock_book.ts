import type { Clients, Owner } from "./clients.ts";
import type { Effect } from "./effect.ts";
import { Line } from "./line.ts";
import type { State } from "./state.ts";

/** A lock that was given to a client. */
export interface Grant {
  /** Larger than that of every grant before: what the lock guards can refuse who is late. */
  readonly fence: number;
  /** Whether the client before ended without giving it back. */
  readonly ownerDied: boolean;
}

interface Waiting {
  readonly line: Line<Grant>;
  readonly owners: Map<string, Owner>;
}

/** Who holds which lock, and who waits for it. */
export class LockBook {
  readonly #state: State;
  readonly #clients: Clients;
  readonly #commit: (effects: Effect[]) => void;
  readonly #waiting: Map<string, Waiting> = new Map();
  /** Locks whose last holder ended without giving them back. */
  readonly #orphans: Set<string> = new Set();
  /** Ends the watch of the holder of each lock. */
  readonly #letGo: Map<string, () => void> = new Map();

  /** For the locks of `state`, which are held already. */
  constructor(
    state: State,
    clients: Clients,
    commit: (effects: Effect[]) => void,
  ) {
    this.#state = state;
    this.#clients = clients;
    this.#commit = commit;
    for (const [lock, { ticket, owner }] of state.locks) {
      this.#guard(lock, ticket, owner as Owner);
    }
  }

  /** Takes a lock, as soon as it is free and all who waited before have had it. */
  async acquire(
    lock: string,
    ticket: string,
    timeoutMs: number,
    owner: Owner,
  ): Promise<Grant | undefined> {
    let waiting = this.#waiting.get(lock);
    // A line that all have left is still there until the event loop has turned.
    const isAwaited = waiting !== undefined && waiting.line.size > 0;
    if (!this.#state.locks.has(lock) && !isAwaited) {
      return this.#grant(lock, ticket, owner);
    }
    waiting ??= { line: new Line(), owners: new Map() };
    this.#waiting.set(lock, waiting);
    waiting.owners.set(ticket, owner);
    const grant = await waiting.line.wait(
      ticket,
      timeoutMs,
      (leave) => this.#clients.hold(owner, leave),
    );
    waiting.owners.delete(ticket);
    if (waiting.line.size === 0 && this.#waiting.get(lock) === waiting) {
      this.#waiting.delete(lock);
    }
    return grant;
  }

  /** Gives a lock back, or leaves its line; answers whether it was held. */
  release(lock: string, ticket: string): boolean {
    if (this.#state.locks.get(lock)?.ticket !== ticket) {
      this.#waiting.get(lock)?.line.leave(ticket);
      return false;
    }
    this.#free(lock, ticket);
    return true;
  }

  /** As {@link LockBook.release}, when the client has ended: the next one is told. */
  abandon(lock: string, ticket: string): boolean {
    const isHeld = this.#state.locks.get(lock)?.ticket === ticket;
    if (isHeld) this.#orphans.add(lock);
    return this.release(lock, ticket);
  }

  /** Nobody waits any more. */
  close(): void {
    for (const { line } of this.#waiting.values()) line.close();
  }

  #grant(lock: string, ticket: string, owner: Owner): Grant {
    const fence = this.#state.revision + 1;
    this.#commit([["hold", lock, ticket, fence, owner]]);
    this.#guard(lock, ticket, owner);
    return { fence, ownerDied: this.#orphans.delete(lock) };
  }

  #guard(lock: string, ticket: string, owner: Owner): void {
    const letGo = this.#clients.hold(
      owner,
      () => void this.abandon(lock, ticket),
    );
    this.#letGo.set(lock, letGo);
  }

  #free(lock: string, ticket: string): void {
    this.#commit([["free", lock, ticket]]);
    this.#letGo.get(lock)?.();
    this.#letGo.delete(lock);
    const waiting = this.#waiting.get(lock);
    const next = waiting?.line.first();
    if (waiting === undefined || next === undefined) return;
    waiting.line.give(next, this.#grant(lock, next, waiting.owners.get(next)));
  }
}
