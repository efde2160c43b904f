import { assert, assertEquals } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  AskTimeoutError,
  type ChildSpec,
  MailboxFullError,
  type Strategy,
  supervise,
  type Supervisor,
  System,
} from "../../mod.ts";
import {
  type ChaosPlan,
  ChaosSender,
  ChaosWorker,
  type ChaosWorkerActor,
  type Death,
  PairBook,
} from "../fixtures/chaos_actors.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { seeded } from "../supervisor/seeded.ts";

/** How long it goes on, in seconds. */
const SECONDS = Number(Deno.env.get("CHAOS_S") ?? 6);
/** What decides who does what to whom: a run with the same seed takes the same decisions. */
const SEED = Number(
  Deno.env.get("CHAOS_SEED") ?? Math.floor(Math.random() * 2 ** 31),
);

const STRATEGIES: readonly Strategy[] = [
  "oneForOne",
  "oneForAll",
  "restForOne",
  "oneForOne",
];
const PER_BRANCH = 5;
const WORKERS = STRATEGIES.length * PER_BRANCH;
/** The main thread is sender 0. */
const SENDERS = 3;
const HANG_MS = 150;
const DEATHS: readonly Death[] = [
  "throw",
  "reject",
  "stray",
  "close",
  "exit",
  "hang",
];
const BLOWS = [...DEATHS, "kill", "stop", "stopChild", "badStart"] as const;
/** Between two blows, in milliseconds. */
const PAUSE_MS = 50;
/** An ask may settle so much after its deadline, on a machine that is busy with something else, in milliseconds. */
const SLACK_MS = 3_000;
/** What the process may be larger after it than before, in bytes; a worker takes about 8 MB. */
const GROWTH_BYTES = 120e6;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A tree, those who send to it, and what is known of it all. */
class Chaos {
  /** How asks ended. */
  readonly ends: Record<string, number> = {};
  /** How often each blow was dealt. */
  readonly blows: Record<string, number> = {};
  readonly #random = seeded(SEED);
  readonly #sent: number[] = new Array(WORKERS).fill(0);
  readonly #refused: number[] = new Array(WORKERS).fill(0);
  readonly #tree: Supervisor;
  readonly #workers: readonly ActorRef<ChaosWorkerActor>[];
  readonly #open: Set<Promise<void>> = new Set();

  readonly #book: PairBook;

  constructor(
    tree: Supervisor,
    workers: readonly ActorRef<ChaosWorkerActor>[],
    book: PairBook,
  ) {
    this.#tree = tree;
    this.#workers = workers;
    this.#book = book;
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #branchOf(worker: number): Supervisor {
    return this.#tree.supervisor(`b${Math.floor(worker / PER_BRANCH)}`);
  }

  /** Asks and tells a few of the workers something. */
  load(): void {
    for (let i = this.#below(40); i > 0; i--) {
      const worker = this.#below(WORKERS);
      const n = ++this.#sent[worker]!;
      if (this.#random() < 0.5) {
        this.#workers[worker]!.with({ timeout: Infinity }).tell.take(0, n);
      } else this.#ask(worker, n, 50 + this.#below(2_000));
    }
  }

  #ask(worker: number, n: number, timeout: number): void {
    const start = performance.now();
    const settled = this.#workers[worker]!.with({ timeout }).ask.take(0, n)
      .then(
        (answer) => {
          assertEquals(answer, n);
          return "answered";
        },
        (error) => {
          if (error instanceof MailboxFullError) this.#refused[worker]!++;
          const known = [ActorCrashedError, AskTimeoutError, MailboxFullError];
          assert(known.some((each) => error instanceof each), error);
          return error.name as string;
        },
      ).then((end) => {
        this.ends[end] = (this.ends[end] ?? 0) + 1;
        const late = performance.now() - start - timeout;
        assert(late < SLACK_MS, `An ask settled ${late} ms too late`);
      });
    this.#open.add(settled);
    settled.then(() => this.#open.delete(settled), () => {});
  }

