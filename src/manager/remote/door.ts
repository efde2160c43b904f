import type { Context } from "../../actor/current.ts";
import { actor, type ActorClass } from "../../actor/define.ts";
import type { ActorRef } from "../../actor/ref.ts";
import type { ActorStream } from "../../actor/stream/actor_stream.ts";
import { unmissed } from "../../actor/unmissed.ts";
import { mostTo } from "../../connection/connection.ts";
import { MessageTooLargeError, Refusal } from "../../errors.ts";
import { encode } from "../../memory/encode.ts";
import { takeBack } from "../../memory/moved_handles.ts";
import type { Owner } from "../clients.ts";
import { PRESENCE } from "../effect.ts";
import type { MapChange } from "../map_change.ts";
import type { Taken } from "../queue_book.ts";
import type { Vault } from "../vault.ts";
import { withCredit } from "../watching.ts";
import { ItemWait } from "./item_wait.ts";
import { isRead, needsOf } from "./needs.ts";
import { pulled } from "./pulled.ts";
import type { Session } from "./session.ts";

/** Changes that may wait for a watcher in another program, at most. */
const MOST_WAITING = 65_536;
/** Streams that one client may have open. */
const MOST_STREAMS = 1_024;
/** Calls of one client that are not done yet, or whose answer it may not have. */
const MOST_BEGUN = 65_536;

/** Bytes that are around an answer. */
const AROUND = 64;

/** Sessions whose doors are being opened, by the number that those are given. */
export const OPENING: Map<number, Session> = new Map();

/**
 * What one client in another program asks, in the place of the Manager's actor: the only thing of this program that it has.
 *
 * - **Nothing gets past it:** what is none of a Manager's calls is refused, and so is what the client has no right to.
 * - **Once:** a call that comes again, as its answer was lost with a connection, is answered and not done again.
 * - **It is the client** for the Manager: what that holds for it ends with this actor.
 */
export class Door {
  readonly #session: Session;
  readonly #vault: ActorRef<Vault>;
  #owner: Owner;
  #streams = 0;

  /** The door of the session that was noted as `number`. */
  constructor(number: number) {
    this.#session = OPENING.get(number)!;
    // The client has the deadlines of what it asks.
    this.#vault = this.#session.setup.vault.with({ timeout: Infinity });
  }

  /** Called by the runtime. */
  onStart({ self, incarnation }: Context): void {
    this.#owner = { ref: self, incarnation };
  }

  /**
   * Does what a client asks for, if it may.
   *
   * @param link The number of the connection that it comes over.
   * @param id Its own number: the same one is done once.
   * @param settled Numbers of calls that do not come again.
   * @param method A method of the Manager's actor.
   * @param args What that is given.
   * @returns A promise of what it answers.
   */
  async call(
    link: number,
    id: number,
    settled: readonly number[],
    method: string,
    args: readonly unknown[],
  ): Promise<unknown> {
    this.#checkLink(link);
    const { begun } = this.#session;
    for (const each of settled) begun.delete(each);
    const known = begun.get(id);
    if (known !== undefined) return await known;
    this.#session.check(needsOf("ask", method, args));
    if (isRead(method)) return await this.#ask(method, args);
    if (begun.size >= MOST_BEGUN) throw tooMany("calls", MOST_BEGUN);
    const answer = method === "dequeue"
      ? this.#dequeue(id, args as [string, string, number])
      : this.#ask(method, args);
    begun.set(id, answer);
    return await answer;
  }

  /** See `Vault.watch()`. */
  watch(
    link: number,
    map: string,
    prefix: string,
    capacity: number,
  ): ReadableStream<MapChange<unknown, unknown>[]> {
    this.#checkStream(link, "watch", [map, prefix, capacity]);
    const most = Math.min(capacity, MOST_WAITING);
    return this.#relay((vault) => vault.stream.watch(map, prefix, most));
  }

  /** See `Vault.subscribe()`. */
  subscribe(
    link: number,
    topic: string,
    capacity: number,
  ): ReadableStream<unknown[]> {
    this.#checkStream(link, "subscribe", [topic, capacity]);
    const most = Math.min(capacity, MOST_WAITING);
    return this.#relay((vault) => vault.stream.subscribe(topic, most));
  }

