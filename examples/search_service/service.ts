import {
  ActorCrashedError,
  type ActorRef,
  AskTimeoutError,
  type ChildSpec,
  Manager,
  supervise,
  type Supervisor,
  type System,
} from "@troupe/actors";
import { type Ending, endThread } from "./ending.ts";
import { type FileQueue, FileQueueActor } from "./file_queue.ts";
import { IndexerActor } from "./indexer.ts";
import type { FileResult, Progress } from "./lease_book.ts";
import { EndBook, type Member, membersOf } from "./member.ts";
import { type Answer, type FileSum, joinAnswers } from "./posting_index.ts";
import { type SearchIndex, SearchIndexActor } from "./search_index.ts";
import {
  NOTHING,
  type RunBook,
  type Statistics,
  type Totals,
  totalsOf,
  writeRun,
} from "./statistics.ts";

/** How a service is made. */
export interface ServiceOptions {
  /** Indexer threads. */
  readonly indexers: number;
  /** Files larger than this many bytes are skipped. */
  readonly maxBytes: number;
  /** Where the Manager keeps the statistics of this run and those before. */
  readonly stateFile: string;
}

const SHARDS = 2;
const BATCH_FILES = 32;
const PART_POSTINGS = 4096;
/** An indexer that gives no sign of life for this long is taken for hung, in milliseconds. */
const HANG_MS = 500;
/** Deadline of asks and starts, in milliseconds: generous, as all threads may share two cores. */
const ASK_MS = 30_000;
const PAGE = 500;

/**
 * The search service: a queue of files, two indexes that keep postings, indexers under a supervisor, and a Manager for
 * statistics and settings. Indexers may die at any moment, and so may the Manager, which keeps what it holds on disk; the
 * rest is not made to.
 * Whoever starts it stops it; the system it runs on is the caller's.
 */
export class SearchService implements AsyncDisposable {
  readonly #system: System;
  readonly #manager: Manager;
  readonly #runs: RunBook;
  /** The name of this run. */
  readonly #run: string;
  readonly #queue: ActorRef<FileQueue>;
  readonly #shards: readonly ActorRef<SearchIndex>[];
  readonly #supervisor: Supervisor;
  readonly #ends: EndBook;
  #kills = 0;

  private constructor(parts: {
    system: System;
    manager: Manager;
    runs: RunBook;
    run: string;
    queue: ActorRef<FileQueue>;
    shards: readonly ActorRef<SearchIndex>[];
    supervisor: Supervisor;
  }) {
    this.#system = parts.system;
    this.#manager = parts.manager;
    this.#runs = parts.runs;
    this.#run = parts.run;
    this.#queue = parts.queue.with({ timeout: ASK_MS });
    this.#shards = parts.shards.map((shard) => shard.with({ timeout: ASK_MS }));
    this.#supervisor = parts.supervisor;
    this.#ends = new EndBook(parts.supervisor);
  }

  /** Starts every actor; resolves when all are up and the indexers wait for files. */
  static async start(
    system: System,
    options: ServiceOptions,
  ): Promise<SearchService> {
    const manager = await Manager.start({ system, file: options.stateFile });
    const runs = runsIn(manager);
    const run = crypto.randomUUID();
    await writeRun(runs, run, NOTHING);
    const settings = manager.map<string, number>("settings");
    await settings.set("maxBytes", options.maxBytes);
    await settings.set("partPostings", PART_POSTINGS);
    const queue = await system.spawn(
      FileQueueActor,
      [runs, run, BATCH_FILES],
      { name: "file-queue", initTimeout: ASK_MS },
    );
    const shards: ActorRef<SearchIndex>[] = [];
    for (let i = 1; i <= SHARDS; i++) {
      shards.push(
        await system.spawn(SearchIndexActor, [], {
          name: `search-index-${i}`,
          initTimeout: ASK_MS,
        }),
      );
    }
    const children = Array.from(
      { length: options.indexers },
      (_, i): ChildSpec => {
        const id = `indexer-${i + 1}`;
        const desk = { id, queue, shards, settings };
        return {
          id,
          actor: IndexerActor,
          args: [desk],
          // Two at a time, so that an order to die is heard in the middle of a batch.
          options: { hangMs: HANG_MS, concurrency: 2, initTimeout: ASK_MS },
        };
      },
    );
    const supervisor = await supervise({
      strategy: "oneForOne",
      maxRestarts: 100,
      withinMs: 10_000,
      backoff: { minMs: 10, maxMs: 200 },
      children,
    }, system);
    return new SearchService({
      system,
      manager,
      runs,
      run,
      queue,
      shards,
      supervisor,
    });
  }

  /** The child ids of the indexers. */
  get indexers(): readonly string[] {
    return this.#supervisor.children().map((child) => child.id);
  }

