/**
 * Items to several workers, by a port to each.
 *
 * @module
 */
import { type Item, itemOf, type Total, weightOf } from "./raw_order.ts";

/** What was heard, and when the last of it was. */
export interface Heard extends Total {
  /** By the clock that all threads have. */
  readonly end: number;
}

/** The time by the clock that all threads have. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Adds up `count` items that come over a port. */
export function hear(port: MessagePort, count: number): Promise<Heard> {
  let seen = 0;
  let sum = 0;
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<Item>) => {
      sum += weightOf(data);
      if (++seen < count) return;
      port.close();
      resolve({ count, sum, end: clock() });
    };
  });
}

/** Sends `count` items over all ports as fast as it can. Returns when it began. */
export function say(ports: readonly MessagePort[], count: number): number {
  const start = clock();
  for (let id = 0; id < count; id++) {
    const item = itemOf(id);
    for (const port of ports) port.postMessage(item);
  }
  return start;
}
