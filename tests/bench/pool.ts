/**
 * Pools of two workers.
 *
 * @module
 */
import { Pool, System } from "../../mod.ts";
import { npmPool } from "./npm_pools.ts";
import { squareEach } from "./outstanding.ts";
import { crunch, square } from "./pool_bench_tasks.ts";
import { python } from "./python.ts";
import { openRawSpeedUp } from "./raw_speed_up.ts";
import { median } from "./statistics.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  oursAtLeast,
  ratioAtLeast,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

/** Maps in a row that count. */
const MAPS = 9;
const inputsOf = (): number => 10_000;
const jobsOf = ({ quick }: Effort): number => quick ? 10_000 : 40_000;
const roundsOf = ({ quick }: Effort): number => quick ? 2_000_000 : 10_000_000;

async function open(
  round: (pool: Pool) => Promise<number>,
): Promise<Trial> {
  const system = new System();
  // The others keep their workers too while somebody else is measured.
  const pool = new Pool({ system, size: 2, idleMs: Infinity });
  await pool.warm();
  return {
    round: () => round(pool),
    async close() {
      await pool.close();
      await system.close();
    },
  };
}

async function mapAll(pool: Pool, chunk?: number): Promise<number> {
  const inputs = Array.from({ length: inputsOf() }, (_, i) => i);
  const options = chunk === undefined ? {} : { chunk };
  const figures: number[] = [];
  // As on the other side: one that does not count, then the middle of several in a row.
  for (let i = 0; i <= MAPS; i++) {
    const start = performance.now();
    const squares = await pool.map(square, inputs, options);
    figures.push(performance.now() - start);
    const last = inputs.length - 1;
    expectResult("the last square", squares[last] ?? NaN, last ** 2);
  }
  return median(figures.slice(1));
}

async function speedUp(pool: Pool, rounds: number): Promise<number> {
  const parts = Array<number>(8).fill(rounds);
  // On a worker too, which computes no slower than this thread.
  const start = performance.now();
  const alone = await pool.run(crunch, [rounds * parts.length]);
  const middle = performance.now();
  const all = await pool.map(crunch, parts, { chunk: 1 });
  const end = performance.now();
  expectResult("what was computed", all.length, parts.length);
  expectResult("whether it was computed", Number(alone > 0), 1);
  return (middle - start) / (end - middle);
}

/** All of them. */
export const poolSubjects: readonly Subject[] = [
  {
    name: "pool-map",
    about: "10,000 squares by a map with batches of its own choice",
    unit: "ms",
    better: "lower",
    ours: { open: () => open((pool) => mapAll(pool)) },
    peers: [
      {
        name: "Python Pool.map",
        bar: ratioAtMost(1, "≤ 1"),
        contender: python("pool-map", inputsOf),
      },
      {
        name: "Python ProcessPoolExecutor.map",
        bar: ratioAtMost(1, "≤ 1"),
        contender: python("executor-map", inputsOf),
      },
    ],
  },
  {
    name: "pool-chunk1",
    about: "10,000 squares by a map that sends them one by one",
    unit: "ms",
    better: "lower",
    ours: { open: () => open((pool) => mapAll(pool, 1)) },
    peers: [{
      name: "Python Pool.map(chunksize=1)",
      bar: ratioAtMost(1 / 3, "≤ 1/3"),
      contender: python("pool-map-1", inputsOf),
    }],
  },
  {
    name: "pool-tasks",
    about: "squares, one job each, 64 of them open at any time",
    unit: "tasks/s",
    better: "higher",
    ours: {
      open: (effort) =>
        open((pool) =>
          squareEach(jobsOf(effort), (x) => pool.run(square, [x]))
        ),
    },
    peers: ([
      "piscina",
      "tinypool",
      "workerpool",
      "poolifier-web-worker",
    ] as const).map((name) => ({
      name: `npm:${name}`,
      bar: ratioAtLeast(5, "≥ 5"),
      contender: npmPool(name, jobsOf),
    })),
  },
  {
    name: "pool-cpu",
    about: "how many times faster two workers compute than one",
    unit: "times",
    better: "higher",
    ours: { open: (effort) => open((pool) => speedUp(pool, roundsOf(effort))) },
    peers: [
      { name: "none: absolute", bar: oursAtLeast(1.8, "≥ 1.8") },
      {
        name: "two Workers by hand",
        bar: NO_BAR,
        contender: { open: (effort) => openRawSpeedUp(roundsOf(effort)) },
      },
      {
        name: "Python Pool.map",
        bar: NO_BAR,
        contender: python("pool-cpu", (effort) => roundsOf(effort) / 20),
      },
    ],
  },
];