  /** How often {@linkcode SearchService.fail} was called. */
  get kills(): number {
    return this.#kills;
  }

  /** How often the supervisor has brought an indexer back. */
  get restarts(): number {
    return this.#supervisor.children().reduce(
      (sum, child) => sum + child.restarts,
      0,
    );
  }

  /** Threads that loop for ever and that nothing but the end of the program stops. */
  get zombies(): number {
    return this.#system.zombies;
  }

  /** Adds files to be indexed. */
  async offer(paths: readonly string[]): Promise<void> {
    for (let i = 0; i < paths.length; i += PAGE) {
      await this.#queue.ask.offer(paths.slice(i, i + PAGE));
    }
  }

  /** Says that no more files will come. */
  async seal(): Promise<void> {
    await this.#queue.ask.seal();
  }

  /** Where the indexing stands. */
  async progress(): Promise<Progress> {
    return await this.#queue.ask.progress();
  }

  /** Finds the best lines of the files that hold all of `words`. */
  async search(words: readonly string[], limit: number): Promise<Answer> {
    const answers = await Promise.all(
      this.#shards.map((shard) => shard.ask.search(words, limit)),
    );
    return joinAnswers(answers, limit);
  }

  /** The words that stand on the most lines: something to ask of a folder nobody knows. */
  async commonWords(count: number): Promise<string[]> {
    const lists = await Promise.all(
      this.#shards.map((shard) => shard.ask.commonWords(count * 4)),
    );
    const sums = new Map<string, number>();
    for (const { word, lines } of lists.flat()) {
      sums.set(word, (sums.get(word) ?? 0) + lines);
    }
    return [...sums].sort((a, b) => b[1] - a[1]).slice(0, count).map(([word]) =>
      word
    );
  }

  /** The statistics of this run, from the Manager. */
  async statistics(): Promise<Statistics> {
    return await this.#runs.get(this.#run) ?? NOTHING;
  }

  /** What all runs have counted, this one too, from the Manager. */
  async totals(): Promise<Totals> {
    return await totalsOf(this.#runs);
  }

  /** Every result, by file. */
  async results(): Promise<Map<number, FileResult>> {
    const { offered } = await this.progress();
    const found = new Map<number, FileResult>();
    for (let from = 0; from < offered; from += PAGE) {
      for (const result of await this.#queue.ask.results(from, PAGE)) {
        found.set(result.file, result);
      }
    }
    return found;
  }

  /** What the indexes hold, by file. */
  async sums(): Promise<Map<number, FileSum>> {
    const found = new Map<number, FileSum>();
    for (const shard of this.#shards) {
      for (let from = 0;; from += PAGE) {
        const page = await shard.ask.sums(from, PAGE);
        for (const sum of page) found.set(sum.file, sum);
        if (page.length < PAGE) break;
      }
    }
    return found;
  }

  /** Makes the indexer `id` die as told. Returns false when there is none of that id. */
  fail(id: string, how: Ending): boolean {
    if (!this.indexers.includes(id)) return false;
    this.#kills++;
    this.#supervisor.ref(id, IndexerActor).tell.fail(how);
    return true;
  }

  /** Ends the thread of the Manager in the middle of a write; resolves when another one answers, with the milliseconds until then. */
  async failManager(): Promise<number> {
    const startedAt = performance.now();
    const victims = this.#manager.map<string, unknown>("victims");
    for (let lives = true; lives;) {
      try {
        await victims.reduce("any", endThread, []);
      } catch (error) {
        lives = error instanceof AskTimeoutError;
        if (!lives && !(error instanceof ActorCrashedError)) throw error;
      }
    }
    await this.#runs.size();
    return performance.now() - startedAt;
  }

  /** Resolves when the indexer `id` has been brought back the next time, with why it had to be. */
  comeback(id: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const listening = this.#supervisor.onEvent((event) => {
      if (event.type !== "restarted" || event.id !== id) return;
      listening[Symbol.dispose]();
      resolve(this.#ends.of(id).at(-1) ?? "unknown");
    });
    return promise;
  }

  /** Every actor of the service with what its supervisor knows of it. */
  tree(): Member[] {
    return membersOf(this.#system, this.#supervisor, this.#ends);
  }

  /** Stops the indexers, then what they work with. */
  async stop(): Promise<void> {
    await this.#supervisor.stop();
    await Promise.all([
      this.#queue.stop(),
      ...this.#shards.map((shard) => shard.stop()),
    ]);
    await this.#manager.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** What all runs have counted, as the file of a service that has stopped has it. */
export async function totalsOnDisk(
  system: System,
  stateFile: string,
): Promise<Totals> {
  await using manager = await Manager.start({ system, file: stateFile });
  return await totalsOf(runsIn(manager));
}

function runsIn(manager: Manager): RunBook {
  return manager.map<string, Statistics>("runs");
}
