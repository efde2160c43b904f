/**
 * The way from a connection to an encrypted one: TLS 1.3, and nothing older.
 *
 * @module
 */
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { nodeModule } from "../node_module.ts";
import { messageOf } from "../thrown.ts";
import { type Address, showAddress } from "./address.ts";
import { AuthenticationError } from "./authentication_error.ts";
import type { ServerCertificate } from "./certificates.ts";
import { EncryptedSocket } from "./encrypted_socket.ts";
import { closeQuietly, type Socket } from "./socket.ts";

/** Encrypts what is said over `raw`, which is closed if that fails, or `signal` aborts meanwhile. */
export type Encrypt = (raw: Deno.Conn, signal: AbortSignal) => Promise<Socket>;

const MIN_VERSION = "TLSv1.3";
/** What errors have as their code that are of a certificate. */
const UNTRUSTED_REGEXP = /^(?:CERT_|DEPTH_|SELF_|UNABLE_)/;

/** How who listens encrypts; it throws an {@link AuthenticationError} if the other end does not. */
export function encryptingAs({ cert, key }: ServerCertificate): Encrypt {
  const { createSecureContext, TLSSocket } = tls();
  const options = { cert, key, minVersion: MIN_VERSION } as const;
  const secureContext = createSecureContext(options);
  const begin = (carrier: Duplex): TLSSocket =>
    new TLSSocket(carrier, { isServer: true, secureContext });
  return async (raw, signal) => {
    try {
      return await agree(raw, begin, "secure", signal);
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new AuthenticationError(
        `Cannot trust the other end of a connection as it did not agree on a way to encrypt: ${
          messageOf(cause)
        }`,
        { cause },
      );
    }
  };
}

/**
 * Encrypts what is said to who listens at an address.
 *
 * @param trusted Certificates of who is trusted besides whom Deno trusts.
 * @throws {AuthenticationError} If the certificate of the other end is none that is trusted.
 */
export async function encryptAsCaller(
  raw: Deno.Conn,
  to: Exclude<Address, { readonly path: string }>,
  trusted: readonly string[],
  signal: AbortSignal,
): Promise<Socket> {
  const { hostname } = to;
  const begin = (socket: Duplex): TLSSocket =>
    tls().connect({
      socket,
      host: hostname,
      // The name by which it finds its certificate: there is none of a number.
      ...isNumber(hostname) ? {} : { servername: hostname },
      ...trusted.length === 0 ? {} : { ca: [...trusted] },
      minVersion: MIN_VERSION,
      rejectUnauthorized: true,
    });
  try {
    return await agree(raw, begin, "secureConnect", signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new AuthenticationError(
      `Cannot trust who listens at "${showAddress(to)}" as ${whyNot(cause)}: ${
        messageOf(cause)
      }`,
      { cause },
    );
  }
}

async function agree(
  raw: Deno.Conn,
  begin: (carrier: Duplex) => TLSSocket,
  event: "secure" | "secureConnect",
  signal: AbortSignal,
): Promise<Socket> {
  let socket: Socket = raw;
  const abort = (): void => closeQuietly(socket);
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    const encrypted = new EncryptedSocket(raw, begin);
    socket = encrypted;
    await encrypted.agreed(event);
    signal.throwIfAborted();
    return socket;
  } catch (error) {
    closeQuietly(socket);
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function whyNot(error: unknown): string {
  const { code = "" } = error as { code?: string };
  return code === "ERR_TLS_CERT_ALTNAME_INVALID"
    ? "its certificate is for other hosts"
    : UNTRUSTED_REGEXP.test(code)
    ? "its certificate must be valid now, and signed by who is named in 'tls.caCerts' or trusted by Deno"
    : "it did not agree on a way to encrypt";
}

/** Whether it is the number of a host, and not its name. */
function isNumber(hostname: string): boolean {
  return hostname.includes(":") || /^\d+(?:\.\d+){3}$/.test(hostname);
}

function tls(): typeof import("node:tls") {
  return nodeModule("node:tls");
}
