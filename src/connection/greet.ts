import { AuthenticationError } from "./authentication_error.ts";
import { FrameReader } from "./frame.ts";
import { HANDSHAKE_LIMIT, type Role, shakeHands } from "./shake_hands.ts";
import { closeQuietly, type Socket } from "./socket.ts";

/** Keys as handshakes are done with them. */
export type Secrets = readonly [
  Uint8Array<ArrayBuffer>,
  ...readonly Uint8Array<ArrayBuffer>[],
];

/** A connection to who has shown the key. */
export interface Greeted {
  /** The connection. */
  readonly wire: Socket;
  /** What reads its frames. */
  readonly frames: FrameReader;
  /** Which of the keys it has shown. */
  readonly which: number;
}

/**
 * Shakes hands with the other end of a connection, which is closed if that fails.
 *
 * @param secrets The key; of a listener all that the other end may have.
 * @param signal Ends it.
 * @throws {AuthenticationError} If the other end does not show that it knows the key.
 * @throws {FrameError} If what it says is none of it.
 */
export async function greet(
  wire: Socket,
  role: Role,
  secrets: Secrets,
  signal: AbortSignal,
): Promise<Greeted> {
  const frames = new FrameReader(HANDSHAKE_LIMIT);
  const stop = (): void => closeQuietly(wire);
  try {
    signal.throwIfAborted();
    signal.addEventListener("abort", stop, { once: true });
    const which = await shakeHands(wire, frames, role, ...secrets);
    signal.throwIfAborted();
    return { wire, frames, which };
  } catch (error) {
    closeQuietly(wire);
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    throw new AuthenticationError(
      "Cannot trust the other end of a connection as it closed the connection",
      { cause: error },
    );
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
