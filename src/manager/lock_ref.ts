import type { ActorRef } from "../actor/ref.ts";
import { keepHere } from "../memory/keep_here.ts";
import type { Wait } from "../sync/wait.ts";
import { awaited } from "./awaited.ts";
import type { Grant } from "./lock_book.ts";
import { defineProxy, ownerHere, Proxied } from "./proxied.ts";
import type { Vault } from "./vault.ts";

/**
 * A lock that the Manager holds for its clients.
 *
 * - **One holder at a time;** those who wait get it in the order they came.
 * - **A lease:** it ends with the actor that took it, and with that incarnation of it. The next one is told: `ownerDied`.
 * - **Fenced:** each grant has a larger `fence` than those before, by which others can refuse who is late.
 * - **Outlives the Manager's thread:** who holds it holds it after a restart too.
 * - **Not reentrant,** and for all threads that have a way to it. A `Mutex` is faster, and lives in shared memory.
 *
 * @example One at a time
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 * const lock = manager.lock("report");
 * {
 *   await using held = await lock.lock({ timeout: 1_000 });
 *   assertEquals([held.ownerDied, await lock.tryLock()], [false, undefined]);
 * }
 * await using _again = await lock.lock();
 * ```
 */
export class LockRef extends Proxied {
  /**
   * Takes the lock, as soon as it is free.
   *
   * @param options `timeout` in milliseconds, none by default; `signal` ends the wait.
   * @returns A promise of the grant, which gives it back at the end of its scope.
   * @throws {WaitTimeoutError} If it was not free when the timeout passed.
   * @throws {ActorStoppedError} If the Manager stopped.
   * @throws {ActorCrashedError} If the Manager was restarted meanwhile: lock again.
   * @throws The signal's reason.
   */
  async lock(options: Wait = {}): Promise<HeldLock> {
    let taken = "";
    const grant = await awaited(this.vault, {
      what: `lock "${this.name}"`,
      ask: (vault, ticket, timeoutMs) => {
        taken = ticket;
        return vault.ask.acquire(this.name, ticket, timeoutMs, ownerHere());
      },
      leave: (vault, ticket) => vault.ask.release(this.name, ticket),
    }, options);
    return new HeldLock(this.vault, this.name, taken, grant);
  }

  /**
   * Takes the lock, if it is free now.
   *
   * @returns A promise of the grant, or of `undefined`.
   */
  async tryLock(): Promise<HeldLock | undefined> {
    const ticket = crypto.randomUUID();
    const { ask } = this.vault;
    try {
      const grant = await ask.acquire(this.name, ticket, 0, ownerHere());
      return grant && new HeldLock(this.vault, this.name, ticket, grant);
    } catch (error) {
      // It may have been given all the same.
      ask.release(this.name, ticket).catch(() => {});
      throw error;
    }
  }
}

/** A lock of a Manager that is held here, until it is given back or its actor ends. */
export class HeldLock implements AsyncDisposable {
  static {
    keepHere(HeldLock, "a lock that is held: send the LockRef");
  }

  /** Larger than that of every grant before: what the lock guards can refuse who is late. */
  readonly fence: number;
  /** Whether the holder before ended without giving it back: what it guards may be half done. */
  readonly ownerDied: boolean;
  readonly #vault: ActorRef<Vault>;
  readonly #name: string;
  readonly #ticket: string;

  /** A grant; the methods of `LockRef` make them. */
  constructor(
    vault: ActorRef<Vault>,
    name: string,
    ticket: string,
    { fence, ownerDied }: Grant,
  ) {
    this.#vault = vault;
    this.#name = name;
    this.#ticket = ticket;
    this.fence = fence;
    this.ownerDied = ownerDied;
  }

  /**
   * Gives it back. Idempotent.
   *
   * @returns A promise of whether it was still held.
   */
  async release(): Promise<boolean> {
    return await this.#vault.ask.release(this.#name, this.#ticket);
  }

  /** Gives it back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

defineProxy("LockRef", (vault, name) => new LockRef(vault, name));
