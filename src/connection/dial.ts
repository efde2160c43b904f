import { messageOf } from "../thrown.ts";
import { type Address, showAddress } from "./address.ts";
import { ConnectionClosedError } from "./connection_closed_error.ts";
import { encryptAsCaller } from "./encrypt.ts";
import { closeQuietly, type Socket } from "./socket.ts";

/**
 * Connects to an address; where that is encrypted, to who shows a certificate that is trusted.
 *
 * @param trusted Certificates of who is trusted there besides whom Deno trusts; `undefined` if nothing is encrypted.
 * @param signal Ends it, also in the middle.
 * @throws {ConnectionClosedError} If nobody listens there, or it cannot be reached.
 * @throws {AuthenticationError} If its certificate is none that is trusted.
 */
export async function dial(
  to: Address,
  trusted: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const raw = await reach(to, signal);
  if (trusted === undefined || "path" in to) return raw;
  return await encryptAsCaller(raw, to, trusted, signal);
}

async function reach(to: Address, signal: AbortSignal): Promise<Deno.Conn> {
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {});
  const dialled = "path" in to
    ? Deno.connect({ transport: "unix", path: to.path })
    : Deno.connect({ hostname: to.hostname, port: to.port });
  const abort = (): void => over.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([over.promise, dialled as Promise<Deno.Conn>]);
  } catch (cause) {
    // One that comes too late is not wanted any more.
    dialled.then(closeQuietly, () => {});
    if (signal.aborted || isForbidden(cause)) throw cause;
    const address = showAddress(to);
    throw new ConnectionClosedError(
      `Cannot connect to "${address}" as ${
        isAbsent(cause)
          ? "nobody listens there: start the other program first"
          : `it cannot be reached: ${messageOf(cause)}`
      }`,
      { address, how: "lost", cause },
    );
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Whether it is this program that may not. */
function isForbidden(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionRefused ||
    error instanceof Deno.errors.NotFound;
}
