/// <reference no-default-lib="true"/>
/// <reference lib="deno.worker"/>
/**
 * A thread of a scenario: a real worker that stops before every operation on
 * shared words until the explorer lets it go on.
 */
import {
  type Cells,
  useModel,
  type WaitAsyncResult,
  type Words,
} from "../../src/memory/cells.ts";
import { BLOCK, COMMAND, OPS, STATE, type Thread, WAIT } from "./control.ts";

declare const self: DedicatedWorkerGlobalScope;

/** What the explorer sends once. */
export interface ThreadStart {
  readonly module: string;
  readonly name: string;
  readonly thread: number;
  readonly threads: number;
  readonly control: Int32Array;
  readonly memory: readonly SharedArrayBuffer[];
}

/** Thrown out of an operation when the explorer lets the thread die before it. */
const DEATH = Symbol("death");
/** Looks at GO so often before it sleeps: the explorer mostly answers within a few microseconds. */
const SPINS = 300;

/** What goes by the clock would make two runs of one schedule differ: here no time goes by. */
const NOW = performance.now();
performance.now = () => NOW;

class SteppedCells implements Cells {
  readonly #start: ThreadStart;
  readonly #base: number;
  /** What settles each wait without the thread, by where it is. */
  readonly #settle: Map<number, (result: "ok") => void> = new Map();
  /** Whether the thread died in this run: what it would still clean up it does not. */
  dead = false;

  constructor(start: ThreadStart) {
    this.#start = start;
    this.#base = start.thread * BLOCK.WORDS;
  }

  load(words: Words, index: number): number {
    this.#point("load", words, index);
    return Atomics.load(words, index);
  }
  store(words: Words, index: number, value: number): number {
    this.#point("store", words, index);
    return Atomics.store(words, index, value);
  }
  add(words: Words, index: number, value: number): number {
    this.#point("add", words, index);
    return Atomics.add(words, index, value);
  }
  sub(words: Words, index: number, value: number): number {
    this.#point("sub", words, index);
    return Atomics.sub(words, index, value);
  }
  or(words: Words, index: number, value: number): number {
    this.#point("or", words, index);
    return Atomics.or(words, index, value);
  }
  and(words: Words, index: number, value: number): number {
    this.#point("and", words, index);
    return Atomics.and(words, index, value);
  }
  exchange(words: Words, index: number, value: number): number {
    this.#point("exchange", words, index);
    return Atomics.exchange(words, index, value);
  }
  cas(words: Words, index: number, expected: number, value: number): number {
    this.#point("cas", words, index);
    return Atomics.compareExchange(words, index, expected, value);
  }

  /**
   * A wait ends by a notify alone, so a lost wake-up is a deadlock. Only in a scenario with `timePasses` does one with
   * a time limit end by it, when nobody else can take a step.
   */
  wait(
    words: Words,
    index: number,
    value: number,
    timeoutMs = Infinity,
  ): "ok" | "not-equal" | "timed-out" {
    this.#point("wait", words, index);
    if (Atomics.load(words, index) !== value) return "not-equal";
    const { control } = this.#start;
    this.#stamp();
    control[this.#base + BLOCK.TIMED] = timeoutMs === Infinity ? 0 : 1;
    this.#stop("wakes from wait", words, index, STATE.BLOCKED);
    return control[this.#base + BLOCK.COMMAND] === COMMAND.TIME_OUT
      ? "timed-out"
      : "ok";
  }

  /** As `wait`, for a body that is asynchronous: it blocks when it has nothing else to do, until one of its waits ends. */
  waitAsync(words: Words, index: number, value: number): WaitAsyncResult {
    this.#point("waitAsync", words, index);
    if (Atomics.load(words, index) !== value) {
      return { async: false, value: "not-equal" };
    }
    const { control } = this.#start;
    const at = this.#waits().find((at) => control[at + WAIT.STATE] === 0);
    if (at === undefined) throw new Error("Cannot model so many waits at once");
    control[at + WAIT.BUFFER] = this.#bufferOf(words);
    control[at + WAIT.INDEX] = index + words.byteOffset / 4;
    control[at + WAIT.STAMP] = this.#stamp();
    control[at + WAIT.STATE] = 1;
    const { promise, resolve } = Promise.withResolvers<"ok">();
    this.#settle.set(at, resolve);
    return { async: true, value: promise };
  }

  /** Blocks until a wait without the thread was notified, and settles those that were. */
  sleep(): void {
    const { control } = this.#start;
    const notified = (): number[] =>
      this.#waits().filter((at) => control[at + WAIT.STATE] === 2);
    if (notified().length === 0) this.#halt();
    for (const at of notified()) this.#end(at);
  }

  /** Settles all waits without the thread: a run begins, or is over. */
  endWaits(): void {
    for (const at of this.#waits()) this.#end(at);
  }

  #end(at: number): void {
    this.#start.control[at + WAIT.STATE] = 0;
    this.#settle.get(at)?.("ok");
    this.#settle.delete(at);
  }

  #waits(thread: number = this.#start.thread): number[] {
    const first = thread * BLOCK.WORDS + BLOCK.WAITS;
    return Array.from({ length: WAIT.COUNT }, (_, i) => first + i * WAIT.WORDS);
  }

  /** When something begins to wait: after all that wait. */
  #stamp(): number {
    const { control, threads } = this.#start;
    let stamp = 0;
    for (let t = 0; t < threads; t++) {
      stamp = Math.max(stamp, control[t * BLOCK.WORDS + BLOCK.STAMP] as number);
    }
    return control[this.#base + BLOCK.STAMP] = stamp + 1;
  }

  /** Wakes waiters of the word in the order in which they blocked, as the language says. */
  notify(words: Words, index: number, count = Infinity): number {
    this.#point("notify", words, index);
    const { control, threads } = this.#start;
    const buffer = this.#bufferOf(words);
    const at = index + words.byteOffset / 4;
    const waiting: { stamp: number; wake: () => void }[] = [];
    for (let t = 0; t < threads; t++) {
      const base = t * BLOCK.WORDS;
      const ready = (): void => {
        if (Atomics.load(control, base + BLOCK.STATE) !== STATE.BLOCKED) return;
        Atomics.store(control, base + BLOCK.STATE, STATE.READY);
      };
      if (
        Atomics.load(control, base + BLOCK.STATE) === STATE.BLOCKED &&
        control[base + BLOCK.BUFFER] === buffer &&
        control[base + BLOCK.INDEX] === at
      ) {
        waiting.push({ stamp: control[base + BLOCK.STAMP]!, wake: ready });
      }
      for (const wait of this.#waits(t)) {
        if (control[wait + WAIT.STATE] !== 1) continue;
        if (control[wait + WAIT.BUFFER] !== buffer) continue;
        if (control[wait + WAIT.INDEX] !== at) continue;
        const wake = (): void => {
          control[wait + WAIT.STATE] = 2;
          // A thread that blocks for a word, and not for its waits, goes on with that.
          if (control[base + BLOCK.BUFFER] === -1) ready();
        };
        waiting.push({ stamp: control[wait + WAIT.STAMP]!, wake });
      }
    }
    waiting.sort((x, y) => x.stamp - y.stamp);
    const woken = waiting.slice(0, count);
    for (const { wake } of woken) wake();
    return woken.length;
  }

  #point(op: string, words: Words, index: number): void {
    this.#stop(op, words, index, STATE.READY);
  }

