/**
 * State that a Manager holds, beside Python's Manager and SQLite alone.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  Manager,
  type ManagerOptions,
  type MapRef,
  System,
} from "../../mod.ts";
import { ManagerUserActor } from "./manager_user.ts";
import { python } from "./python.ts";
import {
  type Contender,
  type Effort,
  expectResult,
  NO_BAR,
  oursAtMost,
  ratioAtLeast,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

/** Writes that are under way at a time, as of so many clients. */
const CLIENTS = 32;

/** Longest time for one round, in milliseconds. */
const ROUND_MS = 60_000;

const callsOf = ({ quick }: Effort): number => quick ? 1_000 : 10_000;
const readsOf = ({ quick }: Effort): number => quick ? 20_000 : 200_000;
const writesOf = ({ quick }: Effort): number => quick ? 1_600 : 16_000;
const changesOf = ({ quick }: Effort): number => quick ? 300 : 3_000;

/** A map of a Manager, used in rounds. */
async function open(
  options: ManagerOptions,
  round: (
    map: MapRef<string, number>,
    manager: Manager,
    system: System,
  ) => Promise<number>,
): Promise<Trial> {
  const system = new System();
  const manager = await Manager.start({ ...options, system });
  const map = manager.map<string, number>("m");
  await map.set("key", 0);
  return {
    round: () => round(map, manager, system),
    close: async () => {
      await manager.stop();
      await system.close();
    },
  };
}

/** Microseconds of one call of another thread, each after the one before. */
function calls(way: "get" | "set", about: string): Subject {
  const name = `manager-${way}` as const;
  return {
    name,
    about,
    unit: "µs",
    better: "lower",
    ours: {
      open: (effort) =>
        open({}, async (map, _, system) => {
          const count = callsOf(effort);
          await using user = await system.spawn(ManagerUserActor, []);
          const { ask } = user.with({ timeout: ROUND_MS });
          const each = await ask.use(map, way, count);
          expectResult("the key", await map.get("key") ?? NaN, count - 1);
          return each;
        }),
    },
    peers: [{
      name: "Python's Manager().dict()",
      bar: ratioAtMost(1 / 2, "at most 1/2"),
      contender: python(name, callsOf),
    }],
  };
}

const replicaGet: Subject = {
  name: "replica-get",
  about: "a number of a map is read from its replica",
  unit: "µs",
  better: "lower",
  ours: {
    open: (effort) =>
      open({ replicas: { r: { capacity: 100 } } }, async (_, manager) => {
        const replica = manager.replica<number>("r");
        await replica.set("key", 7);
        const count = readsOf(effort);
        let sum = 0;
        const start = performance.now();
        for (let n = 0; n < count; n++) sum += replica.read("key") ?? NaN;
        const ms = performance.now() - start;
        expectResult("the sum", sum, 7 * count);
        return ms * 1e3 / count;
      }),
  },
  peers: [{ name: "none: absolute", bar: oursAtMost(2, "at most 2 µs") }],
};

/** Writes a second, all of them on disk before they are answered. */
async function openDurable(effort: Effort): Promise<Trial> {
  const folder = await Deno.makeTempDir();
  const count = writesOf(effort);
  const trial = await open({ file: `${folder}/state.db` }, async (map) => {
    let next = 0;
    const client = async (id: number): Promise<void> => {
      while (next < count) await map.set(`key ${id}`, ++next);
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: CLIENTS }, (_, id) => client(id)));
    const ms = performance.now() - start;
    const values = await map.values();
    expectResult("the last write", Math.max(...values), count);
    return count / ms * 1e3;
  });
  return {
    round: () => trial.round(),
    close: async () => {
      await trial.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The same of `node:sqlite` on this thread; `together` writes are one commit. */
function rawSqlite(together: number): Contender {
  return {
    async open(effort) {
      const folder = await Deno.makeTempDir();
      const database = new DatabaseSync(`${folder}/raw.db`);
      database.exec(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (key TEXT PRIMARY KEY, value INTEGER)",
      );
      const set = database.prepare(
        "INSERT INTO entries VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      );
      const count = writesOf(effort);
      return {
        round() {
          const start = performance.now();
          for (let n = 0; n < count; n++) {
            if (n % together === 0) database.exec("BEGIN IMMEDIATE");
            set.run(`key ${n % CLIENTS}`, n);
            if (n % together === together - 1) database.exec("COMMIT");
          }
          return Promise.resolve(count / (performance.now() - start) * 1e3);
        },
        async close() {
          database.close();
          await Deno.remove(folder, { recursive: true });
        },
      };
    },
  };
}

const durable: Subject = {
  name: "durable-writes",
  about: `writes of ${CLIENTS} clients, each on disk before it is answered`,
  unit: "writes/s",
  better: "higher",
  ours: { open: openDurable },
  peers: [
    {
      name: "node:sqlite, a commit each",
      bar: ratioAtLeast(1 / 2, "at least 1/2"),
      contender: rawSqlite(1),
    },
    {
      name: `node:sqlite, ${CLIENTS} a commit`,
      bar: NO_BAR,
      contender: rawSqlite(CLIENTS),
    },
  ],
};

const watchLatency: Subject = {
  name: "watch-latency",
  about: "from a write to a watcher on the same thread that is told of it",
  unit: "µs",
  better: "lower",
  ours: {
    open: (effort) =>
      open({}, async (map) => {
        const count = changesOf(effort);
        const watch = map.watch({ prefix: "watched" });
        await watch.next();
        let [told, ms] = [0, 0];
        for (let n = 1; n <= count; n++) {
          const next = watch.next();
          const start = performance.now();
          const write = map.set("watched", n);
          const change = (await next).value;
          // The answer to the write may come later.
          ms += performance.now() - start;
          await write;
          if (change?.type === "set") told += change.value;
        }
        await watch.return();
        expectResult("what was told", told, count * (count + 1) / 2);
        return ms * 1e3 / count;
      }),
  },
  peers: [{ name: "none: to look at", bar: NO_BAR }],
};

/** What a Manager's clients pay. */
export const managerSubjects: readonly Subject[] = [
  calls("get", "a number of a map is read from another thread"),
  calls("set", "a number of a map is written from another thread"),
  replicaGet,
  durable,
  watchLatency,
];
