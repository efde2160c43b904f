import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { nodeModule } from "../node_module.ts";
import { closeQuietly, type Socket } from "./socket.ts";
import { writeAll } from "./shake_hands.ts";

/** Bytes that are read or written at once. */
const CHUNK = 1 << 16;
/** Bytes that came and were not read, above which nothing more is read of the other end. */
const MOST_UNREAD = 1 << 15;

/**
 * A connection over which all is encrypted.
 *
 * The TLS is Node's, over a connection of Deno that is closed whatever TLS waits for. `Deno.listenTls` and `Deno.connectTls`
 * keep one whose handshake is not done, also when it is closed, until the other end goes: who says nothing would hold it.
 *
 * - **Bounded:** who does not read has the other end wait. TLS takes all that its carrier reads, and a carrier that is no
 *   socket of Node is not told to stop: here it stops by itself while enough came that was not read.
 * - **One at a time:** one `read()`, and one `write()`.
 */
export class EncryptedSocket implements Socket {
  readonly #raw: Deno.Conn;
  readonly #chunk = new Uint8Array(CHUNK);
  readonly #carrier: Duplex;
  readonly #tls: TLSSocket;
  #rest: Uint8Array = new Uint8Array();
  #error: unknown;
  #isAgreed = false;
  #isFull = false;
  #wake = (): void => {};

  /**
   * A connection over `raw`, which it owns.
   *
   * @param begin Makes the socket of TLS over what carries it.
   */
  constructor(raw: Deno.Conn, begin: (carrier: Duplex) => TLSSocket) {
    const { Duplex } = nodeModule<typeof import("node:stream")>("node:stream");
    this.#raw = raw;
    this.#carrier = new Duplex({
      allowHalfOpen: true,
      read: () => this.#pull(),
      write: (bytes: Buffer, _encoding, done) => this.#push(bytes, done),
      destroy: (_error, done) => {
        closeQuietly(raw);
        done(null);
      },
    });
    this.#tls = begin(this.#carrier);
    this.#tls.on("error", (error) => this.#fail(error));
    for (const event of ["readable", "end", "close"]) {
      this.#tls.on(event, () => this.#wake());
    }
  }

  /**
   * Waits until both ends have agreed on a way to encrypt.
   *
   * @param event What says so.
   * @throws {Error} If they do not, or it is closed meanwhile.
   */
  async agreed(event: "secure" | "secureConnect"): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tls.once(event, resolve);
    this.#tls.once("close", resolve);
    await promise;
    if (this.#tls.destroyed) throw this.#ended();
    // No certificate is looked at where an earlier session is taken up: none is, as each connection has its own.
    if (this.#tls.isSessionReused()) throw reused();
    this.#isAgreed = true;
  }

  /** See {@link Socket.read}: at least one byte, or `null` at the end. */
  async read(into: Uint8Array): Promise<number | null> {
    while (this.#rest.length === 0) {
      const woken = new Promise<void>((resolve) => this.#wake = resolve);
      const chunk: Uint8Array | null = this.#tls.read();
      if (chunk !== null) this.#rest = chunk;
      else if (this.#tls.readableEnded) return this.#end();
      else if (this.#tls.destroyed) throw this.#ended();
      else await woken;
    }
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    if (this.#isFull) this.#pull();
    return part.length;
  }

  /** See {@link Socket.write}: resolves when the bytes are with the system. */
  async write(bytes: Uint8Array): Promise<number> {
    const part = bytes.subarray(0, CHUNK);
    const { promise, resolve } = Promise.withResolvers<void>();
    // It fails as well when it is destroyed: why is known then.
    this.#tls.write(part, () => resolve());
    await promise;
    if (this.#tls.destroyed) throw this.#ended();
    return part.length;
  }

  /** See {@link Socket.closeWrite}. */
  async closeWrite(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#tls.destroyed) throw this.#ended();
    this.#tls.once("close", resolve);
    this.#tls.end(resolve);
    await promise;
  }

  /** See {@link Socket.close}. */
  close(): void {
    this.#tls.destroy();
    // TLS closes it too, but only when it has done what it had begun.
    closeQuietly(this.#raw);
  }

  async #pull(): Promise<void> {
    this.#isFull = this.#tls.readableLength >= MOST_UNREAD;
    if (this.#isFull) return;
    try {
      const count = await this.#raw.read(this.#chunk);
      if (count === null && !this.#isAgreed) throw closed();
      // The next read may come before these are taken.
      this.#carrier.push(count === null ? null : this.#chunk.slice(0, count));
    } catch (error) {
      if (!this.#isAgreed) return this.#fail(error);
      // What came before can be read first.
      this.#error ??= error;
      this.#carrier.push(null);
    }
  }

  async #push(bytes: Uint8Array, done: () => void): Promise<void> {
    try {
      await writeAll(this.#raw, bytes);
      done();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What goes wrong first is what is told; what follows from it is not. */
  #fail(error: unknown): void {
    this.#error ??= error;
    this.close();
  }

  /** The end of what comes: the other end has said so, or something went wrong. */
  #end(): null {
    if (this.#error !== undefined) throw this.#error;
    return null;
  }

  #ended(): unknown {
    return this.#error ??
      new Deno.errors.BadResource("The connection is closed");
  }
}

function reused(): Error {
  return new Error("Cannot trust a session that was taken up again");
}

function closed(): Error {
  return new Deno.errors.UnexpectedEof("it closed the connection");
}