  /** What an earlier connection still says is not heeded: the client does not wait for it, and may have asked again. */
  #checkLink(link: number): void {
    if (link === this.#session.link) return;
    throw new Refusal(
      "Cannot do what was asked over an earlier connection: the client has a later one",
    );
  }

  #checkStream(link: number, method: string, args: unknown[]): void {
    this.#checkLink(link);
    this.#session.check(needsOf("read", method, args));
    if (this.#streams >= MOST_STREAMS) throw tooMany("watches", MOST_STREAMS);
  }

  #ask(method: string, args: readonly unknown[]): Promise<unknown> {
    const [name, ticket] = args as [string, string];
    const { ask } = this.#vault;
    switch (method) {
      case "acquire": {
        const timeoutMs = args[2] as number;
        return ask.acquire(name, this.#own(ticket), timeoutMs, this.#owner);
      }
      case "release":
      case "abandon":
        return ask[method](name, this.#own(ticket));
      case "leave":
        return this.#leave(name, this.#own(ticket));
      case "enter":
        return ask.enter(name, ticket, args[2], this.#owner);
      case "entries":
        return this.#entries(name);
      default:
        return (ask as unknown as Record<
          string,
          (...args: readonly unknown[]) => Promise<unknown>
        >)[method]!(...args);
    }
  }

  async #dequeue(
    id: number,
    [queue, ticket, timeoutMs]: [string, string, number],
  ): Promise<unknown> {
    const { begun, waits, connection } = this.#session;
    const wait = new ItemWait({
      vault: this.#vault,
      queue,
      ticket: this.#own(ticket),
      owner: this.#owner,
      isWanted: () => begun.has(id),
    });
    waits.add(wait);
    // It may have gone before this came to its turn.
    if (connection === undefined) wait.depart();
    try {
      const taken = await wait.take(timeoutMs);
      if (taken !== undefined) await this.#checkSize(queue, taken);
      return taken;
    } finally {
      waits.delete(wait);
    }
  }

  /** An item that is too large for its way stays the first one: another client may have room for it. */
  async #checkSize(queue: string, taken: Taken): Promise<void> {
    const { connection } = this.#session;
    if (connection === undefined) return;
    const { length, attachments } = encode(taken);
    takeBack(attachments);
    const bytes = length + AROUND;
    const limit = mostTo(connection);
    if (bytes <= limit) return;
    await this.#vault.ask.requeue(queue, taken.item);
    throw new MessageTooLargeError(
      `Cannot take the first item of a queue as it is too large for the connection, and it stays there: current size is ${bytes} bytes, the limit is ${limit}; raise maxMessageBytes of both programs`,
      { bytes, limit },
    );
  }

  async #leave(queue: string, ticket: string): Promise<void> {
    for (const wait of this.#session.waits) {
      if (wait.is(queue, ticket)) return wait.end();
    }
    await this.#vault.ask.leave(queue, ticket);
  }

  /** Who made an entry of presence is not told: that is the ref of another client. */
  async #entries(map: string): Promise<unknown> {
    const entries = await this.#vault.ask.entries(map);
    if (!map.startsWith(PRESENCE)) return entries;
    const all = entries as [string, [unknown, Owner]][];
    return all.map(([key, [value]]) => [key, [value]]);
  }

  /** One client cannot give back what another one has, nor take its turn. */
  #own(ticket: string): string {
    return `${this.#session.life} ${ticket}`;
  }

  #relay<T>(
    open: (vault: ActorRef<Vault>) => ActorStream<T>,
  ): ReadableStream<T> {
    let stream: ActorStream<T> | undefined;
    const end = async (): Promise<void> => {
      if (stream === undefined) return;
      this.#streams--;
      const ended = stream.return();
      stream = undefined;
      await ended;
    };
    return pulled(async () => {
      if (stream === undefined) {
        this.#streams++;
        stream = open(withCredit(this.#vault, undefined));
      }
      try {
        const step = await stream.next();
        if (step.done) await end();
        return step;
      } catch (error) {
        await end();
        throw error;
      }
    }, end);
  }
}

function tooMany(what: string, limit: number): Refusal {
  return new Refusal(
    `Cannot do more for one client as it has too many ${what} open: the limit is ${limit}`,
  );
}

/** The actor of a door. */
export const DoorActor: ActorClass<[number: number], Door> = unmissed(
  actor(import.meta, "Door", Door),
);
