/**
 * Tasks and actors in processes of their own, beside Python's and an empty `deno run`.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type ProcessOptions, System } from "../../mod.ts";
import { answered, Echo } from "./process_actors.ts";
import { python } from "./python.ts";
import { median } from "./statistics.ts";
import {
  type Contender,
  type Effort,
  expectResult,
  NO_BAR,
  type Peer,
  ratioAtMost,
  type Subject,
} from "./subject.ts";

const PROCESS = { placement: "process" } as const;

/** How long a process that is started ahead may take, in milliseconds: nothing tells when it is there. */
const AHEAD_MS = 1_000;

/** Starts of one kind after which the next is foreseen. */
const FORESEEN = 2;

function startsOf({ quick }: Effort): number {
  return quick ? 1 : 3;
}

function tripsOf({ quick }: Effort): number {
  return quick ? 500 : 3_000;
}

/** The milliseconds that `start` takes, `before` each of which something is done that does not count. */
async function medianOf(
  count: number,
  start: () => Promise<void>,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const figures: number[] = [];
  for (let i = 0; i < count; i++) {
    await before();
    const began = performance.now();
    await start();
    figures.push(performance.now() - began);
  }
  return median(figures);
}

async function runOnce(
  system: System,
  process: ProcessOptions = {},
): Promise<void> {
  const options = { ...PROCESS, process };
  expectResult("the task", await system.run(answered, [], options), 42);
}

/** Waits for a warm thread. */
async function settle(system: System): Promise<void> {
  await system.warm();
  await delay(AHEAD_MS);
}

/** A program that does nothing. */
const emptyRun: Contender = {
  async open(effort) {
    const path = await Deno.makeTempFile({ suffix: ".js" });
    const args = ["run", "-A", "--no-config", path];
    const start = async (): Promise<void> => {
      const command = new Deno.Command(Deno.execPath(), { args });
      const { code } = await command.output();
      expectResult("the empty program", code, 0);
    };
    return {
      round: () => medianOf(startsOf(effort), start),
      close: () => Deno.remove(path),
    };
  },
};

const startPeers: readonly Peer[] = [
  {
    name: "Python's Process and Queue",
    bar: ratioAtMost(1, "at most as long"),
    contender: python("process-start", startsOf),
  },
  {
    name: "an empty deno run",
    bar: ratioAtMost(1.5, "at most 1.5"),
    contender: emptyRun,
  },
];

const cold: Subject = {
  name: "process-start",
  about:
    "a task in a new process, kept by a spare thread, from its start to its result",
  unit: "ms",
  better: "lower",
  ours: {
    open(effort) {
      const system = new System({ spares: 1 });
      // No two are alike, so that none is foreseen.
      let n = 0;
      const start = () => runOnce(system, { env: { BENCH: String(++n) } });
      const before = () => settle(system);
      return {
        round: () => medianOf(startsOf(effort), start, before),
        close: () => system.close(),
      };
    },
  },
  peers: startPeers,
};

const warm: Subject = {
  name: "process-start-warm",
  about: "the same where a process like it was started ahead",
  unit: "ms",
  better: "lower",
  ours: {
    async open(effort) {
      const system = new System({ spares: 1 });
      for (let i = 0; i < FORESEEN; i++) await runOnce(system);
      const before = () => settle(system);
      return {
        round: () => medianOf(startsOf(effort), () => runOnce(system), before),
        close: () => system.close(),
      };
    },
  },
  peers: startPeers,
};

const roundTrip: Subject = {
  name: "process-rtt",
  about: "an ask of an actor in a process of its own, and its answer",
  unit: "µs",
  better: "lower",
  ours: {
    async open(effort) {
      const count = tripsOf(effort);
      const system = new System({ spares: 0 });
      const echo = await system.spawn(Echo, [], PROCESS);
      return {
        async round() {
          let last = -1;
          const began = performance.now();
          for (let i = 0; i < count; i++) last = await echo.ask.echo(i);
          const ms = performance.now() - began;
          expectResult("the last answer", last, count - 1);
          return ms * 1e3 / count;
        },
        close: () => system.close(),
      };
    },
  },
  peers: [{
    name: "Python's Pipe",
    // It has no mailbox, no deadline and no supervision: the keeper is one thread more on the way.
    bar: NO_BAR,
    contender: python("process-rtt", tripsOf),
  }],
};

/** Processes. */
export const processSubjects: readonly Subject[] = [cold, warm, roundTrip];
