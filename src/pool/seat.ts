/**
 * A place in a pool, and the worker that has it.
 *
 * @module
 */
import type { Cell } from "../actor/cell.ts";
import type { ActorRef } from "../actor/ref.ts";
import { errorFromWire, type WireError } from "../error_wire.ts";
import { InitTimeoutError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Words } from "../memory/cells.ts";
import { type Batch, type BatchSeat, type Out, tellResults } from "./batch.ts";
import { wordsOf, writeCancel } from "./cancel_note.ts";
import { tellsOfEnd } from "./generate_work.ts";
import { LoadWatch } from "./load_watch.ts";
import { begunOf, openClaim, recall, SLOTS } from "./claims.ts";
import {
  APART,
  type BatchAnswer,
  SPREAD,
  STOPS,
  type TaskName,
} from "./batch_order.ts";
import type { PoolWorkerActor } from "./pool_worker.ts";
import { OutList } from "./out_list.ts";
import { readLog } from "./result_log.ts";
import type { Work } from "./work.ts";

/** Who is told what happens at a seat. */
export interface SeatHooks {
  /** It is up. */
  up(seat: Seat): void;
  /** It has room again. */
  free(seat: Seat): void;
  /** It is given nothing more. */
  leaves(seat: Seat): void;
  /** Its worker has ended, in that state; of what it had begun each is told after this. */
  gone(seat: Seat, report: ExitReport, state: Seat["state"]): void;
}

/** How a worker is treated. */
export interface SeatOptions {
  /** Tasks that it runs before it is replaced. */
  readonly maxTasks: number;
  /** How long a task may run on that was cancelled, in milliseconds. */
  readonly killAfterMs: number;
  /** How long it may look for a task, in milliseconds. */
  readonly initTimeout: number;
}

/** How long a worker that has nothing to do may take to stop, in milliseconds. */
const STOP_MS = 5_000;

/** Batches so far: each has its own number, whichever worker has it. */
let batches = 0;

/** One worker, from its start to its end. */
export class Seat implements BatchSeat {
  /** See {@link BatchSeat.outs}. */
  readonly outs: OutList = new OutList();
  /** Where it stands in its life. */
  state: "starting" | "up" | "leaving" | "gone" = "starting";
  /** When it was given or gave back something last. */
  activeAt: number = performance.now();
  /** Tasks that it has run. */
  served = 0;
  readonly #cell: Cell;
  readonly #ref: ActorRef<PoolWorkerActor>;
  readonly #words: Words;
  readonly #hooks: SeatHooks;
  readonly #options: SeatOptions;
  readonly #watch: LoadWatch;
  /** The tasks that it has been told of for certain. */
  readonly #known: Set<number> = new Set();
  readonly #slots: number[] = Array.from({ length: SLOTS }, (_, at) => at);
  readonly #ended: Promise<ExitReport>;
  #cancelled = 0;

