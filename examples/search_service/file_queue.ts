import { actor, type ActorClass, type MapRef } from "@troupe/actors";
import {
  type FileResult,
  type Lease,
  LeaseBook,
  type Progress,
  type Puller,
} from "./lease_book.ts";

/** What a pull brings: files to read, or none for now, or none ever again. */
export interface Batch {
  readonly leases: readonly Lease[];
  readonly finished: boolean;
}

/**
 * The actor that shares the files out. Indexers pull from it, so a slow one takes little and a dead one nothing;
 * whatever it held goes to the next who pulls. The statistics in the Manager grow by accepted results only.
 */
export class FileQueue {
  readonly #book = new LeaseBook();
  readonly #statistics: MapRef<string, number>;
  readonly #batchFiles: number;

  constructor(statistics: MapRef<string, number>, batchFiles: number) {
    this.#statistics = statistics;
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
    const accepted = this.#book.accept(results);
    const indexed = accepted.filter((result) => result.outcome === "indexed");
    const amounts: Record<string, number> = {
      files: indexed.length,
      skipped: accepted.length - indexed.length,
      words: indexed.reduce((sum, result) => sum + result.words, 0),
      bytes: indexed.reduce((sum, result) => sum + result.bytes, 0),
    };
    await Promise.all(
      Object.entries(amounts).map(([key, add]) =>
        this.#statistics.update(key, { add, init: 0 })
      ),
    );
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
  [statistics: MapRef<string, number>, batchFiles: number],
  FileQueue
> = actor(import.meta, "FileQueue", FileQueue);
