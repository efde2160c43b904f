/**
 * A connection of two programs: values both ways, and actors of the one that the other may use.
 *
 * @module
 */
import { type ActorRef, coreIn } from "../actor/ref.ts";
import {
  type Selectable,
  selectable,
  type Selection,
} from "../channel/selectable.ts";
import { showAs } from "../channel/show_as.ts";
import { keepHere } from "../memory/keep_here.ts";
import { checkAwaited, type Wait } from "../sync/wait.ts";
import { messageOf } from "../thrown.ts";
import {
  ConnectionClosedError,
  type ConnectionEnd,
} from "./connection_closed_error.ts";
import { checkedNumber } from "./connection_options.ts";
import { FrameError, type FrameReader } from "./frame.ts";
import { pack, unpack } from "./freight.ts";
import { Gate } from "./gate.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Inbox } from "./inbox.ts";
import { type Handlers, Link } from "./link.ts";
import type { Published } from "./published.ts";
import { RefSide } from "./ref_side.ts";
import { sendHandlers } from "./send_handlers.ts";
import { closeQuietly, type Socket } from "./socket.ts";
import type { Stand } from "./stand.ts";
import { streamHandlers } from "./stream_handlers.ts";
import { withinWait } from "./within_wait.ts";

/** How long the other end may take to see that this one closes, in milliseconds. */
const LEAVE_MS = 1_000;
/** How many of the largest messages may wait for the other end to read them. */
const UNSENT_MESSAGES = 4;
/** How long an actor is looked up, unless said otherwise, in milliseconds. */
const FIND_MS = 5_000;

/** What a connection is made of. */
export interface Made {
  /** Where it leads to. */
  readonly address: string;
  /** See {@linkcode Connection.peer}. */
  readonly peer?: string | undefined;
  /** Whose other end has shown that it knows the key. */
  readonly wire: Socket;
  readonly frames: FrameReader;
  readonly stand: Stand;
  readonly published: Published;
  readonly capacity: number;
  readonly maxMessageBytes: number;
  readonly heartbeatMs: number;
}

/** Makes a connection; `connect()` and a `Listener` do. Nothing is left of the wire if that fails. */
export let makeConnection: (made: Made) => Promise<Connection>;

/** The largest message, with what is around it, that the other end of a connection may be sent, in bytes. */
export let mostTo: (connection: Connection) => number;

/** Has `outer` stand for `inner` at the other end of a connection; see `TwoWay.standIn()`. */
export let standIn: (
  connection: Connection,
  inner: ActorRef<unknown>,
  outer: ActorRef<unknown>,
) => void;

/**
 * A connection with another program, whose other end has shown that it knows the key.
 *
 * - **Values:** `send()` and `receive()`, in order, bounded, each whole; refs of actors may be in them.
 * - **Actors:** `actor()` gives the ref of one that the other program publishes. It is used like any other, and may be sent
 *   on; and what it is sent may hold refs of this program, which lead back here.
 * - **Nothing hangs:** when the connection ends, and however it does, what waits rejects with `ConnectionClosedError`, and
 *   the actors of the other program end here as `lost`.
 * - **Seen:** a program that stands still is found out by its silence; see `heartbeatMs`. One that does not read is given
 *   up when four times `maxMessageBytes` wait for it.
 * - **Ends with its owner:** the actor that made it, or the system.
 *
 * @typeParam Out What this end sends.
 * @typeParam In What the other end sends.
 *
 * @example Two ends in one program
 * ```ts
 * import { connect, listen, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * await using listener = await listen("127.0.0.1:0", { key, system });
 * const { address } = listener;
 * await using here = await connect<string, number>(address, { key, system });
 * await using there = await listener.accept<number, string>();
 *
 * await here.send("how many?");
 * assertEquals(await there.receive(), "how many?");
 * await there.send(3);
 * assertEquals(await here.receive(), 3);
 * ```
 */
