/**
 * Locks, permits, flags and barriers between two threads.
 *
 * @module
 */
import { Barrier, EventFlag, Mutex, Semaphore, System } from "../../mod.ts";
import { lockAlone, meet, swapFlags, swapPermits } from "./lock_tasks.ts";
import { python, type PythonJob } from "./python.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  oursAtMost,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

const countOf = ({ quick }: Effort): number => quick ? 2_000 : 10_000;
const locksOf = ({ quick }: Effort): number => quick ? 200_000 : 1_000_000;

function open(
  round: (system: System) => Promise<number>,
): Trial {
  const system = new System({ spares: 2 });
  return { round: () => round(system), close: () => system.close() };
}

function beside(
  name: string,
  about: string,
  job: PythonJob,
  ours: (system: System, count: number) => Promise<number>,
): Subject {
  return {
    name,
    about,
    unit: "µs",
    better: "lower",
    ours: {
      open: (effort) => open((system) => ours(system, countOf(effort))),
    },
    peers: [{
      name: "Python multiprocessing",
      bar: ratioAtMost(1, "≤ 1"),
      contender: python(job, countOf),
    }],
  };
}

async function alone(system: System, count: number): Promise<number> {
  const mutex = new Mutex();
  const ns = await system.run(lockAlone, [mutex, count]);
  expectResult("the lock afterwards", Number(mutex.locked), 0);
  return ns;
}

async function permits(system: System, count: number): Promise<number> {
  const [one, other] = [new Semaphore(0), new Semaphore(0)];
  const [us] = await Promise.all([
    system.run(swapPermits, [one, other, true, count]),
    system.run(swapPermits, [other, one, false, count]),
  ]);
  expectResult("what is left of permits", one.value + other.value, 0);
  return us;
}

async function flags(system: System, count: number): Promise<number> {
  const [one, other] = [new EventFlag(), new EventFlag()];
  const [us] = await Promise.all([
    system.run(swapFlags, [one, other, true, count]),
    system.run(swapFlags, [other, one, false, count]),
  ]);
  expectResult("flags left", Number(one.isSet) + Number(other.isSet), 0);
  return us;
}

async function meetings(system: System, count: number): Promise<number> {
  const barrier = new Barrier(2);
  const [us] = await Promise.all([
    system.run(meet, [barrier, count]),
    system.run(meet, [barrier, count]),
  ]);
  expectResult("who waits", barrier.waiting, 0);
  return us;
}

/** What locks cost. */
export const lockSubjects: readonly Subject[] = [
  {
    name: "mutex",
    about: "lock and unlock what nobody else wants",
    unit: "ns",
    better: "lower",
    ours: {
      open: (effort) => open((system) => alone(system, locksOf(effort))),
    },
    peers: [
      { name: "absolute", bar: oursAtMost(150, "≤ 150 ns") },
      {
        name: "Python multiprocessing",
        bar: NO_BAR,
        contender: python("mutex", locksOf),
      },
    ],
  },
  beside("semaphore", "two permits to and fro", "semaphore", permits),
  beside("event-flag", "two flags to and fro", "event", flags),
  beside("barrier", "a meeting of two", "barrier", meetings),
];
