import { actor, type ActorClass } from "@troupe/actors";
import { type Answer, type FileSum, PostingIndex } from "./posting_index.ts";
import type { PostingsPart } from "./postings.ts";

/** The actor that keeps the postings of its share of the files. It outlives the indexers: no death of theirs costs a posting. */
export class SearchIndex {
  readonly #index = new PostingIndex();
  #sums: FileSum[] = [];

  /** Takes parts of files, those of one file in order. */
  add(parts: readonly PostingsPart[]): void {
    for (const part of parts) this.#index.add(part);
  }

  /** Finds the best lines of the files that hold all of `wanted`. */
  search(wanted: readonly string[], limit: number): Answer {
    return this.#index.search(wanted, limit);
  }

  /** The words of at least four letters that stand on the most lines. */
  commonWords(count: number): { word: string; lines: number }[] {
    return this.#index.commonWords(count);
  }

  /** A page of what the index holds of each file; page 0 sums up anew. */
  sums(from: number, count: number): FileSum[] {
    if (from === 0) this.#sums = this.#index.sums();
    return this.#sums.slice(from, from + count);
  }
}

/** The handle under which {@linkcode SearchIndex} is started on a thread of its own. */
export const SearchIndexActor: ActorClass<[], SearchIndex> = actor(
  import.meta,
  "SearchIndex",
  SearchIndex,
);
