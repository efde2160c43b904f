/// <reference no-default-lib="true"/>
/// <reference lib="deno.worker"/>
/**
 * A thread of a scenario: a real worker that stops before every operation on
 * shared words until the explorer lets it go on.
 */
import { type Cells, useModel, type Words } from "../../src/memory/cells.ts";
import { BLOCK, COMMAND, OPS, STATE, type Thread } from "./control.ts";

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

class SteppedCells implements Cells {
  readonly #start: ThreadStart;
  readonly #base: number;
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
    const { control, threads } = this.#start;
    let stamp = 0;
    for (let t = 0; t < threads; t++) {
      stamp = Math.max(stamp, control[t * BLOCK.WORDS + BLOCK.STAMP] as number);
    }
    control[this.#base + BLOCK.STAMP] = stamp + 1;
    control[this.#base + BLOCK.TIMED] = timeoutMs === Infinity ? 0 : 1;
    this.#stop("wakes from wait", words, index, STATE.BLOCKED);
    return control[this.#base + BLOCK.COMMAND] === COMMAND.TIME_OUT
      ? "timed-out"
      : "ok";
  }

  waitAsync(): never {
    throw new Error("Cannot model waitAsync: use wait in model scenarios");
  }

  /** Wakes waiters of the word in the order in which they blocked, as the language says. */
  notify(words: Words, index: number, count = Infinity): number {
    this.#point("notify", words, index);
    const { control, threads } = this.#start;
    const buffer = this.#bufferOf(words);
    const at = index + words.byteOffset / 4;
    const waiting: number[] = [];
    for (let t = 0; t < threads; t++) {
      const base = t * BLOCK.WORDS;
      if (
        Atomics.load(control, base + BLOCK.STATE) === STATE.BLOCKED &&
        control[base + BLOCK.BUFFER] === buffer &&
        control[base + BLOCK.INDEX] === at
      ) waiting.push(base);
    }
    waiting.sort((x, y) =>
      control[x + BLOCK.STAMP]! - control[y + BLOCK.STAMP]!
    );
    const woken = waiting.slice(0, count);
    for (const base of woken) {
      Atomics.store(control, base + BLOCK.STATE, STATE.READY);
    }
    return woken.length;
  }

  #point(op: string, words: Words, index: number): void {
    this.#stop(op, words, index, STATE.READY);
  }

  #stop(op: string, words: Words, index: number, state: number): void {
    if (this.dead) throw DEATH;
    const { control } = this.#start;
    const base = this.#base;
    control[base + BLOCK.OP] = OPS.indexOf(op);
    control[base + BLOCK.BUFFER] = this.#bufferOf(words);
    control[base + BLOCK.INDEX] = index + words.byteOffset / 4;
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

function runOnce(
  start: ThreadStart,
  thread: Thread,
  cells: SteppedCells,
): number {
  const { control, memory } = start;
  const base = start.thread * BLOCK.WORDS;
  const log = (value: number): void => {
    const length = control[base + BLOCK.LENGTH] as number;
    if (BLOCK.LOG + length >= BLOCK.WORDS) return;
    control[base + BLOCK.LOG + length] = value;
    control[base + BLOCK.LENGTH] = length + 1;
  };
  cells.dead = false;
  let door: Cells = cells;
  const bend = (change: (cells: Cells) => Cells): void => {
    door = change(door);
  };
  try {
    const body = thread({ memory, log, bend });
    useModel(door);
    body();
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
    tell(control, base, runOnce(start, thread, cells));
  }
  self.close();
};
