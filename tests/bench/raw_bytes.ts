/**
 * Messages of many bytes by `postMessage`, over a port between two workers.
 *
 * @module
 */
import type { FloodResult, Total } from "./raw_order.ts";

/** Adds up the lengths of the messages that come; on `null` tells the total and begins anew. */
export function collectBytes(port: MessagePort): void {
  let count = 0;
  let sum = 0;
  port.onmessage = ({ data }: MessageEvent<Uint8Array | null>) => {
    if (data === null) {
      const total: Total = { count, sum };
      count = sum = 0;
      return port.postMessage(total);
    }
    count++;
    sum += data.length;
  };
}

/** How messages of bytes are sent: one array again and again, or each full of its number and copied, or moved. */
export type BytesManner = "same" | "copied" | "moved";

/** Sends `count` messages as fast as it can, waits for their total and closes the port. */
export async function floodBytes(
  port: MessagePort,
  count: number,
  bytes: number,
  manner: BytesManner = "same",
): Promise<FloodResult> {
  const total = new Promise<Total>((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Total>) => resolve(data);
  });
  const message = new Uint8Array(bytes);
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    if (manner === "moved") {
      const fresh = new Uint8Array(bytes).fill(i);
      port.postMessage(fresh, [fresh.buffer]);
    } else {
      if (manner === "copied") message.fill(i);
      port.postMessage(message);
    }
  }
  port.postMessage(null);
  const result = { ...await total, ms: performance.now() - start };
  port.close();
  return result;
}
