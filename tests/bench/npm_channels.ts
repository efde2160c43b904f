/**
 * What npm has for small objects from one thread to another, where it can be loaded.
 *
 * @module
 */
import { type Item, itemOf, type Total, totalOf } from "./raw_order.ts";
import { type Contender, type Effort, expectResult } from "./subject.ts";
import type { Trial } from "./subject.ts";

/** The names of those that are compared. */
export type NpmChannel = "comlink" | "multithreading";

/** Which version of each. */
const VERSIONS: Readonly<Record<NpmChannel, string>> = {
  comlink: "comlink@4.4.2",
  multithreading: "multithreading@0.3.52",
};

/** What of them is used; what they are is known when they are loaded. */
type Loaded = Record<
  string,
  // deno-lint-ignore no-explicit-any -- none of their types is there when this is checked
  any
>;

/** Sends `count` items from one thread to another; answers what came, and in how many milliseconds. */
type Round = (count: number) => Promise<Total & { readonly ms: number }>;

/** As many calls are on their way at a time: more of them take memory, not less time. */
const CALLS = 64;

/** The thread that is called by `comlink`. */
const CALLED = `import { expose } from "npm:${VERSIONS.comlink}";
let count = 0, sum = 0;
expose({
  add({ id, name, x, y }) {
    count++;
    sum += id + name.length + x + y;
  },
  total() {
    const total = { count, sum };
    count = sum = 0;
    return total;
  },
});
postMessage("ready");`;

async function openComlink(
  { wrap }: Loaded,
  folder: string,
): Promise<{ round: Round; close(): void }> {
  const path = `${folder}/called.mjs`;
  await Deno.writeTextFile(path, CALLED);
  const worker = new Worker(new URL(`file://${path}`), { type: "module" });
  await new Promise((resolve) =>
    worker.addEventListener("message", resolve, { once: true })
  );
  const remote = wrap(worker);
  return {
    async round(count) {
      const start = performance.now();
      let calls: Promise<void>[] = [];
      for (let id = 0; id < count; id++) {
        calls.push(remote.add(itemOf(id)));
        if (calls.length < CALLS) continue;
        await Promise.all(calls);
        calls = [];
      }
      await Promise.all(calls);
      return { ...await remote.total(), ms: performance.now() - start };
    },
    close: () => worker.terminate(),
  };
}

/** An item whose name is as many as it has letters. */
type Numbers = Omit<Item, "name"> & { readonly name: number };
interface Tx {
  send(item: Numbers): Promise<unknown>;
}
interface Rx {
  recv(): Promise<{ value: Numbers }>;
}

function openMultithreading(
  { channel, move, shutdown, spawn }: Loaded,
): Promise<{ round: Round; close(): void }> {
  return Promise.resolve({
    async round(count: number) {
      const [tx, rx] = channel();
      // What runs there sees nothing of this module.
      spawn(move(tx, count), async (tx: Tx, count: number) => {
        for (let id = 0; id < count; id++) {
          // A number for the text: after some hundred messages it takes a text for the name of a field.
          await tx.send({ id, name: 8, x: id / 2, y: -id / 4 });
        }
      });
      const reading = spawn(move(rx, count), async (rx: Rx, count: number) => {
        let sum = 0;
        let start = 0;
        for (let seen = 0; seen < count; seen++) {
          const { id, name, x, y } = (await rx.recv()).value;
          if (seen === 0) start = performance.now();
          sum += id + name + x + y;
        }
        return { count, sum, ms: performance.now() - start };
      });
      const { ok, error, value } = await reading.join();
      if (!ok) throw error;
      return value;
    },
    close: () => shutdown?.(),
  });
}

async function open(
  name: NpmChannel,
  count: number,
): Promise<Trial | undefined> {
  let loaded: Loaded;
  try {
    // Not written as a literal: where there is no network, the rest is to be checked and measured all the same.
    loaded = await import(["npm:", VERSIONS[name]].join(""));
  } catch {
    return undefined;
  }
  const folder = await Deno.makeTempDir();
  const { round, close } = name === "comlink"
    ? await openComlink(loaded, folder)
    : await openMultithreading(loaded);
  return {
    async round() {
      const { count: came, ms, sum } = await round(count);
      expectResult(`the count of messages of ${name}`, came, count);
      expectResult(`the sum of messages of ${name}`, sum, totalOf(count));
      return count / ms * 1_000;
    },
    async close() {
      close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The package of that name sending `countOf(effort)` items a round; absent where it cannot be loaded. */
export function npmChannel(
  name: NpmChannel,
  countOf: (effort: Effort) => number,
): Contender {
  return { open: (effort) => open(name, countOf(effort)) };
}
