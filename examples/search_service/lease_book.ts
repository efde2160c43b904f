/** A file handed out: which, where, and the number under which its result is to come back. */
export interface Lease {
  readonly file: number;
  readonly path: string;
  readonly lease: number;
}

/** Who pulls: the supervisor's child id and the incarnation of that child. */
export interface Puller {
  readonly id: string;
  readonly incarnation: number;
}

/** What became of a file. */
export interface FileResult {
  readonly file: number;
  readonly outcome: "indexed" | "binary" | "tooLarge" | "unreadable";
  /** Words with repetitions; 0 unless indexed. */
  readonly words: number;
  /** Bytes read; 0 unless indexed. */
  readonly bytes: number;
  readonly reason?: string;
}

/** Where the work stands. */
export interface Progress {
  readonly offered: number;
  readonly done: number;
  /** How many leases were taken back from pullers that died holding them. */
  readonly takenBack: number;
  /** No more files will be offered and every one has a result. */
  readonly finished: boolean;
}

/**
 * Who works on which file. Pure bookkeeping, so that the promise can be tested without a thread:
 * every file offered gets exactly one accepted result, whoever dies in between.
 *
 * - A puller holds at most one batch: its next pull hands back what it did not finish. As a restarted puller keeps
 *   its id, the first pull after a death is what brings the dead one's files back.
 * - A pull from an incarnation older than one seen before gets nothing: it is a ghost.
 * - The first result of a file is accepted, every later one is refused.
 */
export class LeaseBook {
  readonly #paths: string[] = [];
  readonly #waiting: number[] = [];
  readonly #held = new Map<string, Set<number>>();
  readonly #incarnations = new Map<string, number>();
  readonly #results = new Map<number, FileResult>();
  #next = 0;
  #lease = 0;
  #takenBack = 0;
  #sealed = false;

  /** Adds files; their numbers go on where the last ones ended, from 0. */
  offer(paths: readonly string[]): void {
    for (const path of paths) this.#paths.push(path);
  }

  /** Says that no more files will be offered. */
  seal(): void {
    this.#sealed = true;
  }

  /** Takes back what `puller` holds and hands it at most `limit` files: fewer when little is left, so that all end together. */
  pull(puller: Puller, limit: number): Lease[] {
    const known = this.#incarnations.get(puller.id) ?? -Infinity;
    if (puller.incarnation < known) return [];
    this.#incarnations.set(puller.id, puller.incarnation);
    this.release(puller.id);
    const left = this.#waiting.length + this.#paths.length - this.#next;
    const share = Math.ceil(left / (2 * this.#incarnations.size));
    const batch: Lease[] = [];
    const held = new Set<number>();
    while (batch.length < Math.min(limit, share)) {
      const file = this.#waiting.shift() ?? this.#next++;
      held.add(file);
      batch.push({ file, path: this.#paths[file]!, lease: this.#lease++ });
    }
    this.#held.set(puller.id, held);
    return batch;
  }

  /** Takes back whatever the puller `id` holds, and returns how many files that were. */
  release(id: string): number {
    const held = this.#held.get(id);
    if (held === undefined) return 0;
    this.#held.delete(id);
    this.#waiting.push(...held);
    this.#takenBack += held.size;
    return held.size;
  }

  /** Writes results down and returns those that were the first of their file. */
  accept(results: readonly FileResult[]): FileResult[] {
    const accepted: FileResult[] = [];
    for (const result of results) {
      if (
        this.#results.has(result.file) || this.#paths[result.file] === undefined
      ) continue;
      this.#results.set(result.file, result);
      accepted.push(result);
      for (const held of this.#held.values()) held.delete(result.file);
      const again = this.#waiting.indexOf(result.file);
      if (again >= 0) this.#waiting.splice(again, 1);
    }
    return accepted;
  }

  /** Where the work stands now. */
  progress(): Progress {
    const offered = this.#paths.length;
    const done = this.#results.size;
    return {
      offered,
      done,
      takenBack: this.#takenBack,
      finished: this.#sealed && done === offered,
    };
  }

  /** The results of files `from` and on, at most `count`, in the order of the files. */
  results(from: number, count: number): FileResult[] {
    const page: FileResult[] = [];
    for (
      let file = from;
      file < Math.min(from + count, this.#paths.length);
      file++
    ) {
      const result = this.#results.get(file);
      if (result !== undefined) page.push(result);
    }
    return page;
  }
}
