/**
 * A model checker for code that shares words through `src/memory/cells.ts`.
 *
 * Each thread of a scenario is a real worker. It stops before every operation on
 * a shared word; the explorer lets one thread at a time take one step, and
 * depth-first tries every schedule there is, or every one with at most so many
 * preemptions. Waits block in the model and notifies wake in arrival order; when
 * nobody can step and somebody waits, the run is a deadlock. Threads named in
 * `mayDie` also die, once a run, before each of their steps.
 *
 * Sound as JavaScript's atomics are sequentially consistent, for everything but
 * plain accesses: those belong to the step of the operation before them.
 */
import { BLOCK, COMMAND, STATE } from "./control.ts";
import { scheduleText } from "./schedule_text.ts";
import { startThread } from "./start_thread.ts";

/** What a run left behind. */
export interface Run {
  /** What each thread logged, in the order of the scenario's threads. */
  readonly logs: readonly (readonly number[])[];
  /** The shared memory as the run left it. */
  readonly memory: readonly SharedArrayBuffer[];
  /** Whether the thread of that index died before its end. */
  readonly died: readonly boolean[];
}

/** Threads over shared memory, and which outcomes are right. */
export interface Scenario {
  /** The module that exports the threads; see `Thread` in control.ts. */
  readonly module: string;
  /** The exported functions, one for each thread. */
  readonly threads: readonly string[];
  /** Makes the shared memory, once. Every run begins with these bytes. */
  readonly setup: () => SharedArrayBuffer[];
  /** Names the outcome of a run in which every thread ended or died. */
  readonly outcome: (run: Run) => string;
  /** Whether an outcome is right. `"deadlock"`, `"endless"` and `"threw: ..."` are never asked about: they are wrong. */
  readonly allowed: (outcome: string) => boolean;
  /** Names of words for printed schedules, by `"memory:word"`. */
  readonly words?: Readonly<Record<string, string>>;
  /**
   * How often a run may switch away from a thread that could go on.
   *
   * @default {Infinity}
   */
  readonly maxPreemptions?: number;
  /**
   * How many runs to try; fewer than there are makes `complete` false.
   *
   * @default {100000}
   */
  readonly maxRuns?: number;
  /** Threads that may die: at most one in each run. */
  readonly mayDie?: readonly string[];
  /**
   * Whether waits with a time limit end by it, the longest first, when nobody else can take a step. A wake-up that was lost
   * is not found then: for scenarios in which somebody dies, and others have to notice.
   *
   * @default {false}
   */
  readonly timePasses?: boolean;
  /**
   * Two threads that do the same: of two schedules that differ in their names alone, the one in which the first of them takes
   * the first step is tried. What is allowed must not tell them apart.
   */
  readonly alike?: readonly [first: string, second: string];
}

/** What an exploration found. */
export interface Exploration {
  /** Schedules tried. */
  readonly runs: number;
  /** Steps taken in all of them. */
  readonly steps: number;
  /** Whether every schedule within the bounds was tried. */
  readonly complete: boolean;
  /** How many runs ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first wrong outcome; the exploration stopped there. */
  readonly wrong:
    | { readonly outcome: string; readonly schedule: string }
    | undefined;
}

/** `MODEL_FURTHER=1` allows one more preemption in every bounded scenario, and prints how many schedules there were. */
const FURTHER = Number(Deno.env.get("MODEL_FURTHER") ?? 0);

/** A run longer than this spins in a circle. */
const MAX_STEPS = 400;
const SPINS = 3_000;
const STUCK_MS = 20_000;

/**
 * Tries every schedule of a scenario, until one ends wrongly.
 *
 * @param scenario Threads, memory and right outcomes.
 * @returns What was found.
 */
export async function explore(scenario: Scenario): Promise<Exploration> {
  const memory = scenario.setup();
  const control = new Int32Array(
    new SharedArrayBuffer(scenario.threads.length * BLOCK.WORDS * 4),
  );
  const workers = await Promise.all(
    scenario.threads.map((name, thread) =>
      startThread({
        module: scenario.module,
        name,
        thread,
        threads: scenario.threads.length,
        control,
        memory,
      })
    ),
  );
  const explorer = new Explorer(scenario, control, memory);
  try {
    return explorer.exploreAll();
  } finally {
    // A thread in a wait cannot be terminated: it leaves its loop first.
    explorer.endThreads();
    for (const worker of workers) worker.terminate();
  }
}

/**
 * Fails with the schedule if anything went wrong or was not tried.
 *
 * @param atLeast How many schedules there must be: with fewer, the threads no longer meet as they were meant to.
 */
export function assertSound(found: Exploration, atLeast = 1): void {
  if (found.wrong !== undefined) {
    throw new Error(
      `${found.wrong.outcome}\nin run ${found.runs}, after\n${found.wrong.schedule}`,
    );
  }
  if (!found.complete) {
    throw new Error(
      `Not every schedule was tried: stopped after ${found.runs}`,
    );
  }
  if (found.runs < atLeast) {
    throw new Error(
      `Only ${found.runs} schedules were there to try: expected ${atLeast} or more`,
    );
  }
  if (FURTHER > 0) console.log(`${found.runs} schedules, ${found.steps} steps`);
}

