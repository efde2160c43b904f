import { actor, type ActorClass } from "@troupe/actors";
import {
  type FileResult,
  type Lease,
  LeaseBook,
  type Progress,
  type Puller,
} from "./lease_book.ts";
import {
  countOf,
  NOTHING,
  type RunBook,
  type Statistics,
  sum,
  writeRun,
} from "./statistics.ts";

/** What a pull brings: files to read, or none for now, or none ever again. */
export interface Batch {
  readonly leases: readonly Lease[];
  readonly finished: boolean;
}

/**
 * The actor that shares the files out. Indexers pull from it, so a slow one takes little and a dead one nothing;
 * whatever it held goes to the next who pulls. What the run has counted, which is accepted results only, is kept in the
 * Manager before whoever sent them is answered.
 */
export class FileQueue {
  readonly #book = new LeaseBook();
  readonly #runs: RunBook;
  readonly #run: string;
  readonly #batchFiles: number;
  #counted: Statistics = NOTHING;

  constructor(runs: RunBook, run: string, batchFiles: number) {
    this.#runs = runs;
    this.#run = run;
    this.#batchFiles = batchFiles;
  }

  /** Adds files to be indexed. */
  offer(paths: readonly string[]): void {
    this.#book.offer(paths);
  }

  /** Says that no more files will come. */
  seal(): void {
    this.#book.seal();
  }

  /** Hands out the next files. */
  pull(puller: Puller): Batch {
    const leases = this.#book.pull(puller, this.#batchFiles);
    return { leases, finished: this.#book.progress().finished };
  }

  /** Takes results back; each file counts once, whoever sends it how often. */
  async done(results: readonly FileResult[]): Promise<void> {
    const counts = this.#book.accept(results).map(countOf);
    this.#counted = sum([this.#counted, ...counts]);
    await writeRun(this.#runs, this.#run, this.#counted);
  }

  /** Takes back what the indexer `id` holds. */
  release(id: string): number {
    return this.#book.release(id);
  }

  /** Where the work stands. */
  progress(): Progress {
    return this.#book.progress();
  }

  /** A page of results, in the order of the files. */
  results(from: number, count: number): FileResult[] {
    return this.#book.results(from, count);
  }
}

/** The handle under which {@linkcode FileQueue} is started on a thread of its own. */
export const FileQueueActor: ActorClass<
  [runs: RunBook, run: string, batchFiles: number],
  FileQueue
> = actor(import.meta, "FileQueue", FileQueue);
