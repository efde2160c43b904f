/**
 * Starts where a worker waits already.
 *
 * @module
 */
import { System } from "../../mod.ts";
import { RawThread } from "./raw_thread.ts";
import { settle } from "./settle.ts";
import { StartedActor } from "./started_actor.ts";
import { median } from "./statistics.ts";
import {
  type Effort,
  expectResult,
  oursAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

/** Starts in a row, each on a spare that was there before the first of them. */
const BURST = 3;
/** One more than are taken, so that the last start finds a spare too. */
const SPARES = BURST + 1;

/** How often the spares are warmed and used up in one round. */
function burstsOf({ quick }: Effort): number {
  return quick ? 1 : 3;
}

/** Starts a burst of actors and appends the milliseconds of each. */
async function startBurst(system: System, figures: number[]): Promise<void> {
  await using started = new AsyncDisposableStack();
  await settle(system);
  for (let i = 0; i < BURST; i++) {
    const began = performance.now();
    const ref = await system.spawn(StartedActor, []);
    figures.push(performance.now() - began);
    started.use(ref);
    expectResult("the started actor", await ref.ask.answer(), 42);
  }
}

function openOurs(effort: Effort): Trial {
  const system = new System({ spares: SPARES });
  return {
    async round() {
      const figures: number[] = [];
      for (let i = 0; i < burstsOf(effort); i++) {
        await startBurst(system, figures);
      }
      return median(figures);
    },
    close: () => system.close(),
  };
}

/** Imports in running workers, each fresh as each actor's is; making them does not count. */
async function importBurst(figures: number[]): Promise<void> {
  using threads = new DisposableStack();
  const fresh: RawThread[] = [];
  for (let i = 0; i < BURST; i++) {
    fresh.push(threads.use(await RawThread.start()));
  }
  await settle();
  const module = import.meta.resolve("./started.ts");
  for (const thread of fresh) {
    const began = performance.now();
    const answer = await thread.order<number>({ job: "import", module });
    figures.push(performance.now() - began);
    expectResult("the imported object", answer, 42);
  }
}

function openRaw(effort: Effort): Trial {
  return {
    async round() {
      const figures: number[] = [];
      for (let i = 0; i < burstsOf(effort); i++) await importBurst(figures);
      return median(figures);
    },
    close: () => {},
  };
}

/** Start of a thread actor on a warm spare, its module's import included. */
export const startWarm: Subject = {
  name: "start-warm",
  about: "start of a thread actor on a warm spare",
  unit: "ms",
  better: "lower",
  ours: { open: openOurs },
  peers: [{
    name: "raw import() in a running worker",
    bar: oursAtMost(6, "≤ 6 ms"),
    contender: { open: openRaw },
  }],
};
