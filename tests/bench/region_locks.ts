/**
 * Locks in memory that has a name, which processes share, beside Python's.
 *
 * @module
 */
import { Mutex, SharedMemory, System } from "../../mod.ts";
import { python } from "./python.ts";
import { lockOften } from "./region_lock_tasks.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  ratioAtMost,
  type Subject,
} from "./subject.ts";

/** Room for a lock and a barrier, in bytes. */
const ROOM = 2 ** 16;

const PROCESS = { placement: "process", initTimeout: 60_000 } as const;

const ON_MAIN = { onMain: true } as const;

function aloneOf({ quick }: Effort): number {
  return quick ? 100_000 : 500_000;
}

function togetherOf({ quick }: Effort): number {
  return quick ? 2_000 : 20_000;
}

const alone: Subject = {
  name: "region-lock",
  about: "lock and unlock, in named memory, what nobody else wants",
  unit: "ns",
  better: "lower",
  ours: {
    async open(effort) {
      const count = aloneOf(effort);
      const region = await SharedMemory.create({ size: 64, room: ROOM });
      const mutex = Mutex.in(region, "alone");
      return {
        round() {
          const start = performance.now();
          for (let i = 0; i < count; i++) {
            mutex.lockSync(ON_MAIN);
            mutex.unlock();
          }
          const ms = performance.now() - start;
          expectResult("the lock afterwards", Number(mutex.locked), 0);
          return Promise.resolve(ms * 1e6 / count);
        },
        close: () => region[Symbol.asyncDispose](),
      };
    },
  },
  peers: [{
    name: "Python's Lock",
    bar: ratioAtMost(1, "≤ 1"),
    contender: python("mutex", aloneOf),
  }],
};

const together: Subject = {
  name: "region-lock-two",
  about: "the same by two processes that want it again and again",
  unit: "µs",
  better: "lower",
  ours: {
    open(effort) {
      const count = togetherOf(effort);
      const system = new System({ spares: 0 });
      return {
        async round() {
          await using region = await SharedMemory.create({
            size: 64,
            room: ROOM,
          });
          const both = [1, 2].map(() =>
            system.run(lockOften, [region.name, count], PROCESS)
          );
          const ms = Math.max(...await Promise.all(both));
          const [number = 0] = region.view(Int32Array);
          expectResult("the number", number, 2 * count);
          return ms * 1e3 / (2 * count);
        },
        close: () => system.close(),
      };
    },
  },
  peers: [{
    name: "Python's Lock",
    // It is not fair: who gives it back takes it again before the other one is awake.
    bar: NO_BAR,
    contender: python("lock-both", togetherOf),
  }],
};

/** Locks in regions. */
export const regionLockSubjects: readonly Subject[] = [alone, together];
