import type { Wire } from "./shake_hands.ts";

/** What a connection of two programs is made of; a `Deno.Conn` is one. */
export interface Socket extends Wire {
  /** Sends no more: the other end sees the end of what was written, and may go on writing. */
  closeWrite(): Promise<void>;
  /** Ends it at once, also what is read or written just then; what the other end has not read yet may be lost. */
  close(): void;
}

/** Closes a socket, or what listens; also one that is closed, or that the other end has closed. */
export function closeQuietly(socket: { close(): void }): void {
  try {
    socket.close();
  } catch { /* It is closed. */ }
}
