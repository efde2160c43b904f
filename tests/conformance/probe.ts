/** The actor that the cases are tried on: it does whatever a user's actor may do, as told. */
import {
  actor,
  type ActorClass,
  type ActorRef,
  type Context,
  current,
  Refusal,
  registerError,
  spawn,
  type StopOptions,
} from "../../src/actor/mod.ts";
import type { Placement } from "./placements.ts";
import { Journal } from "./journal.ts";
import { SharedWord } from "./shared_word.ts";

/** An error class that both sides know. */
export class KnownError extends Error {
  override name = "KnownError";
  /** Data of its own. */
  code: number;

  constructor(
    message: string,
    options: { code?: number; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 0;
  }
}
registerError(KnownError);

class StrangeError extends Error {
  override name = "StrangeError";
  hint = "nobody registered it";
}

/** A hook in which a probe misbehaves. */
type Hook = "constructor" | "onStart" | "onRestart" | "onStop";

/** What a probe does in its life. */
export interface Plan {
  /** Where it writes down what happens to it. */
  readonly journal?: SharedArrayBuffer;
  /** Its hooks that throw. */
  readonly throws?: readonly Hook[];
  /** Its hooks that never end. */
  readonly hangs?: readonly Hook[];
  /** It misbehaves in its hooks only in these incarnations; in all by default. */
  readonly incarnations?: readonly number[];
  /** In `onStart` it counts this word up and waits until it is 2. */
  readonly slow?: Int32Array;
  /** In `onStart` of its first incarnation it ends itself. */
  readonly leaves?: boolean;
  /** In `onStart` it starts a child of that plan. */
  readonly brings?: { readonly plan: Plan; readonly placement: Placement };
  /** In `onStart` of that incarnation it asks for its own stop. */
  readonly stopsAt?: number;
  /** Whom it shows itself to in `onStart`. */
  readonly introduce?: ActorRef<ProbeActor>;
}

/** A reason, an error or a report, for a line of the journal. */
function textOf(about: unknown): string {
  if (about === undefined) return "";
  if (about instanceof Error) return `: ${about.name} ${about.message}`;
  return `: ${(about as { kind?: string }).kind ?? about}`;
}

class Base {
  /** A method that the class of an actor inherits is a message too. */
  inherited(): string {
    return "from the base";
  }
}

/** What a {@link Probe} answers. */
export class ProbeActor extends Base {
  readonly #plan: Plan;
  readonly #notes: string[] = [];
  #context: Context<ProbeActor> | undefined;
  #child: ActorRef<ProbeActor> | undefined;
  #inside = 0;
  #most = 0;

  constructor(plan: Plan = {}) {
    super();
    this.#plan = plan;
    this.#journal("new");
    if (this.#does(plan.throws, "constructor")) {
      throw new KnownError("in constructor");
    }
  }

  // -- Hooks