export class Connection<Out = unknown, In = unknown>
  implements AsyncDisposable, AsyncIterable<In> {
  /** The address that it was made by. */
  readonly address: string;
  /** Whose key the other end has shown: a name in `ListenOptions.keys`; `undefined` for the key that all share. */
  readonly peer: string | undefined;
  /** Resolves once, when it has ended, with how; never rejects. */
  readonly ended: Promise<ConnectionEnd>;
  readonly #made: Made;
  readonly #side: RefSide;
  readonly #link: Link;
  readonly #inbox: Inbox<In>;
  readonly #heartbeat: Heartbeat;
  readonly #release: () => void;
  readonly #over: AbortController = new AbortController();
  readonly #end: PromiseWithResolvers<ConnectionEnd> = Promise.withResolvers();
  #how: ConnectionEnd | undefined;
  #closing: Promise<void> | undefined;
  #left = false;
  #last = 0;

  private constructor(made: Made) {
    const { address, stand, wire, frames, heartbeatMs } = made;
    this.address = address;
    this.peer = made.peer;
    this.ended = this.#end.promise;
    this.#made = made;
    this.#inbox = new Inbox(made.capacity);
    this.#side = new RefSide(stand.isolate, () => this.#link);
    this.#heartbeat = new Heartbeat(
      heartbeatMs,
      () => void this.#link.call("beat").catch(() => {}),
      () => this.#finish("lost", new Error("Nothing came any more")),
    );
    const heard = {
      read: async (into: Uint8Array): Promise<number | null> => {
        const count = await wire.read(into);
        this.#heartbeat.heard();
        return count;
      },
      write: (bytes: Uint8Array): Promise<number> => wire.write(bytes),
    };
    const { border } = this.#side;
    this.#link = new Link(
      heard,
      frames,
      border,
      this.#handlers(),
      made.maxMessageBytes,
    );
    this.#link.say("takes", made.maxMessageBytes);
    this.#side.onSaid = () => this.#bound();
    this.#release = stand.hold();
  }

  /** Messages that came and were not received. */
  get size(): number {
    return this.#inbox.size;
  }

  /** Whether there is a message to receive now. */
  get pending(): boolean {
    return this.#inbox.size > 0;
  }

  /** Whether it has ended, or is being closed. */
  get closed(): boolean {
    return this.#how !== undefined || this.#closing !== undefined;
  }

  /**
   * Sends a message; resolves when it has its place at the other end.
   *
   * - **In order:** with all other messages of this end, and with what its refs ask and tell.
   * - **Bounded:** one that finds no room there waits for it.
   * - **Given up is not sent:** one that is refused, also by its `timeout` or `signal`, is not received. Only of a program
   *   that stands still this cannot be known; it is waited for a second.
   *
   * @param value Anything that may be sent to another process, refs of actors included.
   * @param options How long to wait.
   * @throws {DataCloneError} If it cannot be sent.
   * @throws {MessageTooLargeError} If it is larger than `maxMessageBytes` of either end.
   * @throws {WaitTimeoutError} If there was no room in time.
   * @throws {ConnectionClosedError} If the connection has ended, now or before the other end said that it came.
   * @throws {InvalidOptionError} If an option is out of bounds, or none of them.
   */
  async send(value: Out, options: Wait = {}): Promise<void> {
    const what = `send to "${this.address}"`;
    checkAwaited(what, options);
    options.signal?.throwIfAborted();
    if (this.closed) throw this.#closedError(`Cannot ${what}`);
    const bytes = pack(this.#side.border, value, "value");
    const id = ++this.#last;
    const answer = this.#link.call("value", id, bytes);
    const placed = await withinWait(what, answer, options).catch((reason) =>
      this.#giveUp(id, answer, reason)
    );
    if (placed !== true) throw this.#closedError(`Cannot ${what}`);
  }

  /**
   * Receives the next message.
   *
   * @param options How long to wait.
   * @throws {WaitTimeoutError} If there is none in time.
   * @throws {ConnectionClosedError} If the connection has ended and all that came was received.
   * @throws {InvalidOptionError} If an option is out of bounds, or none of them.
   */
  async receive(options: Wait = {}): Promise<In> {
    return await this.#inbox.receive(
      `receive from "${this.address}"`,
      options,
    );
  }

  /** Receives the next message if it is there. */
  tryReceive(): { value: In } | undefined {
    const taken = this.#inbox.tryTake();
    return taken && { value: taken.value };
  }

  /**
   * Waits until there is a message, and leaves it there.
   *
   * @param options How long to wait; a `timeout` below 0 does not wait either.
   * @returns Whether there is one: `false` when the time is over, or nothing comes any more.
   */
  async ready(options: Wait = {}): Promise<boolean> {
    return await this.#inbox.ready(`wait for "${this.address}"`, options);
  }

  /**
   * The actor that the other program publishes by that name.
   *
   * - **Like any other ref:** asks, tells, sends, streams, stops and watches lead to the actor, over the connection.
   * - **When the connection ends,** its `exited` says `lost` with the error, and so do watches; asks that wait reject with
   *   `ConnectionClosedError`, and later ones with `ActorStoppedError`.
   *
   * @typeParam C The instance of the actor's class.
   * @param name The name.
   * @param options How long to wait, 5,000 ms if no `timeout` is given.
   * @throws {NotPublishedError} If there is none.
   * @throws {WaitTimeoutError} If the other program did not say in time.
   * @throws {ConnectionClosedError} If the connection has ended.
   */
  async actor<C>(name: string, options: Wait = {}): Promise<ActorRef<C>> {
    const what = `find the actor "${name}" at "${this.address}"`;
    checkAwaited(what, options);
    if (this.closed) throw this.#closedError(`Cannot ${what}`);
    const found = this.#link.call("actor", name);
    const { timeout = FIND_MS } = options;
    return await withinWait(
      what,
      found,
      { ...options, timeout },
    ) as ActorRef<C>;
  }

  /**
   * Closes it: what was said is sent first. The other end sees that it was closed `"there"`. Idempotent.
   *
   * @returns A promise that resolves when it has ended; it never rejects.
   */
  async close(): Promise<void> {
    await (this.#closing ??= this.#close());
  }

  /** As {@linkcode Connection.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * The messages as they come, until it ends.
   *
   * @throws {ConnectionClosedError} If it was lost, after the last message.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<In, undefined> {
    while (await this.ready()) {
      const taken = this.tryReceive();
      if (taken !== undefined) yield taken.value;
    }
    if (this.#how === "lost") throw this.#over.signal.reason;
  }

  static {
    makeConnection = async (made) => {
      const connection = new Connection(made);
      await connection.#open();
      return connection;
    };
    mostTo = (connection) => connection.#link.most;
    standIn = (connection, inner, outer) =>
      connection.#side.border.standIn(coreIn(inner)!, coreIn(outer)!);
    Object.defineProperty(this.prototype, selectable, {
      get(this: Connection): Selection<unknown> {
        return this.#inbox;
      },
    });
    showAs(
      this.prototype as Connection,
      (connection) =>
        `Connection("${connection.address}"${
          connection.#how === undefined ? "" : `, ${connection.#how}`
        })`,
    );
    keepHere(
      this,
      "a Connection: send the refs that came over it",
    );
  }

  #handlers(): Handlers {
    const serving = {
      border: this.#side.border.within,
      say: (name: string, ...args: unknown[]) => this.#link.say(name, ...args),
      over: this.#over.signal,
    };
    return {
      ...this.#side.handlers,
      ...sendHandlers(serving),
      ...streamHandlers(serving),
      value: (id: number, bytes: Uint8Array) =>
        this.#inbox.put(id, unpack(serving.border, bytes) as In),
      giveUpValue: (id: number) => this.#inbox.giveUp(id),
      actor: (name: string) => this.#made.published.get(name),
      beat: () => {},
      takes: (bytes: number) =>
        this.#link.limitTo(
          checkedNumber("Cannot send", "maxMessageBytes", bytes),
        ),
      bye: () => {
        this.#left = true;
        this.#finish(this.#closing === undefined ? "there" : "here");
      },
    };
  }

  /** What is said to a program that does not read is not kept without end. */
  #bound(): void {
    const most = UNSENT_MESSAGES * this.#made.maxMessageBytes;
    if (this.#link.unsentBytes <= most) return;
    this.#finish("lost", new Error(`More than ${most} bytes are not read`));
  }

  async #open(): Promise<void> {
    const { address, stand } = this.#made;
    try {
      this.#side.gate = await Gate.open(address, stand, () => this.close());
    } catch (error) {
      this.#finish("here");
      throw error;
    }
    void this.#run();
  }

  async #run(): Promise<void> {
    let cause: unknown;
    try {
      await this.#link.run();
    } catch (error) {
      cause = error;
    }
    if (cause instanceof FrameError && this.#how === undefined) {
      // deno-lint-ignore troupe/quiet -- a peer that knows the key says what it should not
      console.error(`[${this.address}]`, messageOf(cause));
    }
    const how = this.#left ? "there" : "lost";
    this.#finish(this.#closing === undefined ? how : "here", cause);
  }

  /** Takes a message back that waits for room; it may have found it in this very moment. */
  async #giveUp(
    id: number,
    answer: Promise<unknown>,
    reason: unknown,
  ): Promise<true> {
    this.#link.say("giveUpValue", id);
    const answered = answer.then((placed) => placed === true, () => false);
    if (await within(LEAVE_MS, answered) === true) return true;
    throw reason;
  }

  async #close(): Promise<void> {
    if (this.#how !== undefined) return;
    this.#link.say("bye");
    const late = setTimeout(() => this.#finish("here"), LEAVE_MS);
    await Promise.race([this.#link.sent(), this.ended]);
    // What the other end says meanwhile is read: to leave it unread may lose what was sent.
    await this.#made.wire.closeWrite().catch(() => {});
    await this.ended;
    clearTimeout(late);
  }

  #finish(how: ConnectionEnd, cause?: unknown): void {
    if (this.#how !== undefined) return;
    this.#how = how;
    const error = this.#closedError(`The connection has ended`, cause);
    this.#heartbeat.end();
    closeQuietly(this.#made.wire);
    this.#link.end(error);
    this.#inbox.end(error);
    this.#over.abort(error);
    this.#side.end({ kind: "lost", code: 1, error });
    this.#release();
    this.#end.resolve(how);
  }

  #closedError(what: string, cause?: unknown): ConnectionClosedError {
    const { address } = this;
    const how = this.#how ?? "here";
    const why = {
      here: "was closed on this side",
      there: "was closed on the other side",
      lost: "was lost",
    };
    return new ConnectionClosedError(
      `${what} as the connection with "${address}" ${
        why[how]
      }: make a new one to go on`,
      { address, how, ...cause === undefined ? {} : { cause } },
    );
  }
}

/** It can be one of several, for `select()` and `merge()`. */
export interface Connection<Out, In> extends Selectable<In> {}

/** What `promise` comes to within `ms` milliseconds. */
async function within<T>(
  ms: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
