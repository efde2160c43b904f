/**
 * What listens at an address for other programs.
 *
 * @module
 */
import type { ActorRef } from "../actor/ref.ts";
import { keepHere } from "../memory/keep_here.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkAwaited, type Wait } from "../sync/wait.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import { messageOf } from "../thrown.ts";
import { readAddress } from "./address.ts";
import {
  checkServerCertificate,
  type ServerCertificate,
} from "./certificates.ts";
import { type Connection, makeConnection } from "./connection.ts";
import { ConnectionClosedError } from "./connection_closed_error.ts";
import {
  checkConnection,
  type CheckedConnection,
  checkedNumber,
  checkKeys,
  type ConnectionOptions,
} from "./connection_options.ts";
import { type Encrypt, encryptingAs } from "./encrypt.ts";
import { greet, type Secrets } from "./greet.ts";
import { Inbox } from "./inbox.ts";
import { type OpenSocket, openSocket } from "./open_socket.ts";
import { Published } from "./published.ts";
import { secretOf, turnAway } from "./shake_hands.ts";
import { closeQuietly, type Socket } from "./socket.ts";
import { type Stand, standHere } from "./stand.ts";

/** How a program listens. */
export interface ListenOptions extends ConnectionOptions {
  /** What is shown to who connects: needed for an address that begins with `tls://`, and refused elsewhere. Default: none. */
  readonly tls?: ServerCertificate;
  /**
   * Further keys, each by the name of who has it and nobody else: {@linkcode Connection.peer} says whose was shown. No
   * two keys may be the same. Each costs an attempt to connect some microseconds. Default: none.
   */
  readonly keys?: Readonly<Record<string, Uint8Array>>;
  /**
   * How long somebody may take to show the key, in milliseconds.
   *
   * @default {10_000}
   */
  readonly handshakeMs?: number;
  /**
   * How many may be about to show the key at the same time; who comes then is cut.
   *
   * @default {64}
   */
  readonly maxHandshakes?: number;
  /**
   * How many connections there may be; who comes then is told so, and cut.
   *
   * @default {256}
   */
  readonly maxConnections?: number;
  /** Told of each who was cut, and why. Default: one line on stderr. */
  readonly onRefused?: (error: Error) => void;
}

const NAMES: OptionNames<ListenOptions> = {
  key: true,
  keys: true,
  tls: true,
  publish: true,
  capacity: true,
  maxMessageBytes: true,
  heartbeatMs: true,
  system: true,
  handshakeMs: true,
  maxHandshakes: true,
  maxConnections: true,
  onRefused: true,
};

/** What a listener is made of. */
interface Setup {
  readonly socket: OpenSocket;
  /** How it encrypts, if it does. */
  readonly encrypt: Encrypt | undefined;
  readonly stand: Stand;
  readonly published: Published;
  /** The key that all share, and those of `peers`. */
  readonly secrets: Secrets;
  readonly peers: readonly string[];
  readonly each: Omit<CheckedConnection, "key">;
  readonly handshakeMs: number;
  readonly maxHandshakes: number;
  readonly maxConnections: number;
  readonly onRefused: (error: Error) => void;
}

let makeListener: (setup: Setup) => Listener;

/**
 * Listens for other programs.
 *
 * - **Nobody else:** who does not show that it knows the key is cut, with one line that says so, and the others do not
 *   notice. A path can be used by this user only; its directory is made if there is none, and stays.
 * - **At once:** who connects may use the actors that are published, whether {@linkcode Listener.accept} is called or not.
 * - **Encrypted** at `tls://host:port`, by TLS 1.3 and the certificate in `tls`; the key is shown inside of that. Who speaks
 *   no TLS, or is slower with it and the key than `handshakeMs`, is cut.
 * - **Permissions:** a path needs `--allow-net=unix:/path` and `--allow-read` and `--allow-write` for its directory, a
 *   port `--allow-net=host:port`.
 *
 * @param address A path with a slash in it, `host:port` of this machine, or `tls://host:port`, which is encrypted and may be
 * of any; port 0 is any that is free.
 * @param options The key, what is published, and bounds.
 * @throws {AddressInUseError} If somebody listens there, or a file that is no socket is there.
 * @throws {InvalidOptionError} If the address is neither of this machine nor encrypted, others may write to its directory, the
 * certificate is none or the key is not its own, or an option is out of bounds or none of them.
 *
 * @example Serve values
 * ```ts
 * import { connect, listen, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * await using listener = await listen("127.0.0.1:0", { key, system });
 * const serving = (async () => {
 *   for await (const connection of listener) await connection.send("hello");
 * })();
 *
 * const { address } = listener;
 * await using connection = await connect(address, { key, system });
 * assertEquals(await connection.receive(), "hello");
 * await listener.close();
 * await serving;
 * ```
 */
