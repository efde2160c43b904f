/**
 * The connection of a client with a Manager, which is made again when it breaks.
 *
 * @module
 */
import type { ActorRef } from "../../actor/ref.ts";
import type { Way } from "../../connection/connect.ts";
import { type Connection, standIn } from "../../connection/connection.ts";
import { ConnectionClosedError } from "../../connection/connection_closed_error.ts";
import type { Stand } from "../../connection/stand.ts";
import { backoffDelay, fillBackoff } from "../../supervisor/backoff.ts";
import { type Hello, readWelcome, type Welcome } from "./hello.ts";

/** The pauses between two attempts to connect again. */
const BACKOFF = fillBackoff({ minMs: 10, maxMs: 1_000 });

/** How long one attempt to connect again may take, in milliseconds. */
const ATTEMPT_MS = 5_000;

/** How a client is tied to its Manager. */
export interface TetherSetup {
  /** Where the Manager is. */
  readonly address: string;
  /** Makes a connection there. */
  readonly way: Way;
  /** What the connections belong to. */
  readonly stand: Stand;
  /** How long it may take to come back, in milliseconds. */
  readonly reconnectMs: number;
}

/** A connection, and what is asked over it. */
export interface Linked extends Welcome {
  /** The connection. */
  readonly connection: Connection;
}

/** Ties a client to a Manager, over all the connections that are made one after the other. */
export class Tether {
  /** Where the Manager is. */
  readonly address: string;
  /** Resolves when it is over for good, with why if nobody wanted that; never rejects. */
  readonly ended: Promise<ConnectionClosedError | undefined>;
  /** The numbers of the calls that the client waits for and that are not to be done twice. */
  readonly pending: Set<number> = new Set();
  readonly #setup: TetherSetup;
  readonly #session: string = crypto.randomUUID();
  readonly #end: PromiseWithResolvers<ConnectionClosedError | undefined> =
    Promise.withResolvers();
  readonly #stop: AbortController = new AbortController();
  readonly #release: () => void;
  #inner: ActorRef<unknown> | undefined;
  #linked: Promise<Linked>;

  private constructor(setup: TetherSetup) {
    this.#setup = setup;
    this.address = setup.address;
    this.ended = this.#end.promise;
    this.#release = setup.stand.hold();
    this.#linked = new Promise(() => {});
  }

  /**
   * Ties one.
   *
   * @param until How long the first connection may take.
   * @throws {AuthenticationError} If the keys differ, and all else that `connect()` may throw.
   */
  static async tie(
    setup: TetherSetup,
    until: Parameters<Way>[1],
  ): Promise<Tether> {
    const tether = new Tether(setup);
    try {
      const linked = await tether.#link(until);
      tether.#linked = Promise.resolve(linked);
      void tether.#hold(linked);
      return tether;
    } catch (error) {
      tether.#release();
      throw error;
    }
  }

  /** Has `inner` stand for the door wherever values cross: now, and over every later connection. */
  standIn(inner: ActorRef<unknown>): void {
    this.#inner = inner;
    void this.#linked.then(
      ({ connection, door }) => standIn(connection, inner, door),
      () => {},
    );
  }

  /**
   * What is asked over the connection, as soon as there is one.
   *
   * @throws {ConnectionClosedError} If there will be none any more.
   */
  async linked(): Promise<Linked> {
    return await this.#linked;
  }

  /** Ends it, as it is not needed any more. Idempotent; it never rejects. */
  async close(): Promise<void> {
    this.#stop.abort();
    const linked = await this.#linked.catch(() => undefined);
    await linked?.connection.close();
    await this.ended;
  }

  async #link({ timeout, signal }: Parameters<Way>[1]): Promise<Linked> {
    const { address, way, stand } = this.#setup;
    const end = performance.now() + timeout;
    const connection = await way(stand, { timeout, signal });
    try {
      const wait = {
        timeout: Math.max(0, end - performance.now()),
        ...signal === undefined ? {} : { signal },
      };
      const pending = [...this.pending];
      const hello: Hello = { session: this.#session, pending };
      await connection.send(hello, wait);
      const welcome = readWelcome(address, await connection.receive(wait));
      const door = welcome.door.with({ timeout: Infinity });
      if (this.#inner !== undefined) standIn(connection, this.#inner, door);
      return { ...welcome, door, connection };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Makes another connection each time that one has ended, unless that was wanted. */
  async #hold(linked: Linked): Promise<void> {
    let error: unknown;
    while (error === undefined) {
      const how = await linked.connection.ended;
      // Before anybody else sees that it has ended: who asks from now on waits for the next one.
      const next = this.#again(how === "here");
      this.#linked = next;
      try {
        linked = await next;
      } catch (thrown) {
        error = thrown;
      }
    }
    this.#release();
    const wanted = this.#stop.signal.aborted;
    this.#end.resolve(wanted ? undefined : error as ConnectionClosedError);
  }

  /** Connects again, as long as it may take. */
  async #again(isOver: boolean): Promise<Linked> {
    if (isOver) this.#stop.abort();
    const { signal } = this.#stop;
    const end = performance.now() + this.#setup.reconnectMs;
    let cause: unknown;
    for (let failures = 0;; failures++) {
      const left = end - performance.now();
      if (signal.aborted || left <= 0) throw this.#gone(cause);
      await pause(Math.min(left, backoffDelay(failures, BACKOFF)), signal);
      try {
        const timeout = Math.min(left, ATTEMPT_MS);
        return await this.#link({ timeout, signal });
      } catch (error) {
        cause = error;
      }
    }
  }

  #gone(cause: unknown): ConnectionClosedError {
    const { address, reconnectMs } = this.#setup;
    const options = cause === undefined ? {} : { cause };
    return this.#stop.signal.aborted
      ? new ConnectionClosedError(
        `Cannot ask the Manager at "${address}" as the connection with it was closed here: connect again`,
        { address, how: "here", ...options },
      )
      : new ConnectionClosedError(
        `Cannot ask the Manager at "${address}" as the connection was lost, and did not come back: the limit is ${reconnectMs} ms; connect again when it is there`,
        { address, how: "lost", ...options },
      );
  }
}

/** Waits so long, or until `signal` aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