  #stop(op: string, words: Words, index: number, state: number): void {
    const buffer = this.#bufferOf(words);
    this.#halt(op, buffer, index + words.byteOffset / 4, state);
  }

  #halt(
    op: string = "wakes from its waits",
    buffer: number = -1,
    index: number = -1,
    state: number = STATE.BLOCKED,
  ): void {
    if (this.dead) throw DEATH;
    const { control } = this.#start;
    const base = this.#base;
    control[base + BLOCK.OP] = OPS.indexOf(op);
    control[base + BLOCK.BUFFER] = buffer;
    control[base + BLOCK.INDEX] = index;
    const go = Atomics.load(control, base + BLOCK.GO);
    tell(control, base, state);
    let spins = SPINS;
    while (Atomics.load(control, base + BLOCK.GO) === go) {
      if (--spins < 0) Atomics.wait(control, base + BLOCK.GO, go);
    }
    if (control[base + BLOCK.COMMAND] !== COMMAND.DIE) return;
    this.dead = true;
    throw DEATH;
  }

  #bufferOf(words: Words): number {
    const at = this.#start.memory.findIndex((memory) =>
      memory === words.buffer
    );
    if (at < 0) throw new Error("Cannot model a word outside setup's memory");
    return at;
  }
}

function tell(control: Int32Array, base: number, state: number): void {
  Atomics.store(control, base + BLOCK.STATE, state);
  Atomics.notify(control, base + BLOCK.STATE);
}

/** Until nothing but waits is left to do. */
function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets an asynchronous body go on to its end: what it leaves behind it does as well. */
async function finish(body: Promise<void>, cells: SteppedCells): Promise<void> {
  let over: { error?: unknown } | undefined;
  body.then(() => over = {}, (error) => over = { error });
  for (;;) {
    await idle();
    if (cells.dead) throw DEATH;
    if (over !== undefined) break;
    cells.sleep();
  }
  cells.endWaits();
  await idle();
  if ("error" in over) throw over.error;
}

async function runOnce(
  start: ThreadStart,
  thread: Thread,
  cells: SteppedCells,
): Promise<number> {
  const { control, memory } = start;
  const base = start.thread * BLOCK.WORDS;
  const log = (value: number): void => {
    const length = control[base + BLOCK.LENGTH] as number;
    if (BLOCK.LOG + length >= BLOCK.WAITS) return;
    control[base + BLOCK.LOG + length] = value;
    control[base + BLOCK.LENGTH] = length + 1;
  };
  cells.dead = false;
  cells.endWaits();
  let door: Cells = cells;
  const bend = (change: (cells: Cells) => Cells): void => {
    door = change(door);
  };
  try {
    const body = thread({ memory, log, bend });
    useModel(door);
    const ending = body();
    if (ending !== undefined) await finish(ending, cells);
    return STATE.DONE;
  } catch (error) {
    if (cells.dead) return STATE.DIED;
    control[base + BLOCK.LENGTH] = 0;
    for (const c of String(error)) log(c.codePointAt(0)!);
    return STATE.THREW;
  } finally {
    useModel(undefined);
  }
}

self.onmessage = async (event: MessageEvent<ThreadStart>) => {
  const start = event.data;
  const { control } = start;
  const base = start.thread * BLOCK.WORDS;
  const module: Record<string, Thread> = await import(start.module);
  const thread = module[start.name];
  if (thread === undefined) throw new Error(`No thread '${start.name}'`);
  const cells = new SteppedCells(start);
  self.postMessage("ready");
  for (let run = 0;;) {
    Atomics.wait(control, base + BLOCK.RUN, run);
    run = Atomics.load(control, base + BLOCK.RUN);
    if (run < 0) break;
    tell(control, base, await runOnce(start, thread, cells));
  }
  self.close();
};
