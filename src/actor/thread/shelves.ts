/**
 * What the actor of a thread put aside: the urgent messages, and the others. An urgent one stays urgent.
 *
 * @module
 */
import type { Mailbox } from "../../channel/mailbox.ts";
import type { LaneReader } from "../../memory/lane.ts";
import { PUT_ASIDE, stashRefusal } from "../stash.ts";
import { stashFull } from "../stash_full_error.ts";
import { Shelf } from "./shelf.ts";

/** The memory of what an incarnation left aside. */
export interface ShelfMemory {
  /** Of the urgent messages. */
  readonly urgent: SharedArrayBuffer | undefined;
  /** Of the others. */
  readonly plain: SharedArrayBuffer | undefined;
}

/** What one incarnation puts aside. */
export class Shelves {
  /** The lane of the message that is handled, if it is handled alone. */
  inHand: LaneReader | undefined;
  /** Whether that message was put aside. */
  aside = false;
  /** Reads the shelf that has the message in hand, as has the lane that it came by: its shelf says so to the nursery. */
  #twice: LaneReader | undefined;
  readonly #mailbox: Mailbox;
  readonly #urgent: Shelf;
  readonly #plain: Shelf;
  /** Shelves that the nursery does not know yet. */
  #unknown = 0;
  #known: (() => void)[] = [];

  /**
   * The shelves of incarnation `epoch` at `endpoint`, beside `mailbox`.
   *
   * @param left What the incarnation before left there.
   * @param announce Called with memory that the nursery is to know; then {@link known} is owed.
   */
  constructor(
    mailbox: Mailbox,
    endpoint: number,
    epoch: number,
    /** Messages that may be put aside. */
    readonly capacity: number,
    left: ShelfMemory | undefined,
    announce: (memory: SharedArrayBuffer, urgent: boolean) => void,
  ) {
    this.#mailbox = mailbox;
    const shelf = (urgent: boolean): Shelf =>
      new Shelf(
        endpoint,
        epoch,
        capacity,
        urgent ? left?.urgent : left?.plain,
        (memory) => {
          this.#unknown++;
          announce(memory, urgent);
        },
      );
    this.#urgent = shelf(true);
    this.#plain = shelf(false);
  }

  /** Whether there was anything aside. */
  get used(): boolean {
    return this.#plain.reader !== undefined ||
      this.#urgent.reader !== undefined;
  }

  get #size(): number {
    return this.#urgent.size + this.#plain.size;
  }

  /** See `Stashing.stashed`. */
  get stashed(): number {
    const { inHand } = this;
    const isInHand = inHand !== undefined &&
      this.#shelfOf(inHand) !== undefined;
    return this.#size - (isInHand ? 1 : 0);
  }

  /** Whether one is to have its turn. */
  get due(): boolean {
    return this.#urgent.due || this.#plain.due;
  }

  /** Makes the shelves before anything is skipped, also that of urgent messages if the mailbox takes them. */
  prepare(urgent: boolean): void {
    this.#plain.prepare();
    if (urgent) this.#urgent.prepare();
  }

  /** Whether all that is put aside outlives this thread. */
  get isKept(): boolean {
    return this.#unknown === 0;
  }

  /** Calls `then` when what was put aside outlives this thread, at once if it does already. */
  kept(then: () => void): void {
    if (this.isKept) then();
    else this.#known.push(then);
  }

  /** The nursery knows a shelf. */
  known(): void {
    if (--this.#unknown > 0) return;
    const known = this.#known;
    this.#known = [];
    for (const then of known) then();
  }

  /** Why no message more may be skipped, if none may; those that are aside already may. */
  get full(): "count" | "bytes" | undefined {
    return this.due ? undefined : this.#full;
  }

  get #full(): "count" | "bytes" | undefined {
    if (this.#size > this.capacity) return "count";
    return this.#urgent.roomy && this.#plain.roomy ? undefined : "bytes";
  }

  /** Puts the record that `lane` has in flight behind all others of its kind, until {@link recall}; it must not be {@link full}. */
  skip(lane: LaneReader): void {
    const shelf = this.#kindOf(lane);
    shelf.skip(lane);
    this.#isTwice(lane, shelf);
  }

  /** What was skipped has its turn from the next {@link takeBeside} on, in its order, before any other of its kind. */
  recall(): void {
    this.#urgent.recall();
    this.#plain.recall();
  }

  /** See `Stashing.stash()`: puts the message of the actor aside that is in hand. */
  stash(actor: string, concurrency: number): never {
    const lane = this.inHand;
    const refusal = stashRefusal(actor, concurrency, lane !== undefined);
    if (refusal !== undefined) throw refusal;
    if (this.aside) throw PUT_ASIDE;
    const { capacity } = this;
    if (this.#shelfOf(lane!) === undefined && this.#size >= capacity) {
      throw stashFull(actor, capacity, "count");
    }
    const shelf = this.#kindOf(lane!);
    if (!shelf.put(lane!, false)) throw stashFull(actor, capacity, "bytes");
    this.aside = true;
    this.#isTwice(lane!, shelf);
    throw PUT_ASIDE;
  }

  /** The handler of a message that was put aside has ended. Calls `then` when it may leave its lane; see {@link kept}. */
  leave(then: () => void): void {
    this.aside = false;
    this.inHand = undefined;
    this.kept(then);
  }

  #isTwice(lane: LaneReader, { reader }: Shelf): void {
    if (reader === lane) return;
    this.#twice = reader;
    reader!.entrust();
  }

  /** The message that was put aside has left the lane that it came by. */
  left(): void {
    this.#twice?.settle();
    this.#twice = undefined;
  }

  /** See `Stashing.unstash()`: lets all that are aside have their turn from the next {@link takeBeside} on. */
  release(): number {
    this.#urgent.release();
    this.#plain.release();
    return this.stashed;
  }

  /**
   * Finishes the message of `handled`, and takes the next: an urgent one, one that is aside and has its turn, or another.
   *
   * @param skips Whether it may be skipped. If no more may be, what is aside comes before the mail.
   */
  takeBeside(
    handled: LaneReader | undefined,
    skips: boolean,
  ): LaneReader | "fenced" | undefined {
    const mailbox = this.#mailbox;
    if (handled !== undefined && !mailbox.finish(handled)) return "fenced";
    this.left();
    const urgent = this.#urgent.take();
    if (urgent !== undefined) return urgent;
    if (skips && this.#plain.due && this.#full !== undefined) {
      return this.#plain.take();
    }
    return mailbox.takeUrgent() ?? this.#plain.take() ?? mailbox.takeMail();
  }

  /** The shelf that `lane` reads. */
  #shelfOf(lane: LaneReader): Shelf | undefined {
    return [this.#urgent, this.#plain].find(({ reader }) => reader === lane);
  }

  /** The shelf for the record that `lane` has in flight. */
  #kindOf(lane: LaneReader): Shelf {
    return this.#shelfOf(lane) ??
      (this.#mailbox.isUrgent(lane) ? this.#urgent : this.#plain);
  }
}
