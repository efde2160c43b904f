/** An actor that starts others after an `await`, when its thread does not know any more who runs. */
import type {
  ActorClass,
  ActorRef,
  Context,
  SpawnOptions,
  Supervisor,
  Task,
} from "../../mod.ts";
import { actor, task } from "../../src/actor/mod.ts";
import { supervise } from "../../src/supervisor/mod.ts";
import { Journal } from "./journal.ts";
import { Probe, type ProbeActor } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** Never ends. */
export const forever: Task<[], Promise<never>> = task(
  import.meta,
  "forever",
  () => new Promise<never>(() => {}),
);

/** How it starts its child. */
export type How = "spawn" | "supervise";

class BossActor {
  readonly #how: How;
  readonly #journal: Journal;
  readonly #options: SpawnOptions;
  #context!: Context<BossActor>;
  #child: ActorRef<ProbeActor> | undefined;
  #tree: Supervisor | undefined;

  constructor(
    how: How,
    journal: SharedArrayBuffer,
    options: SpawnOptions,
  ) {
    this.#how = how;
    this.#journal = new Journal(journal);
    this.#options = options;
  }

  async onStart(context: Context<BossActor>): Promise<void> {
    this.#context = context;
    await new Promise((resolve) => setTimeout(resolve));
    const options = this.#options;
    if (this.#how === "spawn") {
      this.#child = await context.spawn(Probe, [], options);
      return;
    }
    const tree = this.#tree = await supervise({
      backoff: { minMs: 60_000, maxMs: 60_000 },
      children: [{ id: "child", actor: Probe, args: [], options }],
    }, context);
    this.#child = tree.ref("child", Probe);
    void tree.exited.then(() => this.#add("tree over"));
  }

  child(): ActorRef<ProbeActor> {
    return this.#child!;
  }

  /** Its child fails, and waits for its restart. */
  async loseChild(): Promise<void> {
    const lost = Promise.withResolvers<void>();
    this.#tree!.onEvent(({ type }) => {
      if (type === "ended") lost.resolve();
    });
    this.#child!.tell.fail("as it was told to");
    await lost.promise;
  }

  /** Begins a task that never ends. */
  async begin(): Promise<void> {
    await Promise.resolve();
    const job = this.#context.run(forever, []);
    void job.exited.then(({ kind }) => this.#add(`task ${kind}`));
  }

  /** Begins something that outlives this incarnation: when the word is 2, it tries to start something. */
  linger(words: Int32Array): void {
    void this.#linger(new SharedWord(words));
  }

  fail(): never {
    throw new RangeError("told to");
  }

  async #linger(word: SharedWord): Promise<void> {
    await word.reaches(2);
    const context = this.#context;
    const tries = [
      () => context.spawn(Probe, [], this.#options),
      () => supervise({ children: [{ id: "c", actor: Probe }] }, context),
      async () => void await context.run(forever, []),
    ];
    for (const attempt of tries) {
      try {
        await attempt();
        this.#add("started");
      } catch (error) {
        this.#add((error as Error).name);
      }
    }
  }

  #add(line: string): void {
    this.#journal.add(`${this.#context.incarnation} ${line}`);
  }
}

/** Starts others by its context. */
export const Boss: ActorClass<
  [
    how: How,
    journal: SharedArrayBuffer,
    options: SpawnOptions,
  ],
  BossActor
> = actor(import.meta, "Boss", BossActor);
