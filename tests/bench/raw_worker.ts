/**
 * Runs in every raw thread: does what it is told, with nothing but what Deno has.
 *
 * @module
 */
import { answerOver, askOver } from "./raw_ask.ts";
import { collectBytes, floodBytes } from "./raw_bytes.ts";
import { count } from "./raw_count.ts";
import { crunch } from "./raw_crunch.ts";
import { hear, say } from "./raw_broadcast.ts";
import type { RawOrder } from "./raw_order.ts";
import { drain, fill } from "./raw_ring.ts";
import { swap } from "./raw_swap.ts";
import { collectOver, floodOver } from "./raw_tell.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<RawOrder>) => void) | null;
  postMessage(message: unknown): void;
};

function obey(order: RawOrder): unknown {
  switch (order.job) {
    case "answer":
      return answerOver(order.port);
    case "ask":
      return askOver(order.port, order.plan);
    case "swap":
      return swap(order.words, order.first, order.count);
    case "collect":
      return collectOver(order.port);
    case "flood":
      return floodOver(order.port, order.count);
    case "collectBytes":
      return collectBytes(order.port);
    case "floodBytes":
      return floodBytes(
        order.port,
        order.count,
        order.bytes,
        order.manner,
      );
    case "hear":
      return hear(order.port, order.count);
    case "say":
      return say(order.ports, order.count);
    case "drain":
      return drain(order.ring, order.count);
    case "fill":
      return fill(order.ring, order.count);
    case "crunch":
      return crunch(order.rounds);
    case "count":
      return count(order.words, order.count);
    case "import":
      return startOne(order.module);
  }
}

async function startOne(module: string): Promise<number> {
  const { Started } = await import(module) as typeof import("./started.ts");
  return new Started().answer();
}

scope.onmessage = async ({ data }) => scope.postMessage(await obey(data));
scope.postMessage("ready");
