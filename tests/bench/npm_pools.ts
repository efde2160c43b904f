/**
 * Pools of npm, where they can be loaded.
 *
 * @module
 */
import { squareEach } from "./outstanding.ts";
import type { Contender, Effort, Trial } from "./subject.ts";

/** A pool of two workers that square numbers. */
interface Running {
  run(x: number): PromiseLike<unknown>;
  close(): unknown;
}

/** The names of those that are compared. */
export type NpmPool =
  | "piscina"
  | "poolifier-web-worker"
  | "tinypool"
  | "workerpool";

/** Which version of each. */
const VERSIONS: Readonly<Record<NpmPool, string>> = {
  piscina: "piscina@5.3.2",
  "poolifier-web-worker": "poolifier-web-worker@0.5.15",
  tinypool: "tinypool@2.2.0",
  workerpool: "workerpool@10.0.3",
};

/** What of them is used; what they are is known when they are loaded. */
type Loaded = Record<
  string,
  // deno-lint-ignore no-explicit-any -- none of their types is there when this is checked
  any
>;

const SQUARE = "export default (x) => x * x;";

async function moduleOf(folder: string, code: string): Promise<URL> {
  const path = `${folder}/worker.mjs`;
  await Deno.writeTextFile(path, code);
  return new URL(`file://${path}`);
}

/** How each is started. */
const STARTS: Readonly<
  Record<NpmPool, (loaded: Loaded, folder: string) => Promise<Running>>
> = {
  async piscina({ Piscina }, folder) {
    const { href: filename } = await moduleOf(folder, SQUARE);
    const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2 });
    return { run: (x) => pool.run(x), close: () => pool.destroy() };
  },
  async tinypool({ Tinypool }, folder) {
    const { href: filename } = await moduleOf(folder, SQUARE);
    const pool = new Tinypool({ filename, minThreads: 2, maxThreads: 2 });
    return { run: (x) => pool.run(x), close: () => pool.destroy() };
  },
  workerpool(loaded) {
    const options = { minWorkers: 2, maxWorkers: 2, workerType: "thread" };
    const pool = loaded.default.pool(options);
    const square = (x: number): number => x * x;
    return Promise.resolve({
      run: (x) => pool.exec(square, [x]),
      close: () => pool.terminate(),
    });
  },
  async "poolifier-web-worker"({ FixedThreadPool }, folder) {
    const url = await moduleOf(
      folder,
      `import { ThreadWorker } from "npm:${VERSIONS["poolifier-web-worker"]}";
      export default new ThreadWorker((x) => x * x);`,
    );
    const pool = new FixedThreadPool(2, url, {});
    return { run: (x) => pool.execute(x), close: () => pool.destroy() };
  },
};

async function open(name: NpmPool, count: number): Promise<Trial | undefined> {
  let loaded: Loaded;
  try {
    // Not written as a literal: where there is no network, the rest is to be checked and measured all the same.
    loaded = await import(["npm:", VERSIONS[name]].join(""));
  } catch {
    return undefined;
  }
  const folder = await Deno.makeTempDir();
  const pool = await STARTS[name](loaded, folder);
  // One after the other: some wait for ever for what they are given while they start.
  for (let x = 0; x < 200; x++) await pool.run(x);
  return {
    round: () => squareEach(count, (x) => pool.run(x)),
    async close() {
      await pool.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The pool of that name doing `countOf(effort)` jobs a round; absent where it cannot be loaded. */
export function npmPool(
  name: NpmPool,
  countOf: (effort: Effort) => number,
): Contender {
  return { open: (effort) => open(name, countOf(effort)) };
}
