import { InvalidOptionError, UnknownHandleError } from "../errors.ts";
import { add, cas, load, peek, poke, store } from "../memory/cells.ts";
import { giveIdentity, HandleBook } from "../memory/identity.ts";
import type { Loss } from "../memory/portable.ts";
import { ownLife } from "../sync/lives.ts";
import { CHANNEL, CHANNEL_VERSION, END, type Side } from "./channel_layout.ts";
import { ring } from "./ring_word.ts";

const { CAPACITY, IDENTITY, LEFT_BY, RX, SLEEP, SLOTS, STRIDE, TURN, TX, WHY } =
  CHANNEL;
const { TRANSIT, WHO } = END;

/** Whether an end is held, or how it was given up. */
export type Fate = "open" | "closed" | "died";

/** The control blocks of this thread: both ends of a channel have the same one. */
const known: HandleBook<ChannelControl> = new HandleBook(IDENTITY);

/** Who has the two ends of a channel, and who of them sleeps. */
export class ChannelControl {
  /** The words; `channel_layout.ts` draws them. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** Messages that the channel holds. */
  readonly capacity: number;

  /** The control block in `words`. */
  private constructor(words: Int32Array<SharedArrayBuffer>) {
    this.words = words;
    this.capacity = peek(words, CAPACITY);
    known.note(words, this);
  }

  /**
   * Makes one; this thread has both ends.
   *
   * @param stride Bytes from one record of its ring to the next; 0 if it has none.
   * @param slots Records of its ring.
   */
  static make(capacity: number, stride = 0, slots = 0): ChannelControl {
    const words = new Int32Array(
      // Whole words, whatever the records take.
      new SharedArrayBuffer(4 * (SLOTS + Math.ceil(stride * slots / 4))),
    );
    const { who, lives } = ownLife();
    // Plain: nobody else can see the memory yet, and handing it over publishes it.
    poke(words, CHANNEL.VERSION, CHANNEL_VERSION);
    poke(words, CHANNEL.ROOT, lives.root);
    poke(words, CAPACITY, capacity);
    poke(words, STRIDE, stride);
    poke(words, TX, who);
    poke(words, RX, who);
    giveIdentity(words, IDENTITY);
    return new ChannelControl(words);
  }

  /**
   * The control block in a memory that arrived.
   *
   * @throws {InvalidOptionError} If it is none of this version.
   * @throws {UnknownHandleError} If it was made by a thread that knows nothing of this one.
   */
  static in(memory: unknown): ChannelControl {
    const words =
      memory instanceof SharedArrayBuffer && memory.byteLength >= SLOTS * 4
        ? new Int32Array(memory)
        : undefined;
    if (
      words === undefined || peek(words, CHANNEL.VERSION) !== CHANNEL_VERSION
    ) {
      throw new InvalidOptionError(
        `Cannot revive the end of a channel as its memory must be one of version ${CHANNEL_VERSION}: current value is ${
          String(memory)
        }`,
        { option: "memory", value: memory },
      );
    }
    const { root } = ownLife().lives;
    if (peek(words, CHANNEL.ROOT) !== root) {
      throw new UnknownHandleError(
        `Cannot revive the end of a channel as it was made by a thread of another root: current root is ${root}; start both from one main thread`,
        { kind: "channel" },
      );
    }
    return known.find(words) ?? new ChannelControl(words);
  }

  /** The words in a memory: those on which this thread waits, if it does. */
  static wordsIn(memory: SharedArrayBuffer): Int32Array<SharedArrayBuffer> {
    const words = new Int32Array(memory);
    return known.find(words)?.words ?? words;
  }

  /** Notes that an end is in a message. */
  sent(side: Side): void {
    const { who } = ownLife();
    cas(this.words, side, who, who | TRANSIT);
  }

  /**
   * Takes an end that is in a message of the thread `from`.
   *
   * @returns Whether it was there to be taken: only the first who asks has it.
   */
  claim(side: Side, from: number): boolean {
    const held = from | TRANSIT;
    if (cas(this.words, side, held, ownLife().who) !== held) return false;
    add(this.words, side + TURN, 1);
    return true;
  }

  /** An end that this thread sent is in no message any more. Returns whether nobody had received it. */
  takeBack(side: Side): boolean {
    const { who } = ownLife();
    return cas(this.words, side, who | TRANSIT, who) === (who | TRANSIT);
  }

  /** Whether an end that this thread sent has not been received by anybody. */
  unclaimed(side: Side): boolean {
    return load(this.words, side) === (ownLife().who | TRANSIT);
  }

  /** What becomes of an end that this thread sends, if its message is thrown away. */
  lossOf(side: Side): Loss {
    const from = ownLife().who | TRANSIT;
    return {
      memory: this.words.buffer,
      at: side,
      from,
      to: from | END.DIED,
      bell: otherSide(side) + SLEEP,
    };
  }

  /** Whether an end is known to have died. Costs a plain read. */
  died(side: Side): boolean {
    return (peek(this.words, side) & END.DIED) !== 0;
  }

  /** Whether an end is, or was last, in a message. */
  inTransit(side: Side): boolean {
    return (load(this.words, side) & TRANSIT) !== 0;
  }

  /** How often an end has been received. */
  turn(side: Side): number {
    return load(this.words, side + TURN);
  }

  /** Gives an end up; once it is, nothing changes that. */
  close(side: Side, how: number = END.CLOSED): void {
    for (;;) {
      const seen = load(this.words, side);
      if ((seen & (END.CLOSED | END.DIED)) !== 0) return;
      if (cas(this.words, side, seen, seen | how) === seen) return;
    }
  }

  /** Notes why an end is about to be closed: what this thread left in the depot. */
  explain(side: Side, parcel: number): void {
    store(this.words, side + LEFT_BY, ownLife().who);
    store(this.words, side + WHY, parcel);
  }

  /** Why an end was closed: the number of what is in the depot, 0 if nothing, and who left it. */
  why(side: Side): readonly [parcel: number, who: number] {
    return [load(this.words, side + WHY), load(this.words, side + LEFT_BY)];
  }

  /** What has become of an end; the death of who has it is found here. */
  fate(side: Side): Fate {
    const seen = load(this.words, side);
    if ((seen & END.CLOSED) !== 0) return "closed";
    if ((seen & END.DIED) !== 0) return "died";
    const { lives } = ownLife();
    const who = seen & WHO;
    if (lives.alive(who)) return "open";
    const crashed = lives.crashed(who);
    if ((seen & TRANSIT) !== 0 && !crashed) return "open";
    // If somebody has received it meanwhile, it is not this one that died.
    cas(this.words, side, seen, seen | (crashed ? END.DIED : END.CLOSED));
    return this.fate(side);
  }

  /** Wakes who waits at an end. Costs one load if nobody does. */
  ring(side: Side): void {
    ring(this.words, side + SLEEP);
  }
}

/** The other end. */
export function otherSide(side: Side): Side {
  return side === TX ? RX : TX;
}
