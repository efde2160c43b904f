/** The actor whose streams are tried out. */
import {
  actor,
  type ActorClass,
  type ActorRef,
  type Context,
  Refusal,
} from "../../src/actor/mod.ts";
import { Journal } from "./journal.ts";
import { KnownError } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** What a {@link Fountain} answers. */
export class FountainActor {
  readonly #journal: Journal | undefined;
  #context!: Context<FountainActor>;
  #made = 0;
  #open = 0;
  #wake: (() => void) | undefined;
  #events: number[] = [];

  constructor(journal?: SharedArrayBuffer) {
    this.#journal = journal && new Journal(journal);
  }

  onStart(context: Context<FountainActor>): void {
    this.#context = context;
  }

  onStop(): void {
    this.#journal?.add("onStop");
  }

  /** Counts from `start` on, up to `count` numbers. */
  async *count(
    start: number,
    count: number = Infinity,
  ): AsyncGenerator<number> {
    this.#open++;
    try {
      for (let n = start; n < start + count; n++) {
        this.#made++;
        yield n;
      }
    } finally {
      this.#open--;
      this.#journal?.add("finally");
    }
  }

  /** Gives what it was given, one by one. */
  async *echo(values: readonly unknown[]): AsyncGenerator<unknown> {
    yield* values;
  }

  /** A generator that is not asynchronous. */
  *steps(count: number): Generator<number> {
    for (let n = 0; n < count; n++) yield n;
  }

  list(count: number): number[] {
    return Array.from({ length: count }, (_, n) => n);
  }

  /** A promise of something that can be iterated, with promises in it. */
  async later(): Promise<Iterable<Promise<string>>> {
    await Promise.resolve();
    return [Promise.resolve("a"), Promise.resolve("b")];
  }

  /** A stream of the platform that never gives more than one value. */
  readable(): ReadableStream<number> {
    return new ReadableStream<number>({
      start: (controller) => controller.enqueue(1),
      cancel: () => this.#journal?.add("cancel"),
    }, { highWaterMark: 0 });
  }

  /** What `emit` is told, as it comes. */
  async *events(): AsyncGenerator<number> {
    try {
      for (;;) {
        while (this.#events.length > 0) yield this.#events.shift()!;
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      this.#journal?.add("events over");
    }
  }

  emit(value: number): void {
    this.#events.push(value);
    this.#wake?.();
  }

  /** As {@link FountainActor.emit}, and fails at once. */
  emitAndFail(value: number): never {
    this.emit(value);
    this.fail();
  }

  /** Two numbers, then an error. */
  async *breaks(how: "error" | "refusal" | "value"): AsyncGenerator<unknown> {
    yield 1;
    yield 2;
    if (how === "value") yield () => {};
    if (how === "refusal") throw new Refusal("no more", { data: 7 });
    throw new KnownError("dry", { code: 5 });
  }

  /** An error in its `finally`. */
  async *bad(): AsyncGenerator<number> {
    try {
      for (let n = 0;; n++) yield n;
    } finally {
      // deno-lint-ignore no-unsafe-finally -- that is the case
      throw new Refusal("bad end");
    }
  }

  made(): number {
    return this.#made;
  }

  open(): number {
    return this.#open;
  }

  name(): string {
    return this.#context.name;
  }

  fail(): never {
    throw new KnownError("broken");
  }

  /** Says in the word that it has begun (1), and ends when the word is 2. */
  async hold(words: Int32Array): Promise<void> {
    const word = new SharedWord(words);
    word.set(1);
    await word.reaches(2);
  }

  /** Reads `count` numbers of another one, and answers their sum. */
  async sumOf(other: ActorRef<FountainActor>, count: number): Promise<number> {
    let sum = 0;
    for await (const n of other.stream.count(1, count)) sum += n;
    return sum;
  }

  /** Reads the first number of another one, and waits for ever with the stream open. */
  async sip(other: ActorRef<FountainActor>, words: Int32Array): Promise<void> {
    const stream = other.with({ credit: 1 }).stream.count(1);
    await stream.next();
    new SharedWord(words).set(1);
    await new Promise(() => {});
  }

  /** Reads from itself within a message. */
  async sipOwn(): Promise<unknown> {
    try {
      return await this.#context.self.stream.count(1).next();
    } catch (error) {
      return (error as Error).name;
    }
  }
}

/** Gives streams. */
export const Fountain: ActorClass<
  [journal?: SharedArrayBuffer],
  FountainActor
> = actor(import.meta, "Fountain", FountainActor);
