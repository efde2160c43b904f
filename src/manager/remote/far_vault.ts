import type { Context } from "../../actor/current.ts";
import { actor, type ActorClass } from "../../actor/define.ts";
import { DEFAULT_TIMEOUT_MS } from "../../actor/mail/send.ts";
import type { ActorStream } from "../../actor/stream/actor_stream.ts";
import { unmissed } from "../../actor/unmissed.ts";
import { ConnectionClosedError } from "../../connection/connection_closed_error.ts";
import { ActorStoppedError, AskTimeoutError } from "../../errors.ts";
import { Clients, type Owner } from "../clients.ts";
import { PRESENCE } from "../effect.ts";
import type { Grant } from "../lock_book.ts";
import type { MapChange } from "../map_change.ts";
import type { Taken } from "../queue_book.ts";
import { withCredit } from "../watching.ts";
import { InDoubtError } from "./in_doubt_error.ts";
import { askable, isOfSession, isRead, isSafeAnew } from "./needs.ts";
import { pulled } from "./pulled.ts";
import type { Linked, Tether } from "./tether.ts";

/**
 * How long a call may take, in milliseconds: a little less than an ask of it, as those of processes have a deadline of their own,
 * and are to hear from here what has become of it.
 */
const CALL_MS = DEFAULT_TIMEOUT_MS - 20;
/** How long after its deadline a wait hears of its end from the Manager; else it ends here, in milliseconds. */
const GRACE_MS = 1_000;

/** Tethers whose actors are being made, by the number that those are given. */
export const TIED: Map<number, Tether> = new Map();

/** A call that is made, until it is answered. */
interface Call {
  readonly method: string;
  /** What the method is given, each time that it is called. */
  readonly args: () => readonly unknown[];
  /** Names the door that may have heard of it. */
  life?: string | undefined;
  /** Nobody waits for it any more, and it is not made again. */
  left?: boolean;
}

/** What a wait came to. */
interface Waited<T> {
  readonly given: T | undefined;
  /** Whether the Manager waits for it no more. */
  readonly settled: boolean;
}

/**
 * A Manager in another program, for the proxies of this one: it is asked in the place of the Manager's actor, and asks that.
 *
 * - **Over breaks:** what was not answered when the connection broke is asked again if that is safe: of the same door, which
 *   does nothing twice, or if it changes nothing. Otherwise it is in doubt.
 * - **Keeps the deadlines:** who asks leaves them to it, as it knows whether a call was sent: one that was not by then is not
 *   sent any more, and one that was is in doubt.
 * - **Holds for its own clients:** what actors of this program hold is given up when they end, or are restarted.
 */
export class FarVault {
  readonly #tether: Tether;
  #clients!: Clients;
  #last = 0;
  /** Calls that the door can forget. */
  #settled: number[] = [];
  /** Ends the waits that go on, by their ticket: soon, as the Manager may have given something. */
  readonly #waits: Map<string, () => void> = new Map();
  /** What actors hold, by what it is: takes it back that it is given up when they end. */
  readonly #held: Map<string, () => void> = new Map();
  #stopping = false;

  /** For the tether that was noted as `number`. */
  constructor(number: number) {
    this.#tether = TIED.get(number)!;
  }