/** Fails unless the exploration found the flaw: an outcome that contains `text`. */
export function assertFlawFound(found: Exploration, text: string): void {
  if (found.wrong?.outcome.includes(text)) return;
  throw new Error(
    `The flaw was not found in ${found.runs} runs: ${
      found.wrong?.outcome ?? JSON.stringify(found.outcomes)
    }`,
  );
}

/** A decision of a schedule: who may step (or, plus the number of threads, die), and which of them is tried now. */
interface Decision {
  readonly choices: readonly number[];
  at: number;
}

class Explorer {
  readonly #scenario: Scenario;
  readonly #control: Int32Array;
  readonly #memory: readonly SharedArrayBuffer[];
  readonly #pristine: readonly Uint8Array[];
  readonly #n: number;
  readonly #mortal: ReadonlySet<number>;
  readonly #decisions: Decision[] = [];
  /** Four numbers for each step of the run: choice, operation, memory, word. */
  #trace: number[] = [];
  #run = 0;
  #steps = 0;

  constructor(
    scenario: Scenario,
    control: Int32Array,
    memory: readonly SharedArrayBuffer[],
  ) {
    this.#scenario = scenario;
    this.#control = control;
    this.#memory = memory;
    this.#pristine = memory.map((buffer) => new Uint8Array(buffer).slice());
    this.#n = scenario.threads.length;
    this.#mortal = new Set(
      (scenario.mayDie ?? []).map((name) => scenario.threads.indexOf(name)),
    );
  }

  exploreAll(): Exploration {
    const { maxRuns = FURTHER > 0 ? Infinity : 100_000, allowed } =
      this.#scenario;
    const outcomes: Record<string, number> = {};
    for (;;) {
      const ended = this.#runOnce();
      const outcome = ended ?? this.#outcome();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const wrong = ended !== undefined || outcome.startsWith("threw: ") ||
          !allowed(outcome)
        ? { outcome, schedule: scheduleText(this.#trace, this.#scenario) }
        : undefined;
      const more = this.#nextSchedule();
      if (wrong !== undefined || !more || this.#run >= maxRuns) {
        const complete = wrong === undefined && !more;
        return {
          runs: this.#run,
          steps: this.#steps,
          complete,
          outcomes,
          wrong,
        };
      }
    }
  }

  endThreads(): void {
    for (let t = 0; t < this.#n; t++) this.#begin(t, -1);
  }

  /** One schedule, from the first step to the last. Returns the outcome if it did not end well. */
  #runOnce(): "deadlock" | "endless" | undefined {
    this.#run++;
    this.#trace = [];
    this.#memory.forEach((buffer, i) =>
      new Uint8Array(buffer).set(this.#pristine[i]!)
    );
    for (let t = 0; t < this.#n; t++) {
      const base = t * BLOCK.WORDS;
      this.#control.fill(0, base + BLOCK.STAMP, base + BLOCK.STAMP + 1);
      this.#control[base + BLOCK.LENGTH] = 0;
      // One after another, so that plain code before the first step never races.
      Atomics.store(this.#control, base + BLOCK.STATE, STATE.RUNNING);
      this.#begin(t, this.#run);
      this.#settle(t);
    }
    let last = -1;
    let preemptions = 0;
    let deaths = 0;
    for (let depth = 0;; depth++) {
      const ready: number[] = [];
      let blocked = 0;
      for (let t = 0; t < this.#n; t++) {
        const state = this.#state(t);
        if (state === STATE.READY) ready.push(t);
        if (state === STATE.BLOCKED) blocked++;
      }
      if (ready.length === 0 && blocked === 0) return undefined;
      const late = ready.length === 0 ? this.#timed() : [];
      if (ready.length === 0 && late.length === 0) {
        this.#abandon();
        return "deadlock";
      }
      if (depth >= MAX_STEPS) {
        this.#abandon();
        return "endless";
      }
      if (late.length > 0) ready.push(...late);
      const choice = this.#choose(depth, ready, last, preemptions, deaths);
      const thread = choice % this.#n;
      if (choice >= this.#n) deaths++;
      else {
        if (last !== thread && ready.includes(last)) preemptions++;
        last = thread;
      }
      this.#note(choice);
      const command = late.length > 0 ? COMMAND.TIME_OUT : COMMAND.STEP;
      this.#step(thread, choice >= this.#n ? COMMAND.DIE : command);
    }
  }

  /** The thread that has been blocked longest among those for which time may pass. */
  #timed(): number[] {
    if (this.#scenario.timePasses !== true) return [];
    const of = (t: number, word: number): number =>
      this.#control[t * BLOCK.WORDS + word]!;
    const timed = Array.from({ length: this.#n }, (_, t) => t).filter((t) =>
      this.#state(t) === STATE.BLOCKED && of(t, BLOCK.TIMED) === 1
    );
    return timed.sort((s, t) => of(s, BLOCK.STAMP) - of(t, BLOCK.STAMP))
      .slice(0, 1);
  }

  /** Repeats the decisions of the schedule so far; beyond them, goes on with the thread that ran last. */
  #choose(
    depth: number,
    ready: number[],
    last: number,
    preemptions: number,
    deaths: number,
  ): number {
    let decision = this.#decisions[depth];
    if (decision === undefined) {
      const { maxPreemptions = Infinity } = this.#scenario;
      ready = this.#unlike(ready);
      const goesOn = ready.includes(last);
      const choices = !goesOn
        ? ready
        : preemptions >= maxPreemptions + FURTHER
        ? [last]
        : [last, ...ready.filter((t) => t !== last)];
      const dying = deaths === 0
        ? ready.filter((t) => this.#mortal.has(t)).map((t) => t + this.#n)
        : [];
      decision = { choices: [...choices, ...dying], at: 0 };
      this.#decisions.push(decision);
    }
    return decision.choices[decision.at]!;
  }

  /** Those of `ready` without the second of two that do the same, until the first has begun. */
  #unlike(ready: number[]): number[] {
    const [first, second] = this.#scenario.alike ?? [];
    if (first === undefined || second === undefined) return ready;
    const { threads } = this.#scenario;
    const one = threads.indexOf(first);
    const hasBegun = this.#trace.some((choice, i) =>
      i % 4 === 0 && choice % this.#n === one
    );
    if (hasBegun || !ready.includes(one)) return ready;
    return ready.filter((t) => t !== threads.indexOf(second));
  }

  /** Turns the last decision that has another choice left. False when none has. */
  #nextSchedule(): boolean {
    for (let decision = this.#decisions.at(-1); decision !== undefined;) {
      if (++decision.at < decision.choices.length) return true;
      this.#decisions.pop();
      decision = this.#decisions.at(-1);
    }
    return false;
  }

  #step(thread: number, command: number): void {
    const base = thread * BLOCK.WORDS;
    this.#steps++;
    this.#control[base + BLOCK.COMMAND] = command;
    Atomics.store(this.#control, base + BLOCK.STATE, STATE.RUNNING);
    Atomics.add(this.#control, base + BLOCK.GO, 1);
    Atomics.notify(this.#control, base + BLOCK.GO);
    this.#settle(thread);
  }

  /** Waits until the thread stands before its next operation, or has ended. */
  #settle(thread: number): void {
    const word = thread * BLOCK.WORDS + BLOCK.STATE;
    for (let spins = 0; spins < SPINS; spins++) {
      if (Atomics.load(this.#control, word) !== STATE.RUNNING) return;
    }
    while (this.#state(thread) === STATE.RUNNING) {
      const result = Atomics.wait(this.#control, word, STATE.RUNNING, STUCK_MS);
      if (result === "timed-out") {
        throw new Error(
          `Thread '${
            this.#scenario.threads[thread]
          }' loops without touching a shared word`,
        );
      }
    }
  }

  /** Lets every thread of a run that cannot end die, so that the next run can begin. */
  #abandon(): void {
    for (let t = 0; t < this.#n; t++) {
      while (
        this.#state(t) === STATE.READY || this.#state(t) === STATE.BLOCKED
      ) {
        this.#step(t, COMMAND.DIE);
      }
    }
  }

  #begin(thread: number, run: number): void {
    const word = thread * BLOCK.WORDS + BLOCK.RUN;
    Atomics.store(this.#control, word, run);
    Atomics.notify(this.#control, word);
  }

  #state(thread: number): number {
    return Atomics.load(this.#control, thread * BLOCK.WORDS + BLOCK.STATE);
  }

  #outcome(): string {
    const logs = this.#scenario.threads.map((_, t) => {
      const base = t * BLOCK.WORDS + BLOCK.LOG;
      const length = this.#control[t * BLOCK.WORDS + BLOCK.LENGTH]!;
      return Array.from(this.#control.subarray(base, base + length));
    });
    const states = logs.map((_, t) => this.#state(t));
    const threw = states.indexOf(STATE.THREW);
    if (threw >= 0) {
      const text = String.fromCodePoint(...logs[threw]!);
      return `threw: ${this.#scenario.threads[threw]}: ${text}`;
    }
    const died = states.map((state) => state === STATE.DIED);
    return this.#scenario.outcome({ logs, memory: this.#memory, died });
  }

  #note(choice: number): void {
    const base = (choice % this.#n) * BLOCK.WORDS;
    this.#trace.push(
      choice,
      this.#control[base + BLOCK.OP]!,
      this.#control[base + BLOCK.BUFFER]!,
      this.#control[base + BLOCK.INDEX]!,
    );
  }
}