  async onStart(context: Context<ProbeActor>): Promise<void> {
    this.#context = context;
    const { slow, introduce, brings } = this.#plan;
    if (brings !== undefined) {
      await this.have(brings.plan, { ...brings, name: "brought" });
    }
    if (introduce !== undefined) await introduce.ask.greet(context.self);
    if (slow !== undefined) {
      const word = new SharedWord(slow);
      if (word.value === 0) word.set(1);
      await word.reaches(2);
    }
    if (this.#plan.leaves && context.incarnation === 1) context.stop("at once");
    if (this.#plan.stopsAt === context.incarnation) {
      void context.self.stop("at once");
    }
    await this.#misbehave("onStart");
    this.#notes.push("started");
    this.#journal("start");
  }

  async onRestart(error: unknown): Promise<void> {
    this.#journal("restart", error);
    await this.#misbehave("onRestart");
  }

  async onStop(reason: unknown): Promise<void> {
    this.#journal("stop", reason);
    await this.#misbehave("onStop");
  }

  async #misbehave(hook: Hook): Promise<void> {
    const { throws, hangs } = this.#plan;
    if (this.#does(throws, hook)) throw new KnownError(`in ${hook}`);
    if (this.#does(hangs, hook)) await new Promise(() => {});
  }

  #does(hooks: readonly Hook[] | undefined, hook: Hook): boolean {
    const { incarnations } = this.#plan;
    return hooks?.includes(hook) === true &&
      (incarnations?.includes(this.#me.incarnation) ?? true);
  }

  /** An actor that shares its thread is the current one until its first await only; its context is always its own. */
  get #me(): { readonly name: string; readonly incarnation: number } {
    return this.#context ?? current;
  }

  #journal(what: string, about?: unknown): void {
    const { journal } = this.#plan;
    if (journal === undefined) return;
    const { name, incarnation } = this.#me;
    new Journal(journal).add(`${name} ${what} ${incarnation}${textOf(about)}`);
  }

  // -- Messages

  note(text: string): void {
    this.#notes.push(text);
  }

  notes(): readonly string[] {
    return this.#notes;
  }

  echo(value: unknown): unknown {
    return value;
  }

  async echoLater(value: unknown): Promise<unknown> {
    await Promise.resolve();
    return value;
  }

  nothing(): void {}

  unsendable(): () => void {
    return () => {};
  }

  /** Writes into what it was given; returns what that is then. */
  scribble(value: { n: number; list: number[] }): unknown {
    value.n++;
    value.list.push(99);
    return value;
  }

  /** Writes into shared memory that it was given. */
  store(words: Int32Array, value: number): void {
    Atomics.store(words, 0, value);
  }

  sizeOf(buffer: ArrayBuffer | Uint8Array | string): number {
    return typeof buffer === "string" ? buffer.length : buffer.byteLength;
  }

  /** Says in the word that it has begun (1), and ends when the word is 2. */
  async hold(words: Int32Array): Promise<string> {
    const word = new SharedWord(words);
    word.set(1);
    await word.reaches(2);
    this.#notes.push("held");
    return "let go";
  }

  /** Says so in the word, and never ends. */
  never(words?: Int32Array): Promise<never> {
    if (words !== undefined) new SharedWord(words).bump();
    return new Promise(() => {});
  }

  /** Waits a few turns; returns how many did so at the same time, at most. */
  async overlap(): Promise<number> {
    this.#most = Math.max(this.#most, ++this.#inside);
    for (let i = 0; i < 8; i++) await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    this.#inside--;
    return this.#most;
  }

  /** Tells whom it is shown. */
  greet(ref: ActorRef<ProbeActor>): void {
    this.#child ??= ref;
    ref.tell.note("greeting");
  }

  /** Sends the numbers to another probe. */
  sendAll(to: ActorRef<ProbeActor>, prefix: string, count: number): void {
    for (let i = 0; i < count; i++) to.tell.note(`${prefix}${i}`);
  }

  /** Sends notes to another probe, one after the other; returns what became of each. */
  async sendNotes(
    to: ActorRef<ProbeActor>,
    count: number,
    timeout: number,
  ): Promise<string[]> {
    const outcome: string[] = [];
    for (let i = 0; i < count; i++) {
      await to.with({ timeout }).send.note(`${i}`).then(
        () => outcome.push("sent"),
        (error) => outcome.push(error.name),
      );
    }
    return outcome;
  }

  /** Asks another probe for an echo. */
  async askOther(to: ActorRef<ProbeActor>, value: unknown): Promise<unknown> {
    return await to.ask.echo(value);
  }

  tellSelf(text: string): void {
    this.#context!.self.tell.note(text);
    this.#notes.push(`told ${text}`);
  }

  // -- Failures

  fail(message: string): never {
    throw new KnownError(message, { code: 7, cause: new RangeError("deep") });
  }

  async failLater(message: string): Promise<never> {
    await Promise.resolve();
    throw new KnownError(message);
  }

  failStrangely(): never {
    throw new StrangeError("strange");
  }

  failWith(what: "type" | "aggregate" | "value"): never {
    if (what === "type") throw new TypeError("wrong type");
    // deno-lint-ignore no-throw-literal -- users do
    if (what === "value") throw "a string";
    throw new AggregateError(
      [new RangeError("one"), new KnownError("two")],
      "many",
    );
  }

  /** Ends the thread it runs on. */
  die(how: "close" | "exit" | "exit 0"): Promise<never> {
    if (how === "exit") Deno.exit(3);
    if (how === "exit 0") Deno.exit(0);
    self.close();
    return new Promise(() => {});
  }

  refuse(data: unknown): never {
    throw new Refusal("not now", { data });
  }

  // -- Life

  facts(): {
    name: string;
    incarnation: number;
    id: number;
    parent: { id: number; name: string } | undefined;
    aborted: boolean;
    same: boolean;
  } {
    const { name, incarnation, self, parent, signal } = this.#context!;
    return {
      name,
      incarnation,
      id: self.id,
      parent,
      aborted: signal.aborted,
      same: current.name === name && current.id === self.id &&
        current.incarnation === incarnation && current.parent?.id === parent.id,
    };
  }

  self(): ActorRef<ProbeActor> {
    return this.#context!.self;
  }

  /** Ends itself, and goes on. */
  leave(how?: StopOptions): void {
    this.#context!.stop("by itself", how);
  }

  /** Asks for its own end, and goes on. */
  stopSelf(): void {
    void this.#context!.self.stop("by itself");
  }

  /** Says in the word that it has begun; ends when it is asked to stop, with the reason. */
  async untilAborted(words: Int32Array): Promise<unknown> {
    const { signal } = this.#context!;
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve());
    new SharedWord(words).set(1);
    if (!signal.aborted) await aborted.promise;
    return signal.reason;
  }

  /** Starts a child, which lives where this actor's owner wants. */
  async have(
    plan: Plan,
    { name, placement }: { name: string; placement: Placement },
  ): Promise<ActorRef<ProbeActor>> {
    return this.#child = await spawn(Probe, [plan], { name, placement });
  }

  /** Asks its child, or whom it met first. */
  async viaChild(value: unknown): Promise<unknown> {
    return await this.#child!.ask.echo(value);
  }
}

/** Does as told. */
export const Probe: ActorClass<[plan?: Plan], ProbeActor> = actor(
  import.meta,
  "Probe",
  ProbeActor,
);