  /** Hurts somebody. */
  async strike(): Promise<void> {
    const blow = BLOWS[this.#below(BLOWS.length)]!;
    const worker = this.#below(WORKERS);
    this.blows[blow] = (this.blows[blow] ?? 0) + 1;
    const ref = this.#workers[worker]!;
    const branch = this.#branchOf(worker);
    const id = `w${worker}`;
    if (blow === "kill" || blow === "stop") await ref[blow]();
    else if (blow === "stopChild") await branch.stopChild(id);
    else {
      if (blow === "badStart") this.#book.failNextStart();
      const death = blow === "badStart" ? "throw" : blow;
      ref.with({ timeout: Infinity }).tell.die(death, 4 * HANG_MS);
      return;
    }
    await this.revive(worker);
  }

  /** Starts a child again that somebody stopped. */
  async revive(worker: number): Promise<void> {
    const branch = this.#branchOf(worker);
    const id = `w${worker}`;
    const state = () =>
      branch.children().find((child) => child.id === id)?.state;
    // A group restart may have brought it back, or be about to.
    if (state() === "stopped") await branch.restartChild(id).catch(() => {});
  }

  async #settleOne(worker: number): Promise<void> {
    const hasty = this.#workers[worker]!.with({ timeout: 2_000 });
    for (let tries = 0; tries < 30; tries++) {
      await this.revive(worker);
      const settled = await hasty.ask.settle().then(() => true, () => false);
      if (settled) return;
    }
    throw new Error(`Worker ${worker} did not come back`);
  }

  /** Waits until every message was dealt with; returns what was sent and not begun, and not refused either, by worker. */
  async settle(): Promise<number[]> {
    await Promise.all(this.#open);
    await Promise.all(this.#workers.keys().map((w) => this.#settleOne(w)));
    return this.#sent.map((sent, w) =>
      sent - this.#book.begun(0, w) - this.#refused[w]!
    );
  }
}

function branch(strategy: Strategy, b: number, plan: ChaosPlan): ChildSpec {
  return {
    id: `b${b}`,
    supervisor: {
      strategy,
      maxRestarts: 1e6,
      backoff: { minMs: 1, maxMs: 20 },
      children: Array.from({ length: PER_BRANCH }, (_, i) => {
        const worker = b * PER_BRANCH + i;
        return {
          id: `w${worker}`,
          actor: ChaosWorker,
          args: [plan, worker],
          shutdownMs: 500,
          options: { hangMs: HANG_MS, initTimeout: 20_000 },
        };
      }),
    },
  };
}

/** Opens everything, lets it run for so long, and sees that every book balances. */
async function runChaos(ms: number): Promise<Chaos> {
  await using system = new System({ deadLetterLines: 0 });
  const book = new PairBook(SENDERS, WORKERS);
  const plan = { words: book.words, senders: SENDERS, workers: WORKERS };
  await using tree = await supervise({
    children: STRATEGIES.map((strategy, b) => branch(strategy, b, plan)),
  }, system);
  const workers = Array.from(
    { length: WORKERS },
    (_, w) =>
      tree.supervisor(`b${Math.floor(w / PER_BRANCH)}`).ref(
        `w${w}`,
        ChaosWorker,
      ),
  );
  const senders = await Promise.all(
    [1, 2].map((number) => system.spawn(ChaosSender, [number])),
  );
  const chaos = new Chaos(tree, workers, book);
  const end = performance.now() + ms;
  while (performance.now() < end) {
    chaos.load();
    for (const sender of senders) sender.tell.tell(workers, 3);
    await chaos.strike();
    await pause(PAUSE_MS);
  }
  const none = new Array(WORKERS).fill(0);
  assertEquals(
    await chaos.settle(),
    none,
    `lost on the way from main; out of order or twice: ${book.disordered}; asks ${
      Deno.inspect(chaos.ends)
    }`,
  );
  for (const [i, sender] of senders.entries()) {
    const sent = await sender.with({ timeout: 60_000 }).ask.settle(workers);
    const lost = sent.map((count, w) => count - book.begun(1 + i, w));
    assertEquals(lost, none, `lost on the way from sender ${1 + i}`);
  }
  assertEquals(book.disordered, 0, "out of order, or twice");
  assertEquals(tree.state, "running");
  await tree.stop();
  for (const sender of senders) await sender.stop();
  assertEquals(system.tree(), []);
  return chaos;
}

Deno.test(`a tree of ${WORKERS} actors loses nothing unaccounted through ${SECONDS} s of chaos (S92, M1, M4, M15)`, async () => {
  try {
    await runChaos(0);
    await threadsGone();
    const before = Deno.memoryUsage().rss;
    const { ends, blows } = await runChaos(SECONDS * 1_000);
    await threadsGone();
    const grown = Deno.memoryUsage().rss - before;
    console.log(`CHAOS_SEED=${SEED}`, ends, blows, `${grown / 1e6 | 0} MB`);
    assert((ends.answered ?? 0) > 0, "nothing was answered");
    assert(grown < GROWTH_BYTES, `grown by ${grown} bytes`);
  } catch (cause) {
    throw new Error(`Replay with CHAOS_SEED=${SEED} CHAOS_S=${SECONDS}`, {
      cause,
    });
  }
});
