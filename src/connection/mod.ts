/**
 * Connections of programs that were started apart: {@linkcode listen} and {@linkcode connect}, by an address
 * and a key that both know.
 *
 * | Python                        | here                                                             |
 * |-------------------------------|------------------------------------------------------------------|
 * | `Listener(address, authkey=)` | `await listen(address, { key })`                                 |
 * | `listener.accept()`           | `await listener.accept()`, `for await (const c of listener)`     |
 * | `Client(address, authkey=)`   | `await connect(address, { key })`                                |
 * | `send()`, `recv()`            | `await c.send(value)`, `await c.receive()`, `for await (… of c)` |
 * | `poll(timeout)`               | `c.pending`, `await c.ready({ timeout })`                        |
 * | `wait([c, d])`                | `select([c, d])`                                                 |
 * | `EOFError`                    | `ConnectionClosedError`                                          |
 *
 * What Python has not: actors of the one program that the other may use, by {@linkcode Connection.actor}; and refs in
 * everything that is sent, either way.
 *
 * - **Who may connect:** who knows the key. Whoever has a ref may do all that a ref can do, as inside of one program: publish
 *   what others may ask, and stop.
 * - **Encrypted or of this machine:** what is said at a path or at `127.0.0.1:port` is not encrypted, and does not leave this
 *   machine. Others are reached by `listen("tls://0.0.0.0:4433", { key, tls: { cert, key } })` and
 *   `connect("tls://host:4433", { key, tls: { caCerts } })`, by TLS 1.3: `cert` names the host, and is signed by one of `caCerts`
 *   or by whom Deno trusts. The key is shown inside of that. Or lead a tunnel there, such as `ssh -L`.
 * - **Ends once:** a connection is not made again by itself; what `Manager.connect()` makes is.
 * - **Memory is not shared:** queues, locks and shared values cannot be sent; regions are attached to by their name.
 * - **Values:** `there.send(value)` and `there.receive()`, whole and in order, with `timeout` and `signal`; `ready()`,
 *   `for await`, `select()`.
 * - **Actors:** `await there.actor("counter")` is a ref like any other, on every thread: asks, tells, streams, stops and
 *   watches cross the connection. Refs may be in everything that is sent, either way, and lead back. They cannot be linked
 *   with.
 * - **The end:** when the other program closes, is killed or stands still (`heartbeatMs`), its actors end here as `lost`, and
 *   what waits rejects with `ConnectionClosedError`. Nothing is connected again by itself.
 * - **The key** is never sent: both ends show by an HMAC of numbers used once that they know it, the caller first, and nothing
 *   else is read before. Whoever does not, is too slow or one too many is cut with one line on stderr. A socket has the mode
 *   0600, in a directory of this user alone; one that lives is not taken over, and a dead one is replaced.
 * - **Permissions:** `--allow-net=unix:/path` and `--allow-read` and `--allow-write` of its directory, or
 *   `--allow-net=host:port`; certificates are texts, and need none.
 *
 * @example An actor that calls back
 * ```ts
 * import { actor, type ActorRef, connect, listen, spawn } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * class DoublerActor {
 *   async double(values: number[], to: ActorRef<SumActor>): Promise<number> {
 *     for (const value of values) await to.ask.add(2 * value);
 *     return values.length;
 *   }
 * }
 * class SumActor {
 *   #sum = 0;
 *   add(count: number): number {
 *     return this.#sum += count;
 *   }
 * }
 * export const Doubler = actor(import.meta, "Doubler", DoublerActor);
 * export const Sum = actor(import.meta, "Sum", SumActor);
 *
 * // Threads import this module too: only the main one starts the actors.
 * if (import.meta.main) {
 *   const key = crypto.getRandomValues(new Uint8Array(32));
 *   await using doubler = await spawn(Doubler, []);
 *   await using listener = await listen("127.0.0.1:0", {
 *     key,
 *     publish: { doubler },
 *   });
 *
 *   // Elsewhere, with the same key:
 *   await using sum = await spawn(Sum, []);
 *   await using connection = await connect(listener.address, { key });
 *   const far = await connection.actor<DoublerActor>("doubler");
 *   assertEquals(await far.ask.double([1, 2, 3], sum), 3);
 *   assertEquals(await sum.ask.add(0), 12);
 * }
 * ```
 *
 * @module
 */
export { AddressInUseError } from "./address_in_use_error.ts";
export { AuthenticationError } from "./authentication_error.ts";
export type { ServerCertificate, TrustedCertificates } from "./certificates.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export { Connection } from "./connection.ts";
export {
  ConnectionClosedError,
  type ConnectionEnd,
} from "./connection_closed_error.ts";
export type { ConnectionOptions } from "./connection_options.ts";
export { listen, Listener, type ListenOptions } from "./listener.ts";
export { NotPublishedError } from "./not_published_error.ts";
export type { Publications } from "./published.ts";
