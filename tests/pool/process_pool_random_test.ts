import { assertEquals } from "@std/assert";
import { type Job, Pool, type PoolStats, System } from "../../mod.ts";
import { type Mischief, mischief } from "../fixtures/process_pool_tasks.ts";
import { until } from "../fixtures/until.ts";

const JOBS = 30;
const HOW: readonly Mischief[] = [
  ...new Array<Mischief>(12).fill("give"),
  ...new Array<Mischief>(4).fill("wait"),
  "throw",
  "exit",
  "kill",
  "close",
  "later",
  "spin",
  "never",
  "function",
];

/** Whole numbers from 0, the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
  };
}

/** Processes that this one has started, and that have not ended. */
function children(): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = Deno.readTextFileSync(`/proc/${name}/status`);
      const isOurs = status.includes(`\nPPid:\t${Deno.pid}\n`);
      if (isOurs && !/^State:\s+Z/m.test(status)) found.push(name);
    } catch { /* It has ended. */ }
  }
  return found;
}

/** A job of that kind, which is cancelled in time if it would never end. */
function jobOf(
  pool: Pool,
  n: number,
  random: (below: number) => number,
): Job<unknown> {
  const how = HOW[random(HOW.length)]!;
  const many = random(3) === 0;
  const job: Job<unknown> = many
    ? pool.starmap(
      mischief,
      Array.from({ length: 1 + random(100) }, (_, x) =>
        [
          x === 20 ? how : "give",
          x,
        ] as [Mischief, number]),
    )
    : pool.run(mischief, [how, n]);
  job.catch(() => {});
  if (how !== "spin" && how !== "never" && random(8) > 0) return job;
  const timer = setTimeout(() => job.cancel("enough"), random(200));
  void job.exited.then(() => clearTimeout(timer));
  return job;
}

function settled({ done, failed, cancelled }: PoolStats): number {
  return done + failed + cancelled;
}

for (const seed of [1, 2, 3]) {
  Deno.test(`Pool() of processes settles each job once, whatever those do and whoever is killed: seed ${seed}`, async () => {
    const before = children();
    await using system = new System({ spares: 0, deadLetterLines: 0 });
    const random = randomOf(seed);
    const pool = new Pool({
      system,
      size: 1 + random(2),
      placement: "process",
      initTimeout: 60_000,
      killAfterMs: random(100),
      retries: random(2),
      strategy: (["pull", "roundRobin", "leastBusy"] as const)[random(3)]!,
    });
    const jobs: Job<unknown>[] = [];
    for (let n = 0; n < JOBS; n++) {
      jobs.push(jobOf(pool, n, random));
      if (random(4) === 0) await jobs[random(n)]?.exited;
    }
    if (seed === 3) await pool.terminate();
    await Promise.all(jobs.map(({ exited }) => exited));
    await pool.close();
    const stats = pool.stats();
    assertEquals([stats.jobs, settled(stats)], [JOBS, JOBS]);
    assertEquals([stats.pending, stats.running, stats.workers], [0, 0, 0]);
    await until("no process is left", () => {
      return children().every((pid) => before.includes(pid));
    });
  });
}
