import { messageOf } from "../thrown.ts";
import { FrameReader } from "../connection/frame.ts";
import { HANDSHAKE_LIMIT, shakeHands } from "../connection/shake_hands.ts";

/** How long somebody may take to show the key, in milliseconds. */
const GREET_MS = 10_000;

/** A connection to who has shown the key. */
export interface Connection {
  /** The connection. */
  readonly wire: Deno.Conn;
  /** What reads its frames. */
  readonly frames: FrameReader;
}

/**
 * The first connection to who knows the key; any other is cut, with a line that says so. It is never there if nobody comes:
 * closing the listener ends it.
 */
export async function acceptKnown(
  name: string,
  listener: Deno.Listener,
  key: Uint8Array<ArrayBuffer>,
): Promise<Connection> {
  const known = Promise.withResolvers<Connection>();
  const greet = async (wire: Deno.Conn): Promise<void> => {
    const frames = new FrameReader(HANDSHAKE_LIMIT);
    const late = setTimeout(() => close(wire), GREET_MS);
    try {
      await shakeHands(wire, frames, "parent", key);
      known.resolve({ wire, frames });
    } catch (error) {
      close(wire);
      // deno-lint-ignore troupe/quiet -- somebody tried to be what it is not
      console.error(`[${name}]`, messageOf(error));
    } finally {
      clearTimeout(late);
    }
  };
  const accept = async (): Promise<void> => {
    for await (const wire of listener) void greet(wire);
  };
  accept().catch(known.reject);
  return await known.promise;
}

function close(wire: Deno.Conn): void {
  try {
    wire.close();
  } catch { /* It was closed by the other end. */ }
}
