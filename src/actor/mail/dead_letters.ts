/**
 * The dead letters of a system: counted, shown to who subscribes, and logged now and then.
 *
 * @module
 */
import type {
  DeadLetter,
  DeadLetterBundle,
  DeadLetterReason,
  LostMessage,
} from "./dead_letter.ts";
import { methodNamed } from "./method_names.ts";

/**
 * The messages of a system that reached nobody.
 *
 * - **Whose sender hears nothing:** a tell to an actor that has ended, one that found no room, one of an unknown method,
 *   and a reply that came too late. What an actor leaves in its mailbox at its final end is here too; the asks among it
 *   reject besides. An ask that is refused at once is none: its sender knows.
 * - **A subscription:** `for await (const letter of system.deadLetters)` yields those from then on, until the system is
 *   closed. One that falls behind by more than 1,024 letters misses the oldest.
 * - **Counted exactly:** of more than 256 that one thread loses in one turn of its event loop the rest is only counted.
 * - **Logged with bounds:** the first 10 are lines on stderr, then none for 5 minutes, then how many there were; see
 *   `SystemOptions.deadLetterLines`.
 *
 * @example Hear of a message to an actor that has stopped
 * ```ts
 * import { System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System({ deadLetterLines: 0 });
 * const vault = await system.spawn(VaultActor, [], { name: "vault" });
 * await vault.stop();
 *
 * const letters = system.deadLetters[Symbol.asyncIterator]();
 * vault.tell.push("list", [1]);
 * const { value } = await letters.next();
 * assertEquals([value.receiver.name, value.method, value.why], [
 *   "vault",
 *   "push",
 *   "stopped",
 * ]);
 * assertEquals(system.deadLetters.count, 1);
 * ```
 */
export interface DeadLetters extends AsyncIterable<DeadLetter> {
  /** How many there have been. */
  readonly count: number;
  /**
   * How many there have been for one reason.
   *
   * @param why The reason.
   */
  countOf(why: DeadLetterReason): number;
  /** Subscribes: yields the letters that come from now on, until the system is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<DeadLetter>;
}

/** How long the log pauses when its lines are used up, in milliseconds. */
export const LOG_PAUSE_MS = 300_000;
/** Letters that wait for a subscriber. */
const BACKLOG = 1_024;

/** What the office needs of the outside. */
export interface DeadLetterLog {
  /** Lines before the log pauses; 0 for no log at all. */
  readonly lines: number;
  /** Writes a line. */
  write(line: string): void;
  /** The time, in milliseconds that never go back. */
  now(): number;
  /** The name of the actor at an address, if it is known here. */
  nameOf?(id: number): string | undefined;
}

/** The one implementation of {@link DeadLetters}. */
export class DeadLetterOffice implements DeadLetters {
  readonly #log: DeadLetterLog;
  readonly #counts: Map<DeadLetterReason, number> = new Map();
  readonly #subscriptions: Set<Subscription> = new Set();
  #count = 0;
  #linesLeft: number;
  #silentSince = -Infinity;
  #unlogged = 0;
  #closed = false;

  /** An office that logs to `log`. */
  constructor(log: DeadLetterLog) {
    this.#log = log;
    this.#linesLeft = log.lines;
  }

  /** See {@link DeadLetters.count}. */
  get count(): number {
    return this.#count;
  }

  /** See {@link DeadLetters.countOf}. */
  countOf(why: DeadLetterReason): number {
    return this.#counts.get(why) ?? 0;
  }

