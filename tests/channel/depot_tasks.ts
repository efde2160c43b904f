/** Tasks that leave things at the depot, or fetch them from there. */
import { type Task, task } from "../../src/actor/mod.ts";
import {
  collect,
  collectSync,
  deposit,
  discard,
} from "../../src/channel/depot.ts";
import { add, load, store, wait } from "../../src/memory/cells.ts";
import { ownLife } from "../../src/sync/lives.ts";

/** Leaves shared memory that holds 7; says under which number, and who it is. */
export const leave: Task<[], number[]> = task(import.meta, "leave", () => {
  const memory = new SharedArrayBuffer(4);
  store(new Int32Array(memory), 0, 7);
  return [deposit([memory]), ownLife().who];
});

/** Leaves so and says it in `words`; then never ends. */
export const leaveAndStay: Task<
  [words: Int32Array<SharedArrayBuffer>, leaves: boolean],
  Promise<void>
> = task(
  import.meta,
  "leaveAndStay",
  async (words: Int32Array<SharedArrayBuffer>, leaves: boolean) => {
    store(words, 1, leaves ? deposit([words.buffer]) : 1);
    store(words, 0, ownLife().who);
    Atomics.notify(words, 0);
    // Whoever started it ends it.
    await new Promise(() => {});
  },
);

/** Collects shared memory and adds 1 to what it holds. */
export const fetch: Task<
  [id: number, who: number, sync: boolean, keep?: boolean],
  Promise<number>
> = task(
  import.meta,
  "fetch",
  async (id: number, who: number, sync: boolean, keep?: boolean) => {
    const [memory] = sync
      ? collectSync(id, who, keep)
      : await collect(id, who, keep);
    const words = new Int32Array(memory as SharedArrayBuffer);
    add(words, 0, 1);
    return load(words, 0);
  },
);

/** Blocks its thread until `words[0]` is not 0, then collects. */
export const fetchLater: Task<[words: Int32Array], Promise<boolean>> = task(
  import.meta,
  "fetchLater",
  async (words: Int32Array) => {
    while (load(words, 0) === 0) wait(words, 0, 0, 5);
    await collect(load(words, 1), load(words, 0));
    return true;
  },
);

/** Tells the depot that nobody wants it. */
export const forget: Task<[id: number, who: number], void> = task(
  import.meta,
  "forget",
  (id: number, who: number) => discard(id, who),
);

/** Leaves a port that answers with twice what it is sent. */
export const leavePort: Task<[words: Int32Array], Promise<void>> = task(
  import.meta,
  "leavePort",
  async (words: Int32Array) => {
    const { port1, port2 } = new MessageChannel();
    const asked = new Promise<void>((resolve) =>
      port1.onmessage = ({ data }) => {
        port1.postMessage(data * 2);
        resolve();
      }
    );
    store(words, 1, deposit([port2]));
    store(words, 0, ownLife().who);
    Atomics.notify(words, 0);
    await asked;
    port1.close();
  },
);
