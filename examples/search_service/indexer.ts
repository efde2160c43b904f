import {
  actor,
  type ActorClass,
  type ActorRef,
  type Context,
  type MapRef,
} from "@troupe/actors";
import { breather } from "./breath.ts";
import { endBy, type Ending } from "./ending.ts";
import type { Batch, FileQueue } from "./file_queue.ts";
import { readText } from "./file_text.ts";
import type { FileResult, Lease, Puller } from "./lease_book.ts";
import { postingsOf, type PostingsPart } from "./postings.ts";
import type { SearchIndex } from "./search_index.ts";

/** Whom an indexer works with. */
export interface Desk {
  /** The indexer's child id: its leases are kept under it. */
  readonly id: string;
  readonly queue: ActorRef<FileQueue>;
  readonly shards: readonly ActorRef<SearchIndex>[];
  readonly settings: MapRef<string, number>;
}

/** How long an indexer waits before it asks an empty queue again, in milliseconds. */
const EMPTY_WAIT_MS = 20;
/** How long {@linkcode Indexer.fail} looks for work to die in, in milliseconds. */
const BORROW_MS = 500;
/** Deadline of asks, in milliseconds: generous, as all threads may share two cores. */
const ASK_MS = 30_000;

/**
 * The actor that reads files and sends their postings to the indexes. It keeps nothing that matters: a file is
 * acknowledged when its postings are in an index, and what is not acknowledged is handed out again.
 */
export class Indexer {
  readonly #desk: Desk;
  readonly #queue: ActorRef<FileQueue>;
  readonly #shards: readonly ActorRef<SearchIndex>[];
  #self!: ActorRef<Indexer>;
  #puller: Puller = { id: "", incarnation: 0 };
  #maxBytes = 0;
  #partPostings = 1;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#queue = desk.queue.with({ timeout: ASK_MS });
    this.#shards = desk.shards.map((shard) => shard.with({ timeout: ASK_MS }));
  }

  /** Reads the settings from the Manager and begins to pull. */
  async onStart(context: Context<Indexer>): Promise<void> {
    const { settings, id } = this.#desk;
    this.#self = context.self;
    this.#puller = { id, incarnation: context.incarnation };
    this.#maxBytes = await settings.get("maxBytes") ?? 0;
    this.#partPostings = await settings.get("partPostings") ?? 1;
    this.#self.tell.pull(context.incarnation);
  }

  /**
   * Pulls a batch, indexes it, and tells itself to pull again. A round is a message of its own, so that others get
   * their turn in between; rounds left in the mailbox by a dead incarnation are known by their number and dropped.
   */
  async pull(incarnation: number): Promise<void> {
    if (incarnation !== this.#puller.incarnation) return;
    const { leases, finished } = await this.#queue.ask.pull(this.#puller);
    if (finished) return;
    if (leases.length === 0) {
      setTimeout(() => this.#self.tell.pull(incarnation), EMPTY_WAIT_MS);
      return;
    }
    await this.#index(leases);
    this.#self.tell.pull(incarnation);
  }

  /** Dies as told, in the middle of a batch if there is one to be had: half its work sent, none of it acknowledged. */
  async fail(how: Ending): Promise<void> {
    const { leases } = await this.#borrow();
    for (const lease of leases.slice(0, Math.ceil(leases.length / 2))) {
      const read = await readText(lease.path, this.#maxBytes);
      if (read.kind !== "text") continue;
      const first = postingsOf(lease, read.text, this.#partPostings).next();
      if (!first.done) await this.#shardOf(lease).ask.add([first.value]);
    }
    await endBy(how);
  }

  async #borrow(): Promise<Batch> {
    const deadline = Date.now() + BORROW_MS;
    for (;;) {
      const batch = await this.#queue.ask.pull(this.#puller);
      if (batch.leases.length > 0 || batch.finished || Date.now() > deadline) {
        return batch;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #index(leases: readonly Lease[]): Promise<void> {
    const results: FileResult[] = [];
    const parcels = this.#shards.map(() => [] as PostingsPart[]);
    for (const lease of leases) {
      const { file, path } = lease;
      const read = await readText(path, this.#maxBytes);
      if (read.kind === "text") {
        const words = await this.#send(lease, read.text, parcels);
        results.push({ file, outcome: "indexed", words, bytes: read.bytes });
      } else {
        const reason = read.kind === "unreadable"
          ? { reason: read.reason }
          : {};
        results.push({
          file,
          outcome: read.kind,
          words: 0,
          bytes: 0,
          ...reason,
        });
      }
    }
    await Promise.all(parcels.map((parcel, at) => this.#post(at, parcel)));
    await this.#queue.ask.done(results);
  }

  /** Packs a file's parts into its shard's parcel and posts the parcel whenever it is full. */
  async #send(
    lease: Lease,
    text: string,
    parcels: PostingsPart[][],
  ): Promise<number> {
    const shard = lease.file % this.#shards.length;
    const parcel = parcels[shard]!;
    const parts = postingsOf(lease, text, this.#partPostings);
    const breathe = breather();
    for (;;) {
      await breathe();
      const next = parts.next();
      if (next.done) return next.value;
      parcel.push(next.value);
      const size = parcel.reduce((sum, part) => sum + part.lines.length, 0);
      if (size >= this.#partPostings) await this.#post(shard, parcel);
    }
  }

  async #post(shard: number, parcel: PostingsPart[]): Promise<void> {
    const parts = parcel.splice(0);
    if (parts.length > 0) await this.#shards[shard]!.ask.add(parts);
  }

  #shardOf(lease: Lease): ActorRef<SearchIndex> {
    return this.#shards[lease.file % this.#shards.length]!;
  }
}

/** The handle under which {@linkcode Indexer} is started on a thread of its own. */
export const IndexerActor: ActorClass<[desk: Desk], Indexer> = actor(
  import.meta,
  "Indexer",
  Indexer,
);
