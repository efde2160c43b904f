/**
 * Starts where no worker waits.
 *
 * @module
 */
import { type ActorClass, System } from "../../mod.ts";
import { settle } from "./settle.ts";
import type { Started } from "./started.ts";
import { StartedActor } from "./started_actor.ts";
import { StartedPartActor } from "./started_part_actor.ts";
import { median } from "./statistics.ts";
import {
  type Contender,
  type Effort,
  expectResult,
  type Peer,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

export type {} from "./raw_started.ts";

async function medianOf(
  { quick }: Effort,
  start: () => Promise<number>,
): Promise<number> {
  const figures: number[] = [];
  for (let i = 0; i < (quick ? 3 : 7); i++) {
    await settle();
    figures.push(await start());
  }
  return median(figures);
}

function startOf(definition: ActorClass<[], Started>): Contender {
  return {
    async open(effort) {
      const system = new System({ spares: 0 });
      await settle(system);
      const start = async () => {
        const began = performance.now();
        await using started = await system.spawn(definition, []);
        const ms = performance.now() - began;
        expectResult("the started actor", await started.ask.answer(), 42);
        return ms;
      };
      return {
        round: () => medianOf(effort, start),
        close: () => system.close(),
      };
    },
  };
}

async function startRaw(): Promise<number> {
  const began = performance.now();
  const url = new URL("./raw_started.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const word = await new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  const ms = performance.now() - began;
  worker.terminate();
  expectResult("the worker's first word", word, 42);
  return ms;
}

function openRaw(effort: Effort): Trial {
  return {
    round: () => medianOf(effort, startRaw),
    close: () => {},
  };
}

const startPeers: readonly Peer[] = [{
  name: "raw new Worker to first message",
  bar: ratioAtMost(1.3, "≤ 1.3"),
  contender: { open: openRaw },
}];

/** Starts of thread actors in a system that keeps no spares. */
export const startsCold: readonly Subject[] = [{
  name: "start-cold",
  about: "start of a thread actor without a spare",
  unit: "ms",
  better: "lower",
  ours: startOf(StartedActor),
  peers: startPeers,
}, {
  name: "start-cold-part",
  about: "the same of one whose module imports the actors alone",
  unit: "ms",
  better: "lower",
  ours: startOf(StartedPartActor),
  peers: startPeers,
}];
