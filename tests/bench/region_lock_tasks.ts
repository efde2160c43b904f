/**
 * Two processes that want one lock.
 *
 * @module
 */
import { Barrier, Mutex, SharedMemory, type Task, task } from "../../mod.ts";

const ON_MAIN = { onMain: true } as const;

/** Adds 1 to word 0 of the region so many times, each time under its lock, together with another one: the milliseconds of all. */
export const lockOften: Task<
  [name: string, count: number],
  Promise<number>
> = task(
  import.meta,
  "lockOften",
  async (name: string, count: number) => {
    const region = await SharedMemory.open(name);
    const mutex = Mutex.in(region, "number");
    const gate = Barrier.in(region, "gate", 2);
    const words = region.view(Int32Array);
    gate.waitSync(ON_MAIN);
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      mutex.lockSync(ON_MAIN);
      words[0]! += 1;
      mutex.unlock();
    }
    gate.waitSync(ON_MAIN);
    const ms = performance.now() - start;
    region.close();
    return ms;
  },
);
