/**
 * One thread publishes, two listen.
 *
 * @module
 */
import { broadcast, System } from "../../mod.ts";
import { BroadcastUserActor } from "./broadcast_user.ts";
import type { Heard } from "./raw_broadcast.ts";
import { type Item, totalOf } from "./raw_order.ts";
import { RawThread } from "./raw_thread.ts";
import {
  type Effort,
  expectResult,
  ratioAtLeast,
  type Subject,
  type Trial,
} from "./subject.ts";

const LISTENERS = 2;
/** Longest time for one round, in milliseconds. */
const ROUND_MS = 60_000;

const countOf = ({ quick }: Effort): number => quick ? 20_000 : 100_000;

/** Messages a second that all have heard. */
function rate(count: number, start: number, heard: readonly Heard[]): number {
  for (const { sum } of heard) {
    expectResult("the sum of what was published", sum, totalOf(count));
  }
  return count / (Math.max(...heard.map(({ end }) => end)) - start) * 1_000;
}

async function openOurs(effort: Effort): Promise<Trial> {
  const count = countOf(effort);
  const system = new System();
  const [speaker, ...listeners] = await Promise.all(
    Array.from({ length: 1 + LISTENERS }, async () => {
      const user = await system.spawn(BroadcastUserActor, []);
      return user.with({ timeout: ROUND_MS });
    }),
  );
  return {
    async round() {
      const to = broadcast<Item>({ capacity: 1_024 });
      const [start, ...heard] = await Promise.all([
        speaker!.ask.say(to, count, LISTENERS),
        ...listeners.map((one) => one.ask.hear(to, count)),
      ]);
      return rate(count, start, heard);
    },
    close: () => system.close(),
  };
}

async function openRaw(effort: Effort): Promise<Trial> {
  const count = countOf(effort);
  const [speaker, ...listeners] = await Promise.all(
    Array.from({ length: 1 + LISTENERS }, () => RawThread.start()),
  );
  return {
    async round() {
      const pairs = listeners.map(() => new MessageChannel());
      const hearing = listeners.map((one, i) => {
        const port = pairs[i]!.port1;
        return one.order<Heard>({ job: "hear", port, count }, [port]);
      });
      const ports = pairs.map(({ port2 }) => port2);
      const start = await speaker!.order<number>(
        { job: "say", ports, count },
        ports,
      );
      return rate(count, start, await Promise.all(hearing));
    },
    close() {
      for (const one of [speaker!, ...listeners]) one[Symbol.dispose]();
    },
  };
}

/** What broadcasts cost. */
export const broadcasts: Subject = {
  name: "broadcast",
  about: "messages of {id, name, x, y} from one thread to two, each to both",
  unit: "messages/s",
  better: "higher",
  ours: { open: openOurs },
  peers: [{
    name: "raw postMessage to each",
    bar: ratioAtLeast(1, "≥ 1"),
    contender: { open: openRaw },
  }],
};
