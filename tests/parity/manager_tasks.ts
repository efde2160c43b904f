/** What other threads do in the statements about the Manager. */
import {
  actor,
  type ActorClass,
  type ActorRef,
  type Barrier,
  type Condition,
  type EventFlag,
  type ListRef,
  type MapRef,
  type NamespaceRef,
  Pool,
  type Queue,
  type ReentrantMutex,
  Refusal,
  type Semaphore,
  type Task,
  task,
  type ValueRef,
} from "../../mod.ts";
import { square } from "../fixtures/pool_tasks.ts";

/** A class of one's own: some of it is for others, and some is not. */
class LedgerActor {
  readonly #log: string[] = [];
  /** Only what is private by the language is not a message. */
  #secret(): string {
    return "hidden";
  }
  onStart(): void {
    this.#log.push("started");
  }
  note(entry: string): number {
    return this.#log.push(entry);
  }
  log(): readonly string[] {
    return this.#log;
  }
  fail(): void {
    this.#secret();
    throw new Refusal("Not with me", { data: 7 });
  }
  *count(to: number): Generator<number, void, void> {
    try {
      for (let n = 1; n <= to; n++) yield n;
    } finally {
      this.#log.push("closed");
    }
  }
  async poolOfOwn(): Promise<number[]> {
    await using pool = new Pool({ size: 1 });
    return await pool.map(square, [2, 3]);
  }
}
export const Ledger: ActorClass<[], LedgerActor> = actor(
  import.meta,
  "Ledger",
  LedgerActor,
);

/** Uses a list as Python's test does; what it has seen. */
export const useList: Task<[ListRef<number>], Promise<unknown>> = task(
  import.meta,
  "useList",
  async (list: ListRef<number>) => {
    const counts = [await list.count(5), await list.indexOf(7)];
    await list.sort();
    const sorted = await list.slice();
    await list.reverse();
    const seen = [];
    for await (const item of list) seen.push(item);
    const size = await list.size();
    const popped = [];
    while (await list.size() > 0) popped.push(await list.pop());
    return { counts, sorted, seen, size, popped };
  },
);

/** Uses a map as Python's test does; what it has seen. */
export const useMap: Task<[MapRef<string, number>], Promise<unknown>> = task(
  import.meta,
  "useMap",
  async (map: MapRef<string, number>) => {
    const seen = {
      got: await map.get("foo"),
      entries: await map.entries(),
      keys: await map.keys(),
      values: await map.values(),
      copy: new Map(await map.entries()),
    };
    return { ...seen, popped: await map.popItem() };
  },
);

/** Reads a value, an array and the fields of a namespace, and writes the first two. */
export const useValues: Task<
  [
    ValueRef<number>,
    Int32Array,
    NamespaceRef<{ x: number; y: string }>,
  ],
  Promise<unknown>
> = task(
  import.meta,
  "useValues",
  async (
    value: ValueRef<number>,
    array: Int32Array,
    names: NamespaceRef<{ x: number; y: string }>,
  ) => {
    const seen = [await value.get(), [...array], await names.all()];
    await value.set(2);
    array[0] = 9;
    return seen;
  },
);

/** Waits until an event is set, and clears it. */
export const clearEvent: Task<[EventFlag], Promise<boolean>> = task(
  import.meta,
  "clearEvent",
  async (event: EventFlag) => {
    const found = await event.wait();
    event.clear();
    return found;
  },
);

/** Takes and gives back what can be, and takes a permit of each semaphore for good. */
export const useLocks: Task<
  [ReentrantMutex, Condition, readonly Semaphore[]],
  Promise<number>
> = task(
  import.meta,
  "useLocks",
  async (
    mutex: ReentrantMutex,
    condition: Condition,
    slots: readonly Semaphore[],
  ) => {
    let depth = 0;
    {
      using _outer = await mutex.lock();
      using _inner = await mutex.lock();
      depth = mutex.depth;
      using _held = await condition.lock();
    }
    for (const slot of slots) await slot.take();
    return depth;
  },
);

/** How many are to meet; then nobody has come. */
export const resetBarrier: Task<[Barrier], number> = task(
  import.meta,
  "resetBarrier",
  (barrier: Barrier) => {
    barrier.reset();
    return barrier.parties;
  },
);

/** Empties a full queue; what it has seen. */
export const emptyQueue: Task<[Queue<number>], Promise<unknown>> = task(
  import.meta,
  "emptyQueue",
  async (queue: Queue<number>) => {
    const before = [queue.size, queue.full];
    const taken = [await queue.take(), await queue.take()];
    for (const _ of taken) queue.done();
    return { before, taken, empty: queue.empty };
  },
);

/** Reads what a generator of another actor gives, all of it or up to the second. */
export const readCount: Task<
  [ActorRef<LedgerActor>, number, boolean],
  Promise<number[]>
> = task(
  import.meta,
  "readCount",
  async (ledger: ActorRef<LedgerActor>, to: number, leaves: boolean) => {
    const seen: number[] = [];
    for await (const n of ledger.stream.count(to)) {
      seen.push(n);
      if (leaves && n === 2) break;
    }
    return seen;
  },
);
