import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkWait, type Wait } from "../sync/wait.ts";
import { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
import { readAddress } from "./address.ts";
import { checkTrusted, type TrustedCertificates } from "./certificates.ts";
import { type Connection, makeConnection } from "./connection.ts";
import { ConnectionClosedError } from "./connection_closed_error.ts";
import {
  checkConnection,
  type ConnectionOptions,
} from "./connection_options.ts";
import { dial } from "./dial.ts";
import { greet } from "./greet.ts";
import { Published } from "./published.ts";
import { FullError, secretOf } from "./shake_hands.ts";
import { type Stand, standHere } from "./stand.ts";

/** How long it may take, unless said otherwise, in milliseconds. */
const CONNECT_MS = 5_000;

/** How a program connects to another; `timeout` is 5,000 ms if it is not given. */
export interface ConnectOptions extends ConnectionOptions, Wait {
  /** Who is trusted besides whom Deno trusts, at an address that begins with `tls://`; refused elsewhere. Default: nobody. */
  readonly tls?: TrustedCertificates;
}

const NAMES: OptionNames<ConnectOptions> = {
  key: true,
  tls: true,
  publish: true,
  capacity: true,
  maxMessageBytes: true,
  heartbeatMs: true,
  system: true,
  timeout: true,
  signal: true,
};

/**
 * Connects to the program that listens at `address`, once.
 *
 * - **Mutual:** both ends show by numbers used once that they know the key; before that nothing of the other one is read.
 * - **In time:** connecting and the handshake have `timeout` milliseconds.
 * - **Encrypted** at `tls://host:port`, by TLS 1.3. The other end shows a certificate first, which must be valid now, name that
 *   host, and be signed by who is trusted; before that it is told nothing.
 * - **Permissions:** a path needs `--allow-net=unix:/path` and `--allow-read` and `--allow-write` for it, a port
 *   `--allow-net=host:port`.
 *
 * @typeParam Out What this end sends.
 * @typeParam In What the other end sends.
 * @param address A path, `host:port` of this machine, or `tls://host:port`, which is encrypted and may be of any.
 * @param options The key, and what this program publishes.
 * @throws {AuthenticationError} If the other end does not know the key, or does not trust this one, or its certificate is
 * none that is trusted here.
 * @throws {ConnectionClosedError} If nobody listens there, it cannot be reached, or is full.
 * @throws {WaitTimeoutError} If it takes too long.
 * @throws {InvalidOptionError} If the address is neither of this machine nor encrypted, or an option is out of bounds or none
 * of them.
 *
 * @example An actor of another program
 * ```ts
 * import { actor, connect, listen, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class CounterActor {
 *   #sum = 0;
 *   add(count: number): number {
 *     return this.#sum += count;
 *   }
 * }
 * export const Counter = actor(import.meta, "Counter", CounterActor);
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   const key = crypto.getRandomValues(new Uint8Array(32));
 *   await using counter = await spawn(Counter, []);
 *   await using listener = await listen("127.0.0.1:0", {
 *     key,
 *     publish: { counter },
 *   });
 *
 *   // Elsewhere, with the same key:
 *   await using connection = await connect(listener.address, { key });
 *   const far = await connection.actor<CounterActor>("counter");
 *   assertEquals(await far.ask.add(2), 2);
 * }
 * ```
 */
export async function connect<Out = unknown, In = unknown>(
  address: string,
  options: ConnectOptions,
): Promise<Connection<Out, In>> {
  const what = "Cannot connect";
  checkOptionNames(what, options, NAMES);
  const way = wayTo(what, address, options);
  checkWait("connect", options);
  const { system, signal, timeout = CONNECT_MS } = options;
  signal?.throwIfAborted();
  const made = await way(standHere(system), { signal, timeout });
  return made as Connection<Out, In>;
}

/** Makes a connection that belongs to `stand`, within `timeout` milliseconds and until `signal` aborts. */
export type Way = (
  stand: Stand,
  until: { readonly timeout: number; readonly signal: AbortSignal | undefined },
) => Promise<Connection>;

/**
 * The way to the program at `address`, which can be gone again and again.
 *
 * @param what What cannot be done otherwise, such as `Cannot connect`.
 * @throws {InvalidOptionError} If the address is neither of this machine nor encrypted, or an option is out of bounds.
 */
export function wayTo(
  what: string,
  address: string,
  options: ConnectOptions,
): Way {
  const to = readAddress(what, address);
  const trusted = checkTrusted(what, to, options.tls);
  const { key, ...checked } = checkConnection(what, options);
  const published = new Published(what, options.publish);
  if ("port" in to && to.port === 0) {
    throw new InvalidOptionError(
      `${what} as port 0 is none that somebody listens at: current value is "${address}"; use the address that the other end says`,
      { option: "address", value: address },
    );
  }
  return async (stand, { timeout, signal }) => {
    // A system without anything in it would close meanwhile.
    const release = stand.hold();
    const stop = new AbortController();
    const abort = (): void => stop.abort(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const timer = timeout === Infinity ? undefined : setTimeout(
      () => stop.abort(tooLate(address, timeout)),
      Math.min(timeout, 2 ** 31 - 1),
    );
    try {
      const secret = await secretOf(key);
      const wire = await dial(to, trusted, stop.signal);
      const greeted = await greet(wire, "caller", [secret], stop.signal);
      return await makeConnection({
        address,
        stand,
        published,
        ...greeted,
        ...checked,
      });
    } catch (error) {
      throw error instanceof FullError ? full(address) : error;
    } finally {
      release();
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  };
}

function full(address: string): ConnectionClosedError {
  return new ConnectionClosedError(
    `Cannot connect to "${address}" as it is full: it has as many connections as its 'maxConnections'; close one, or raise that`,
    { address, how: "there" },
  );
}

function tooLate(address: string, timeoutMs: number): WaitTimeoutError {
  return new WaitTimeoutError(
    `Cannot connect to "${address}" as it took too long: the limit is ${timeoutMs} ms`,
    { timeoutMs },
  );
}