  /** See {@link DeadLetters}. */
  [Symbol.asyncIterator](): AsyncIterableIterator<DeadLetter> {
    const subscription = new Subscription(() =>
      this.#subscriptions.delete(subscription)
    );
    if (this.#closed) subscription.end();
    else this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Takes what a thread has lost. */
  take({ letters, more }: DeadLetterBundle): void {
    for (const lost of letters) this.#take(this.#described(lost));
    for (const [why, count] of Object.entries(more)) {
      this.#add(why as DeadLetterReason, count);
      this.#unlogged += count;
    }
  }

  /** Ends the subscriptions and says how many were not logged. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#summarize("when the system was closed");
    for (const subscription of [...this.#subscriptions]) subscription.end();
    this.#subscriptions.clear();
  }

  #described(lost: LostMessage): DeadLetter {
    const { why, kind, to, from, hash } = lost;
    return {
      why,
      kind,
      receiver: { id: to, name: this.#nameOf(to, lost.toName) },
      sender: { id: from, name: this.#nameOf(from, lost.fromName) },
      method: lost.method ?? (hash === 0 ? "" : methodNamed(hash) ?? ""),
    };
  }

  #nameOf(id: number, name: string | undefined): string {
    return name ?? this.#log.nameOf?.(id) ?? (id === 0 ? "main" : "");
  }

  #take(letter: DeadLetter): void {
    this.#add(letter.why, 1);
    for (const subscription of this.#subscriptions) subscription.push(letter);
    this.#report(letter);
  }

  #add(why: DeadLetterReason, count: number): void {
    this.#count += count;
    this.#counts.set(why, this.countOf(why) + count);
  }

  #report(letter: DeadLetter): void {
    const { lines } = this.#log;
    if (this.#linesLeft === 0 && lines > 0) {
      const silentMs = this.#log.now() - this.#silentSince;
      if (silentMs >= LOG_PAUSE_MS) {
        this.#summarize(`in the last ${Math.round(silentMs / 1_000)} s`);
        this.#linesLeft = lines;
      }
    }
    if (this.#linesLeft === 0) {
      this.#unlogged++;
      return;
    }
    this.#log.write(`[troupe] Dead letter: ${lineOf(letter)}`);
    if (--this.#linesLeft > 0) return;
    this.#silentSince = this.#log.now();
    this.#log.write(
      `[troupe] Dead letters: no more lines for ${
        LOG_PAUSE_MS / 1_000
      } s, System.deadLetters has them all`,
    );
  }

  #summarize(when: string): void {
    if (this.#unlogged === 0 || this.#log.lines === 0) return;
    this.#log.write(
      `[troupe] Dead letters: ${this.#unlogged} more ${when}`,
    );
    this.#unlogged = 0;
  }
}

/** One `for await` over the letters. */
class Subscription implements AsyncIterableIterator<DeadLetter> {
  readonly #onEnd: () => void;
  #backlog: DeadLetter[] = [];
  #asked: ((result: IteratorResult<DeadLetter>) => void)[] = [];
  #ended = false;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(letter: DeadLetter): void {
    const asked = this.#asked.shift();
    if (asked !== undefined) return asked({ done: false, value: letter });
    this.#backlog.push(letter);
    if (this.#backlog.length > BACKLOG) this.#backlog.shift();
  }

  end(): void {
    this.#ended = true;
    for (const asked of this.#asked) asked({ done: true, value: undefined });
    this.#asked = [];
  }

  next(): Promise<IteratorResult<DeadLetter>> {
    const value = this.#backlog.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#asked.push(resolve));
  }

  return(): Promise<IteratorResult<DeadLetter>> {
    this.#onEnd();
    this.#backlog = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const BECAUSE: Readonly<Record<DeadLetterReason, string>> = {
  stopped: "it has stopped",
  full: "its mailbox was full",
  dropped: "its mailbox was full and dropped it",
  lateReply: "it had given the ask up",
  unknownMethod: "it has no such method",
  undelivered: "it stopped before its turn came",
  emptied:
    "it ended before its turn came, and keeps no messages over a restart",
  poison: "it crashed each time",
  unsent: "its sender ended before there was room for it",
  lost: "its host worker ended with it, perhaps after it had begun",
};

function lineOf({ why, kind, receiver, sender, method }: DeadLetter): string {
  const call = method === "" ? "a message" : `${method}()`;
  const what = kind === "reply" ? `the reply to ${call}` : `${kind} ${call}`;
  return `${what} from ${shown(sender)} did not reach ${shown(receiver)}: ${
    BECAUSE[why]
  }`;
}

function shown({ id, name }: DeadLetter["sender"]): string {
  return name === "" ? `#${id}` : `"${name}" #${id}`;
}