  /** Called by the runtime. Whoever waits must not hold up a stop. */
  onStart(context: Context): void {
    this.#clients = new Clients(context);
    context.signal.addEventListener("abort", () => {
      this.#stopping = true;
      for (const end of this.#waits.values()) end();
      void this.#tether.close();
    });
  }

  /** Called by the runtime. */
  async onStop(): Promise<void> {
    await this.#tether.close();
  }

  /** See `Vault.acquire()`. */
  async acquire(
    lock: string,
    ticket: string,
    timeoutMs: number,
    owner?: Owner,
  ): Promise<Grant | undefined> {
    const place = `lock ${ticket}`;
    const giveUp = (): void => {
      this.#held.delete(place);
      this.#quietly("abandon", lock, ticket);
    };
    const letGo = this.#clients.hold(owner, giveUp);
    this.#held.set(place, letGo);
    let waited: Waited<Grant> | undefined;
    try {
      waited = await this.#wait<Grant>("acquire", lock, ticket, timeoutMs);
      return waited.given;
    } finally {
      if (waited?.given === undefined) this.#letGo(place);
      // It may be given yet.
      if (waited?.settled !== true) giveUp();
    }
  }

  /** See `Vault.release()`. */
  async release(lock: string, ticket: string): Promise<boolean> {
    this.#letGo(`lock ${ticket}`);
    this.#waits.get(ticket)?.();
    return await this.#call("release", lock, ticket) as boolean;
  }

  /** See `Vault.dequeue()`. */
  async dequeue(
    queue: string,
    ticket: string,
    timeoutMs: number,
    owner?: Owner,
  ): Promise<Taken | undefined> {
    const letGo = this.#clients.hold(owner, () => this.leave(queue, ticket));
    try {
      const { given, settled } = await this.#wait<Taken>(
        "dequeue",
        queue,
        ticket,
        timeoutMs,
      );
      if (settled || this.#stopping) return given;
      this.#quietly("leave", queue, ticket);
      throw this.#doubt("dequeue");
    } finally {
      letGo();
    }
  }

  /** See `Vault.leave()`. */
  leave(queue: string, ticket: string): void {
    this.#waits.get(ticket)?.();
    this.#quietly("leave", queue, ticket);
  }

  /** See `Vault.enter()`. */
  async enter(
    name: string,
    key: string,
    value: unknown,
    owner?: Owner,
  ): Promise<number> {
    const call: Call = { method: "enter", args: () => [name, key, value] };
    // Also an entry that nobody waits for any more goes with its owner.
    const made = this.#make(call).then((version) => {
      this.#guard(name, key, version as number, owner);
      return version;
    });
    return await this.#inTime(call, made) as number;
  }

  /** See `Vault.withdraw()`. */
  async withdraw(name: string, key: string): Promise<boolean> {
    this.#letGo(JSON.stringify([name, key]));
    return await this.#call("withdraw", name, key) as boolean;
  }

  /** See `Vault.watch()`. */
  watch(
    map: string,
    prefix: string,
    capacity: number,
  ): ReadableStream<MapChange<unknown, unknown>[]> {
    return this.#follow(({ door, link }) =>
      withCredit(door, undefined).stream.watch(link, map, prefix, capacity)
    );
  }

  /** See `Vault.subscribe()`. */
  subscribe(topic: string, capacity: number): ReadableStream<unknown[]> {
    return this.#follow(({ door, link }) =>
      withCredit(door, undefined).stream.subscribe(link, topic, capacity)
    );
  }

  /** Has an entry of presence go with its owner. */
  #guard(name: string, key: string, version: number, owner: Owner): void {
    const place = JSON.stringify([name, key]);
    this.#letGo(place);
    const map = PRESENCE + name;
    const letGo = this.#clients.hold(owner, () => {
      this.#held.delete(place);
      this.#quietly("transact", [{ map, key, deed: "delete", version }]);
    });
    if (owner !== undefined) this.#held.set(place, letGo);
  }

  #letGo(place: string): void {
    this.#held.get(place)?.();
    this.#held.delete(place);
  }

  /** Waits for a turn: no longer than it may and a little more, whatever becomes of the connection. */
  async #wait<T>(
    method: string,
    name: string,
    ticket: string,
    timeoutMs: number,
  ): Promise<Waited<T>> {
    const end = performance.now() + timeoutMs;
    const over = Promise.withResolvers<void>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const endIn = (ms: number): void => {
      clearTimeout(timer);
      timer = ms < 2 ** 31 ? setTimeout(over.resolve, ms) : undefined;
    };
    endIn(timeoutMs + GRACE_MS);
    this.#waits.set(ticket, () => endIn(this.#stopping ? 0 : GRACE_MS));
    const call: Call = {
      method,
      args: () => [name, ticket, Math.max(0, end - performance.now())],
    };
    try {
      const made = this.#make(call);
      made.catch(() => {});
      const answer = made.then((given) => ({ given: given as T | undefined }));
      const answered = await Promise.race([answer, over.promise]);
      if (answered) return { ...answered, settled: true };
      call.left = true;
      return { given: undefined, settled: call.life === undefined };
    } finally {
      clearTimeout(timer);
      this.#waits.delete(ticket);
    }
  }

  #call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const call: Call = { method, args: () => args };
    return this.#inTime(call, this.#make(call));
  }

  /** Makes a call of which nobody wants to know what came of it, whenever it can be made. */
  #quietly(method: string, ...args: readonly unknown[]): void {
    this.#make({ method, args: () => args }).catch(() => {});
  }

  /** What came of a call, if that is known in time: else it is not made any more, unless it gives something back. */
  async #inTime(call: Call, made: Promise<unknown>): Promise<unknown> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      call.left = !isOfSession(call.method);
      late.reject(this.#late(call));
    }, CALL_MS);
    try {
      return await Promise.race([made, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Makes a call, as often as the connection breaks and it is safe to. */
  async #make(call: Call): Promise<unknown> {
    const { method } = call;
    const id = ++this.#last;
    if (!isRead(method)) this.#tether.pending.add(id);
    try {
      for (;;) {
        const { door, link, life, connection } = await this.#linkedFor(call);
        const before = call.life;
        call.life = life;
        const settled = this.#settled.splice(0);
        try {
          return await door.ask.call(link, id, settled, method, call.args());
        } catch (error) {
          if (!isLost(connection.closed, error)) {
            // One that was refused here has told nobody.
            this.#settled.push(...settled);
            throw error;
          }
          // Of a connection that had ended nobody heard of it.
          if (error instanceof ActorStoppedError) call.life = before;
        }
        await connection.ended;
      }
    } finally {
      if (this.#tether.pending.delete(id)) this.#settled.push(id);
    }
  }

  /** The connection over which a call may be made, now or once more. */
  async #linkedFor(call: Call): Promise<Linked> {
    const { method, life } = call;
    const doubtful = life !== undefined && !isSafeAnew(method);
    let linked: Linked;
    try {
      linked = await this.#tether.linked();
    } catch (cause) {
      throw doubtful ? this.#doubt(method, cause) : cause;
    }
    const isLeft = call.left === true;
    if (isLeft || doubtful && linked.life !== life) throw this.#doubt(method);
    return linked;
  }

  #doubt(
    method: string,
    cause?: unknown,
    why = "the connection with it was lost",
  ): InDoubtError {
    const { address } = this.#tether;
    return new InDoubtError(
      `Cannot say whether the Manager at "${address}" has done ${method}() as ${why}: look before you ask again`,
      { address, method, ...cause === undefined ? {} : { cause } },
    );
  }

  /** Why a call rejects at its deadline. */
  #late({ method, life, left }: Call): Error {
    const timeoutMs = DEFAULT_TIMEOUT_MS;
    const begun = life !== undefined;
    if (begun && !isSafeAnew(method)) {
      const why = `it has not answered within ${timeoutMs} ms`;
      return this.#doubt(method, undefined, why);
    }
    const { address } = this.#tether;
    const why = begun
      ? "it does not answer: ask again"
      : left
      ? "there was no connection with it: it was not sent and will not be, so it is safe to ask again"
      : "there was no connection with it: it is done when there is one";
    return new AskTimeoutError(
      `Cannot get an answer of the Manager at "${address}" to ${method}() within ${timeoutMs} ms as ${why}`,
      { actor: address, method, timeoutMs, begun },
    );
  }

  /** A stream that begins anew over each connection. */
  #follow<T>(
    open: (linked: Linked) => ActorStream<T>,
  ): ReadableStream<T> {
    let now: { linked: Linked; stream: ActorStream<T> } | undefined;
    const next = async (): Promise<IteratorResult<T, undefined>> => {
      for (;;) {
        if (now === undefined) {
          const linked = await this.#tether.linked();
          now = { linked, stream: open(linked) };
        }
        const { linked: { connection }, stream } = now;
        try {
          return await stream.next();
        } catch (error) {
          if (!isLost(connection.closed, error)) throw error;
        }
        await connection.ended;
        now = undefined;
      }
    };
    return pulled(next, async () => void await now?.stream.return());
  }

  static {
    // The others are asked as they come.
    for (const method of askable()) {
      if (Object.hasOwn(this.prototype, method)) continue;
      Object.defineProperty(this.prototype, method, {
        value(this: FarVault, ...args: unknown[]) {
          return this.#call(method, ...args);
        },
      });
    }
  }
}

/** Whether an error says that a connection has ended, and not what came of a call. */
function isLost(hasEnded: boolean, error: unknown): boolean {
  return hasEnded &&
    (error instanceof ConnectionClosedError ||
      error instanceof ActorStoppedError);
}

/** The actor that stands for a Manager in another program. */
export const FarVaultActor: ActorClass<[number: number], FarVault> = unmissed(
  actor(import.meta, "FarVault", FarVault),
);