export async function listen(
  address: string,
  options: ListenOptions,
): Promise<Listener> {
  const what = "Cannot listen";
  checkOptionNames(what, options, NAMES);
  const open = listening(what, address, options);
  return await open(standHere(options.system));
}

/**
 * What listens at `address`, once it is opened.
 *
 * @param what What cannot be done otherwise, such as `Cannot listen`.
 * @returns Opens it; it belongs to the stand.
 * @throws {InvalidOptionError} If the address is neither of this machine nor encrypted, or an option is out of bounds.
 */
export function listening(
  what: string,
  address: string,
  options: ListenOptions,
): (stand: Stand) => Promise<Listener> {
  const at = readAddress(what, address);
  const { key, ...each } = checkConnection(what, options);
  const { publish, keys = {}, onRefused } = options;
  const bounds = {
    handshakeMs: checkedNumber(what, "handshakeMs", options.handshakeMs),
    maxHandshakes: checkedNumber(what, "maxHandshakes", options.maxHandshakes),
    maxConnections: checkedNumber(
      what,
      "maxConnections",
      options.maxConnections,
    ),
  };
  checkKeys(what, key, keys);
  const shown = checkServerCertificate(what, at, options.tls);
  const encrypt = shown && encryptingAs(shown);
  const published = new Published(what, publish);
  return async (stand) => {
    // A system without anything in it would close meanwhile.
    const release = stand.hold();
    try {
      const secret = await secretOf(key);
      const others = await Promise.all(Object.values(keys).map(secretOf));
      const socket = await openSocket(at);
      return makeListener({
        socket,
        encrypt,
        stand,
        published,
        secrets: [secret, ...others],
        peers: Object.keys(keys),
        each,
        ...bounds,
        onRefused: onRefused ?? logRefused(socket.address),
      });
    } finally {
      release();
    }
  };
}

/** Says on stderr who was refused at `address`, and why. */
export function logRefused(address: string): (error: Error) => void {
  return (error) => {
    // deno-lint-ignore troupe/quiet -- somebody tried to be what it is not
    console.error(`[${address}]`, messageOf(error));
  };
}

/**
 * Listens at an address; {@linkcode listen} makes it.
 *
 * - **Closing it** ends its connections too.
 */
export class Listener implements AsyncDisposable {
  /** Where it listens, with the port that was chosen. */
  readonly address: string;
  readonly #setup: Setup;
  readonly #release: () => void;
  readonly #stop: AbortController = new AbortController();
  readonly #line: Inbox<Connection>;
  readonly #connections: Set<Connection> = new Set();
  readonly #accepting: Promise<void>;
  #handshakes = 0;
  #closing: Promise<void> | undefined;

  private constructor(setup: Setup) {
    this.#setup = setup;
    this.address = setup.socket.address;
    // There are never more than may be.
    this.#line = new Inbox(Infinity);
    this.#release = setup.stand.hold();
    this.#accepting = this.#accept();
  }

  /** How many connections there are. */
  get size(): number {
    return this.#connections.size;
  }

  /**
   * The next connection, in the order in which they showed the key.
   *
   * @typeParam Out What this end sends.
   * @typeParam In What the other end sends.
   * @param options How long to wait.
   * @throws {WaitTimeoutError} If there is none in time.
   * @throws {ConnectionClosedError} If this is closed.
   * @throws {InvalidOptionError} If an option is out of bounds, or none of them.
   */
  async accept<Out = unknown, In = unknown>(
    options: Wait = {},
  ): Promise<Connection<Out, In>> {
    const what = `accept at "${this.address}"`;
    checkAwaited(what, options);
    return await this.#line.receive(what, options) as Connection<Out, In>;
  }

  /** The connections as they come, until this is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Connection, undefined> {
    while (await this.#line.ready("accept", {})) {
      const taken = this.#line.tryTake();
      if (taken !== undefined) yield taken.value;
    }
  }

  /**
   * Publishes an actor, or has a name stand for another one.
   *
   * @param name What it is found by.
   * @param ref The actor.
   * @returns Disposing it takes it back; who has the ref keeps it.
   * @throws {InvalidOptionError} If `ref` is no ref.
   */
  publish(name: string, ref: ActorRef<unknown>): Disposable {
    return this.#setup.published.add(name, ref);
  }