  /** Starts the worker of `cell`, whose claims are in `memory`. */
  constructor(
    readonly index: number,
    cell: Cell,
    memory: SharedArrayBuffer,
    options: SeatOptions,
    hooks: SeatHooks,
  ) {
    this.#cell = cell;
    this.#words = wordsOf(memory);
    this.#options = options;
    this.#hooks = hooks;
    const { initTimeout } = options;
    this.#watch = new LoadWatch(this.#words, initTimeout, (out) => {
      this.#notFound(out);
    });
    const ref = cell.ref as ActorRef<PoolWorkerActor>;
    this.#ref = ref.with({ timeout: Infinity });
    cell.onEnded = (report) => cell.retire(report);
    this.#ended = ref.exited;
    void this.#ended.then((report) => this.#gone(report));
    cell.start().then(() => this.#up(), (error) => this.#notStarted(error));
  }

  /** Its name. */
  get name(): string {
    return this.#cell.name;
  }

  /** See {@link BatchSeat.busy}. */
  get busy(): number {
    let busy = 0;
    for (const { limit } of this.outs) if (limit > 0) busy++;
    return busy;
  }

  /** See {@link BatchSeat.room}. */
  get room(): number {
    if (this.state !== "up" || this.#cancelled > 0 || this.#reads) return 0;
    return this.left > 0 ? this.#slots.length : 0;
  }

  /** Whether what it runs is read one by one: it may take as long as its reader likes. */
  get #reads(): boolean {
    for (const { batch } of this.outs) {
      if (batch.readAhead !== undefined) return true;
    }
    return false;
  }

  /** See {@link BatchSeat.left}. */
  get left(): number {
    let left = this.#options.maxTasks - this.served;
    for (const { limit } of this.outs) left -= limit;
    return left;
  }

  /** See {@link BatchSeat.begun}. */
  begun({ slot }: Out): number {
    return begunOf(this.#words, slot);
  }

  /** See {@link BatchSeat.recall}. */
  recall({ slot }: Out, keep = 0): number {
    return recall(this.#words, slot, keep);
  }

  /** See {@link BatchSeat.send}. */
  send(batch: Batch): void {
    const slot = this.#slots.pop()!;
    const id = ++batches;
    const { facts, args, works } = batch;
    const limit = args.length;
    openClaim(this.#words, slot, limit);
    const sentAt = performance.now();
    const loads = !this.#known.has(facts.id);
    const rest = { sentAt, limit, loads, seat: this, reports: 0 };
    const out: Out = { batch, id, slot, ...rest };
    this.outs.add(out);
    this.#lookAtFirst();
    for (const work of works) {
      work.outs.add(out);
      work.begunAt ??= sentAt;
    }
    this.activeAt = sentAt;
    if (batch.readAhead !== undefined) return this.#generate(out);
    const task: TaskName = loads
      ? [facts.id, facts.module, facts.name]
      : [facts.id];
    const flags = (batch.spread ? SPREAD : 0) | (batch.stops ? STOPS : 0) |
      (batch.apart ? APART : 0);
    const ref = batch.transfer === undefined
      ? this.#ref
      : this.#ref.with({ timeout: Infinity, transfer: batch.transfer });
    ref.ask.work(id, slot, flags, batch.sliceMs, task, args).then(
      (answer) => this.#answered(out, answer as BatchAnswer),
      (error) => this.#unanswered(out, error),
    );
  }

  /** As {@link Seat.send}, when what the task gives is read one by one. */
  #generate(out: Out): void {
    const { id, slot, batch } = out;
    const { args, facts, transfer, readAhead: credit = 1 } = batch;
    const task: TaskName = [facts.id, facts.module, facts.name];
    const how = transfer === undefined ? { credit } : { credit, transfer };
    const { stream } = this.#ref.with(how);
    const elements = stream.generate(id, slot, task, args[0] as unknown[]);
    const first = elements.next();
    first.catch((error) => {
      // Later ones are told by the worker.
      if (!tellsOfEnd(error) && this.begun(out) === 0) this.#refuse(out, error);
    });
    batch.attach?.(elements, first);
  }

  /** Nothing more comes of a task that is read one by one. */
  endedOf(id: number, failure: WireError | null): void {
    for (const out of this.outs) {
      if (out.id !== id) continue;
      const { batch, limit } = out;
      const begun = this.begun(out);
      this.#close(out);
      if (failure === null && begun > 0) this.#known.add(batch.facts.id);
      this.served += begun;
      if (limit === 0) return this.#next(batch);
      if (failure === null) batch.done(0, [undefined]);
      else batch.failed(0, errorFromWire(failure));
      return this.#next(batch);
    }
  }

  /** One of its tasks says something. */
  reported(id: number, index: number, report: unknown): void {
    for (const out of this.outs) {
      if (out.id !== id) continue;
      out.reports++;
      out.batch.reported(index, report);
      out.onReport?.();
      return;
    }
  }

  /** See {@link BatchSeat.cancel}. */
  cancel(out: Out, work: Work, reason: unknown): void {
    const begun = this.begun(out);
    if (begun === 0 || !this.outs.has(out)) return;
    const { batch } = out;
    // Another one runs; its own has ended, or never begins.
    if (batch.apart && batch.indexOf(work) !== begun - 1) return;
    this.#cancelled++;
    writeCancel(this.#words, out.id, begun - 1, reason);
    const late = (): void => {
      if (this.outs.has(out)) this.kill();
    };
    const { killAfterMs } = this.#options;
    const timer = killAfterMs === Infinity
      ? undefined
      : setTimeout(late, killAfterMs);
    out.over = () => {
      clearTimeout(timer);
      this.#cancelled--;
    };
  }

  /** Ends it when it has nothing to do. */
  leave(): void {
    if (this.state === "leaving" || this.state === "gone") return;
    this.state = "leaving";
    this.#hooks.leaves(this);
    this.#stopWhenDone();
  }

  /** Stops when all is answered, also what was taken back: a stop would overtake it. */
  #stopWhenDone(): void {
    if (this.state === "leaving" && this.outs.size === 0) {
      void this.#end(STOP_MS);
    }
  }

  /** See {@link BatchSeat.kill}. */
  kill(): void {
    if (this.state === "gone") return;
    if (this.state !== "leaving") {
      this.state = "leaving";
      this.#hooks.leaves(this);
    }
    // A thread that cannot be stopped begins nothing more.
    for (let slot = 0; slot < SLOTS; slot++) recall(this.#words, slot);
    void this.#end("kill");
  }

  /** Resolves when it has ended. */
  get ended(): Promise<ExitReport> {
    return this.#ended;
  }

  async #end(shutdown: number | "kill"): Promise<void> {
    this.#cell.retire(await this.#cell.end("pool closed", shutdown));
  }

  #up(): void {
    if (this.state !== "starting") return;
    this.state = "up";
    this.activeAt = performance.now();
    this.#hooks.up(this);
  }

  #notStarted(error: unknown): void {
    const report = { kind: "failed", code: 1 } as const;
    this.#cell.retire(
      error instanceof Error ? { ...report, error } : report,
    );
  }

  #answered(out: Out, answer: BatchAnswer): void {
    const [values, failures, ms, reports] = answer;
    const { batch } = out;
    if (out.reports < reports) {
      // They are on their way, on another lane.
      out.onReport = () => this.#answered(out, answer);
      return;
    }
    this.#close(out);
    const done = values.length - (failures?.length ?? 0);
    // One that it could not find it does not know.
    if (done > 0) this.#known.add(batch.facts.id);
    batch.facts.took(ms, values.length);
    this.served += values.length;
    batch.ended(values.length, done);
    tellResults(batch, answer);
    if (values.length < out.limit) batch.returned(values.length, out.limit);
    this.#next(batch);
  }

  /** A batch has been answered: it has room, or it has served its time. */
  #next({ works }: Batch): void {
    for (const work of works) work.tellEnd();
    if (this.served >= this.#options.maxTasks && this.outs.size === 0) {
      this.leave();
    } else this.#hooks.free(this);
  }

  #unanswered(out: Out, error: unknown): void {
    if (tellsOfEnd(error)) {
      return void this.#ended.then((report) => this.#lose(out, report));
    }
    this.#refuse(out, error);
  }

  /** It could not be sent; nothing was. */
  #refuse(out: Out, error: unknown): void {
    this.#close(out);
    out.batch.refused(error);
    for (const work of out.batch.works) work.tellEnd();
    this.#hooks.free(this);
  }

  /** Its worker has ended without an answer. */
  #lose(out: Out, report: ExitReport): void {
    const { batch, slot } = out;
    recall(this.#words, slot);
    const begun = this.begun(out);
    // Those that ended before the one that ran have left their results.
    const left = batch.apart && begun > 1
      ? readLog(this.#words, slot, begun - 1)
      : [];
    this.#close(out);
    if (left.length > 0) batch.done(0, left);
    for (let index = left.length; index < begun; index++) {
      if (out.fault !== undefined) batch.failed(index, out.fault);
      else batch.died(index, this.name, report);
    }
    if (begun < out.limit) batch.returned(begun, out.limit);
    for (const work of batch.works) work.tellEnd();
  }

  #close(out: Out): void {
    this.outs.delete(out);
    this.#lookAtFirst();
    for (const work of out.batch.works) work.outs.delete(out);
    out.over?.();
    this.#slots.push(out.slot);
    this.activeAt = performance.now();
    this.#stopWhenDone();
  }

  #lookAtFirst(): void {
    const [first] = this.outs;
    this.#watch.look(first);
  }

  /** It still imports the module of the first batch: its thread may hang. */
  #notFound(out: Out): void {
    const { name, module } = out.batch.facts;
    const timeoutMs = this.#options.initTimeout;
    out.fault = new InitTimeoutError(
      `Cannot run "${name}" as "${module}" is not imported after ${timeoutMs} ms: look for what it awaits outside of its functions, or raise initTimeout`,
      { actor: this.name, timeoutMs },
    );
    this.kill();
  }

  #gone(report: ExitReport): void {
    const { state } = this;
    this.state = "gone";
    this.#hooks.gone(this, report, state);
    // Of what is read one by one nobody is told otherwise.
    for (const out of [...this.outs]) {
      if (out.batch.readAhead !== undefined) this.#lose(out, report);
    }
  }
}
