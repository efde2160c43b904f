/**
 * Small objects by `postMessage`, over a port between two workers.
 *
 * @module
 */
import {
  type FloodResult,
  type Item,
  itemOf,
  type Total,
  weightOf,
} from "./raw_order.ts";

/** Adds up the items that come; on `null` tells the total and begins anew. */
export function collectOver(port: MessagePort): void {
  let count = 0;
  let sum = 0;
  port.onmessage = ({ data }: MessageEvent<Item | null>) => {
    if (data === null) {
      const total: Total = { count, sum };
      count = sum = 0;
      return port.postMessage(total);
    }
    count++;
    sum += weightOf(data);
  };
}

/** Sends `count` items as fast as it can, waits for their total and closes the port. */
export async function floodOver(
  port: MessagePort,
  count: number,
): Promise<FloodResult> {
  const total = new Promise<Total>((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Total>) => resolve(data);
  });
  const start = performance.now();
  for (let i = 0; i < count; i++) port.postMessage(itemOf(i));
  port.postMessage(null);
  const result = { ...await total, ms: performance.now() - start };
  port.close();
  return result;
}