  /**
   * Listens no more, and closes the connections. Idempotent.
   *
   * @returns A promise that resolves when all is closed; it never rejects.
   */
  async close(): Promise<void> {
    await (this.#closing ??= this.#close());
  }

  /** As {@linkcode Listener.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  static {
    makeListener = (setup) => new Listener(setup);
    keepHere(this, "a Listener: send its address");
  }

  async #close(): Promise<void> {
    const { address } = this;
    const error = new ConnectionClosedError(
      `Cannot accept at "${address}" as the listener is closed`,
      { address, how: "here" },
    );
    this.#setup.socket.close();
    this.#stop.abort(error);
    this.#line.end(error);
    while (this.#line.tryTake() !== undefined);
    await this.#accepting;
    await Promise.all([...this.#connections].map((each) => each.close()));
    this.#release();
  }

  async #accept(): Promise<void> {
    const { listener } = this.#setup.socket;
    const { maxHandshakes } = this.#setup;
    while (!this.#stop.signal.aborted) {
      let wire: Deno.Conn;
      try {
        wire = await listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return;
        if (this.#stop.signal.aborted) return;
        // Too many files are open, or whoever came is gone: it is no end.
        this.#refuse(error);
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      if (this.#handshakes >= maxHandshakes) {
        this.#cut(wire, `${maxHandshakes} others are about to show the key`);
      } else void this.#greet(wire);
    }
  }

  get #isFull(): boolean {
    const { maxConnections } = this.#setup;
    return this.#connections.size >= maxConnections ||
      this.#line.size >= maxConnections;
  }

  async #greet(raw: Deno.Conn): Promise<void> {
    const { secrets, peers, stand, published, each, handshakeMs } = this.#setup;
    const { encrypt } = this.#setup;
    const stop = new AbortController();
    const abort = (): void => stop.abort(this.#stop.signal.reason);
    this.#stop.signal.addEventListener("abort", abort, { once: true });
    const late = setTimeout(
      () => stop.abort(tooSlow(handshakeMs)),
      handshakeMs,
    );
    this.#handshakes++;
    try {
      const wire = encrypt ? await encrypt(raw, stop.signal) : raw;
      if (this.#isFull) return await this.#turnAway(wire, stop.signal);
      const greeted = await greet(wire, "listener", secrets, stop.signal);
      const { address } = this;
      const made = await makeConnection({
        address,
        peer: peers[greeted.which - 1],
        stand,
        published,
        ...greeted,
        ...each,
      });
      if (this.#stop.signal.aborted) await made.close();
      else this.#add(made);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#refuse(error);
    } finally {
      this.#handshakes--;
      clearTimeout(late);
      this.#stop.signal.removeEventListener("abort", abort);
    }
  }

  #add(connection: Connection): void {
    this.#connections.add(connection);
    void this.#line.put(0, connection);
    void connection.ended.then(() => {
      this.#connections.delete(connection);
      // Nobody accepts where actors are published alone: what has nothing to be received is not kept for that.
      if (!connection.pending) this.#line.remove(connection);
    });
  }

  /** Has who came know that there are too many, in as much time as to show the key. */
  async #turnAway(wire: Socket, signal: AbortSignal): Promise<void> {
    const { maxConnections } = this.#setup;
    const cut = (): void => closeQuietly(wire);
    signal.addEventListener("abort", cut, { once: true });
    this.#refuse(tooMany(`there are ${maxConnections} connections`));
    try {
      await turnAway(wire);
    } catch {
      /* It is gone. */
    } finally {
      signal.removeEventListener("abort", cut);
      cut();
    }
  }

  #cut(wire: Deno.Conn, why: string): void {
    closeQuietly(wire);
    this.#refuse(tooMany(why));
  }

  #refuse(error: unknown): void {
    const known = error instanceof Error ? error : new Error(messageOf(error));
    try {
      this.#setup.onRefused(known);
    } catch (thrown) {
      reportError(thrown);
    }
  }
}

function tooMany(why: string): Error {
  return new Error(`Cannot take another connection as ${why}`);
}

function tooSlow(timeoutMs: number): WaitTimeoutError {
  return new WaitTimeoutError(
    `Cannot trust the other end of a connection as it did not show the key in time: the limit is ${timeoutMs} ms`,
    { timeoutMs },
  );
}
