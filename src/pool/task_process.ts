/**
 * The process of one worker of a pool: started, asked, and started anew for a module that it may not read.
 *
 * @module
 */
import type { Cell } from "../actor/cell.ts";
import type { Context } from "../actor/current.ts";
import { endsAs } from "../actor/ends_as.ts";
import type { ProcessOptions } from "../actor/process_order.ts";
import type { ActorRef } from "../actor/ref.ts";
import type { ActorStream } from "../actor/stream/actor_stream.ts";
import { errorFromWire, type WireError } from "../error_wire.ts";
import {
  ActorInitError,
  ActorStoppedError,
  ModuleLoadError,
  TroupeError,
} from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { InitTask } from "./find_task.ts";
import { tellsOfEnd } from "./generate_work.ts";
import type { PoolDeskActor } from "./pool_desk.ts";
import type { TaskName } from "./batch_order.ts";
import {
  type HostAnswer,
  type HostOrder,
  TaskHost,
  type TaskHostActor,
} from "./task_host.ts";

/** How the process of a worker is made. */
export interface ProcessPlan {
  /** See `PoolOptions.permissions`. */
  readonly permissions: Deno.PermissionOptions | undefined;
  /** See `PoolOptions.process`. */
  readonly process: ProcessOptions | undefined;
  /** The modules of the tasks that the pool has met. */
  readonly modules: readonly string[];
  /** See `PoolOptions.initTimeout`. */
  readonly initTimeout: number;
}

/** What the process is told of its pool. */
export type HostArgs = [
  place: number,
  desk: ActorRef<PoolDeskActor>,
  init: InitTask | undefined,
  initArgs: readonly unknown[],
];

/** A task that the process knows. */
export interface KnownTask {
  /** Its number in the pool. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** Milliseconds that it took last; `NaN` before the first. */
  costMs: number;
}

const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** The process of one worker; its methods reject with what the worker ends by once it has ended. */
export class TaskProcess {
  readonly #plan: ProcessPlan;
  readonly #args: HostArgs;
  readonly #modules: Set<string>;
  /** Whether it ended before it heard of what it was told last. */
  unheard = false;
  readonly #tasks: Map<number, KnownTask> = new Map();
  readonly #over: PromiseWithResolvers<Error> = Promise.withResolvers();
  readonly #names: Map<number, TaskName> = new Map();
  #host: ActorRef<TaskHostActor> | undefined;
  /** Whether it is to end. */
  #leaving = false;

  /** A process as `plan` says, whose host is made of `args`. */
  constructor(plan: ProcessPlan, args: HostArgs) {
    this.#plan = plan;
    this.#args = args;
    this.#modules = new Set(plan.modules);
  }

  /** Starts it, and runs the pool's `init` there. */
  async start(context: Context): Promise<void> {
    const { permissions, process, initTimeout } = this.#plan;
    const { name } = context;
    const cell = context.open({
      id: name,
      actor: TaskHost,
      args: this.#args,
      options: {
        placement: "process",
        ...permissions === undefined ? {} : { permissions },
        process: { ...process, modules: [...this.#modules] },
        // A cancel is heard while a task is waited for.
        concurrency: 4,
        initTimeout,
        mailbox: { maxMessageBytes: MAX_MESSAGE_BYTES },
      },
      once: true,
      // The pool is told of what did not arrive.
      unmissed: true,
    });
    cell.onEnded = (report) => cell.retire(report);
    await started(cell);
    const ref = cell.ref as ActorRef<TaskHostActor>;
    const host = this.#host = ref.with({ timeout: Infinity });
    void ref.exited.then((report) => {
      if (host === this.#host) this.#ended(name, report);
    });
  }

  /** Lets it end. */
  async stop(): Promise<void> {
    this.#leaving = true;
    await this.#host?.stop("pool closed");
  }

  /** The task, or why there is none. */
  async find(context: Context, task: TaskName): Promise<KnownTask | WireError> {
    const known = this.#tasks.get(task[0]);
    if (known !== undefined) return known;
    const [id, module = "", name = ""] = this.#named(task);
    let missed = await this.#look(id, module, name);
    if (missed !== null && !this.#modules.has(module)) {
      this.#modules.add(module);
      if (errorFromWire(missed) instanceof ModuleLoadError) {
        // It may not be allowed to read it: what it may load is said when it starts.
        await this.#renew(context);
        missed = await this.#look(id, module, name);
      }
    }
    if (missed !== null) return missed;
    const found = { id, name, costMs: NaN };
    this.#tasks.set(id, found);
    return found;
  }

  /** The task with its module: a process that comes in the place of another has to be told again. */
  #named(task: TaskName): TaskName {
    const [id, module] = task;
    if (module !== undefined) this.#names.set(id, task);
    return this.#names.get(id) ?? task;
  }

  /** Whether it knows the task of that number. */
  knows([id]: TaskName): boolean {
    return this.#tasks.has(id);
  }

  /** Has it run tasks. */
  run(order: HostOrder, args: unknown[]): Promise<HostAnswer> {
    return this.#heard(this.#host!.ask.run(order, args));
  }

  /** What a task yields there. */
  generate(
    batch: number,
    { id, name }: KnownTask,
    args: unknown[],
  ): ActorStream<unknown> {
    const { stream } = this.#host!.with({ credit: 1 });
    return stream.generate(batch, id, name, args);
  }

  /** Why the task that was read last ended; `null` if it had nothing more to give. */
  failure(): Promise<WireError | null> {
    return this.#heard(this.#host!.ask.failure());
  }

  /** Tells it that the task at `index` of a batch was cancelled. */
  cancel(batch: number, index: number, reason: unknown): void {
    this.#host!.tell.cancel(batch, index, reason);
  }

  /** `error`, or what the worker ends by if that tells of an end. */
  async endOf(error: unknown): Promise<unknown> {
    return tellsOfEnd(error) ? await this.#over.promise : error;
  }

  async #heard<T>(answer: PromiseLike<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ActorStoppedError && error.safeToRetry) {
        this.unheard = true;
      }
      throw await this.endOf(error);
    }
  }

  #look(id: number, module: string, name: string): Promise<WireError | null> {
    return this.#heard(this.#host!.ask.find(id, module, name));
  }

  async #renew(context: Context): Promise<void> {
    const host = this.#host!;
    this.#host = undefined;
    this.#tasks.clear();
    await host.stop("pool goes on in another process");
    await this.start(context);
  }

  /** It has ended, and so does the worker. */
  #ended(name: string, { kind, code, signal, error }: ExitReport): void {
    const end = error ?? new TroupeError(`The process of "${name}" ended`);
    endsAs(end, { kind, code, ...signal === undefined ? {} : { signal } });
    this.#over.resolve(end);
    // A handler that waits tells of it first.
    if (!this.#leaving) setImmediate(() => reportError(end));
  }
}

/** Starts the actor of `cell`; what fails is told in the words of whoever made the pool, who knows of no actor in its worker. */
async function started(cell: Cell): Promise<void> {
  try {
    await cell.start();
  } catch (error) {
    const report = { kind: "failed", code: 1 } as const;
    cell.retire(error instanceof Error ? { ...report, error } : report);
    const told = error instanceof ActorInitError && error.cause !== undefined;
    throw told ? error.cause : error;
  }
}
