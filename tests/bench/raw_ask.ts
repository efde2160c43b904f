/**
 * Asks by `postMessage`, over a port between two workers.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import type { AskPlan, AskResult } from "./raw_order.ts";
import { median } from "./statistics.ts";

/** Answers every number with the next one, until the other side closes the port. */
export function answerOver(port: MessagePort): void {
  port.onmessage = ({ data }: MessageEvent<number>) =>
    port.postMessage(data + 1);
}

/** Asks as often as planned, one ask after the other, and closes the port. */
export async function askOver(
  port: MessagePort,
  { count, pauseMs }: AskPlan,
): Promise<AskResult> {
  const result = pauseMs === 0
    ? await askHot(port, count)
    : await askPaused(port, count, pauseMs);
  port.close();
  return result;
}

/** Without promises in between: nothing that a raw program would not do. */
function askHot(port: MessagePort, count: number): Promise<AskResult> {
  return new Promise((resolve) => {
    let asked = 0;
    let sum = 0;
    const start = performance.now();
    port.onmessage = ({ data }: MessageEvent<number>) => {
      sum += data;
      if (++asked < count) return port.postMessage(asked);
      const ms = performance.now() - start;
      resolve({ sum, roundTripUs: ms * 1_000 / count });
    };
    port.postMessage(asked);
  });
}

async function askPaused(
  port: MessagePort,
  count: number,
  pauseMs: number,
): Promise<AskResult> {
  const figures: number[] = [];
  let sum = 0;
  for (let i = 0; i < count; i++) {
    await delay(pauseMs);
    const start = performance.now();
    sum += await new Promise<number>((resolve) => {
      port.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
      port.postMessage(i);
    });
    figures.push((performance.now() - start) * 1_000);
  }
  return { sum, roundTripUs: median(figures) };
}
