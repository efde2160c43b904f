import { heldBack, isSealed, sealLane } from "../../memory/lane.ts";
import type { Chick } from "./chick.ts";
import {
  type Address,
  type LaneInfo,
  methodHash,
  type Parcel,
  type ToNursery,
} from "../mail/protocol.ts";
import type { ShelfMemory } from "../thread/shelves.ts";
import type { Party } from "./ties.ts";

/** What it takes to start an incarnation. */
export type Start = Extract<ToNursery, { type: "start" }>;

/** A lane that leads to a seat. */
export interface Link {
  /** Who writes it. */
  readonly from: number;
  readonly lane: LaneInfo;
  /** How many of its records had been begun when the last incarnation ended. */
  begun: number;
  /** 1 if the next one had been begun too, and waits to be begun again; else 0. */
  kept: number;
  /** How many had been begun or dropped. */
  dropped: number;
  /** The message that was delivered again: how many came before it, and how often. */
  retried?: { readonly at: number; times: number } | undefined;
}

/** The messages of one kind that were put aside. */
export interface KeptShelf {
  /** Where they are, if there are any. */
  memory: SharedArrayBuffer | undefined;
  /** How often the first of them was delivered again. */
  retried: number;
}

/** An ask that was put aside. */
export interface Aside {
  /** Who asked. */
  readonly from: number;
  /** Its number in the book of who asked. */
  readonly ask: number;
  /** Whether it was begun, and is to be begun again. */
  readonly begun: boolean;
}

/**
 * Ends those of `links` that `from` writes.
 *
 * @returns How many messages ended with their writer, which waited for room there; `undefined` if there is no such link.
 */
export function sealLinksOf(
  links: readonly Link[],
  from: number,
): number | undefined {
  let held: number | undefined;
  for (const { from: writer, lane: { memory } } of links) {
    if (writer !== from) continue;
    held ??= 0;
    // Those of incarnations before were counted when they ended.
    if (isSealed(memory)) continue;
    sealLane(memory);
    held += heldBack(memory);
  }
  return held;
}

/** Who wrote one of `links` and has ended: nothing of theirs is on its way any more. */
export function silentIn(links: readonly Link[]): Set<number> {
  const sealed = links.filter(({ lane }) => isSealed(lane.memory));
  return new Set(sealed.map(({ from }) => from));
}

/**
 * One endpoint as the nursery sees it.
 *
 *   empty    → starting          start: waits for a worker, which then loads the actor
 *   starting → running           started: constructor and onStart are done
 *   starting, running → empty    ended: thrown, closed, exited, hung, killed, stopped
 *   empty    → (deleted)         retire: the row is freed, peers and watchers are told
 */
export class Seat {
  /** Where its incarnation is in its life. */
  state: "empty" | "starting" | "running" = "empty";
  /** The worker it runs on, once it has one. */
  chick: Chick | undefined;
  /** Takes back the wish for a worker. */
  cancelTake: () => void = () => {};
  /** The incarnation that may act. */
  epoch = 0;
  /** Whether somebody but its owner asked it to stop. */
  asked = false;
  /** Whether it was asked to stop. */
  stopping = false;
  /** Whether it was the actor itself that asked. */
  leaving = false;
  /** How it was started last. */
  start: Start | undefined;
  /** The names of the methods of its actor, once it is up. */
  methods: readonly string[] = [];
  /** The deadline of its start, or of its stop. */
  timer: ReturnType<typeof setTimeout> | undefined;
  /** The lanes that lead to it. */
  readonly links: Link[] = [];
  /** Who is linked with it, and since when; see ties.ts. */
  readonly partners: Map<Party, number> = new Map();
  /** Whether it is told of the ends of its partners, instead of ending. */
  traps = false;
  /** Who wants to know of its final end. */
  readonly watchers: Set<number> = new Set();
  /** Who wants to know of the end of this incarnation. */
  readonly stoppers: Set<number> = new Set();
  /** The messages that its incarnation put aside, or that the next is to have; see shelves.ts. */
  readonly shelves: Readonly<Record<keyof ShelfMemory, KeptShelf>> = {
    urgent: { memory: undefined, retried: 0 },
    plain: { memory: undefined, retried: 0 },
  };
  /** The asks that were put aside when the last incarnation ended; `begun` if it comes again. */
  aside: readonly Aside[] = [];
  /** Parcels that it may have to get again. */
  readonly parcels: Map<number, Parcel> = new Map();

  /** A seat at `address`, owned by the endpoint `owner`. */
  constructor(readonly address: Address, readonly owner: number) {}

  /** Its incarnation has ended, or is not wanted any more. */
  vacate(): void {
    clearTimeout(this.timer);
    this.cancelTake();
    this.chick = undefined;
    this.state = "empty";
  }

  /** Whether others than its owner, who says so by itself, hear of an end; see unheard_end.ts. */
  get heard(): boolean {
    const others = this.watchers.size - (this.watchers.has(this.owner) ? 1 : 0);
    return this.asked || others + this.stoppers.size + this.partners.size > 0;
  }

  /** Who is to be told of the end of this incarnation, each once. */
  takeStoppers(): readonly number[] {
    const stoppers = [...this.stoppers];
    this.stoppers.clear();
    return stoppers;
  }

  /** What the next incarnation finds aside. */
  get shelfMemory(): ShelfMemory {
    const { urgent, plain } = this.shelves;
    return { urgent: urgent.memory, plain: plain.memory };
  }

  /** Its incarnation puts messages aside in `memory`. */
  shelve(
    { memory, urgent }: { memory: SharedArrayBuffer; urgent: boolean },
  ): void {
    this.shelves[urgent ? "urgent" : "plain"].memory = memory;
    this.chick?.post({ type: "shelved" });
  }

  /** Hands a parcel to its worker. What can only be moved goes with that for good: a successor is told that it is lost. */
  give(parcel: Parcel): void {
    this.chick?.post(parcel, [...parcel.transfer]);
    if (parcel.transfer.length === 0) return;
    const empty = { spill: undefined, attachments: undefined, transfer: [] };
    this.parcels.set(parcel.id, { ...parcel, ...empty, lost: true });
  }

  /** The name of a method, by its name on the wire. */
  methodOf(hash: number): string {
    return this.methods.find((name) => methodHash(name) === hash) ?? "unknown";
  }

  /** The name of its actor. */
  get name(): string {
    return this.start?.become.name ?? "";
  }
}
