/**
 * Runs in every worker: waits to become an actor, then is one until it ends.
 *
 * @module
 */
import { errorFromWire, errorToWire } from "../../error_wire.ts";
import {
  ActorInitError,
  ModuleLoadError,
  TopLevelSpawnError,
  UnknownExportError,
} from "../../errors.ts";
import { useDepot } from "../../channel/depot.ts";
import { decode } from "../../memory/codec.ts";
import { ENDPOINT, EndpointTable } from "../../memory/endpoints.ts";
import { enterLife } from "../../sync/lives.ts";
import { dropAhead, startAhead } from "./ahead.ts";
import { ActorLoop } from "./actor_loop.ts";
import { type Bed, sleepIn } from "../nursery/bed.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type Context, current, enterContext } from "../current.ts";
import { load } from "../define.ts";
import type { Locks } from "../nursery/locks.ts";
import type { LastCall } from "./last_call.ts";
import { Shelves } from "./shelves.ts";
import { enterIsolate, Isolate } from "./isolate.ts";
import { lightsOf } from "../light/lights_of.ts";
import { Links } from "../links.ts";
import { markImports } from "../import_once.ts";
import { enterHome } from "../home.ts";
import { Offspring } from "../offspring.ts";
import type {
  Become,
  FromNursery,
  ToNursery,
  WireReport,
} from "../mail/protocol.ts";
import { receiveRefusal } from "../receive.ts";
import { refTo } from "../ref.ts";
import { RefCore } from "../mail/ref_core.ts";
import { isAlone } from "../resume.ts";
import { ownerEnded } from "../refused_start.ts";
import { readAhead } from "./read_ahead.ts";
import { rehearse } from "./rehearsal.ts";
import { ownStop } from "../own_stop.ts";
import { ActorTimers } from "../timers.ts";
import { TaskRunner } from "./task_runner.ts";
import { monitor, watch } from "../watch.ts";
import { messageOf } from "../../thrown.ts";

/** The first message; `port` leads to the nursery when another thread made this one. */
type Seed = {
  readonly type: "seed";
  readonly bed: Bed;
  readonly port?: MessagePort;
};

const scope = self as unknown as {
  /** The lock to hold for life. */
  readonly name: string;
  onmessage: ((event: MessageEvent<FromNursery | Seed>) => void) | null;
  postMessage(message: ToNursery, transfer?: Transferable[]): void;
  close(): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
};
let line: Pick<MessagePort, "postMessage"> = scope as never;
const post = (message: ToNursery, transfer: Transferable[] = []): void =>
  line.postMessage(message, transfer);
/** Kept from user code, which may close the thread by its own call of the same name. */
const closeThread = scope.close.bind(scope);

/** The hooks that a start calls. */
interface Hooks {
  onStart?(context: Context): unknown;
  onRestart?(error: unknown): unknown;
  restore?(state: unknown): unknown;
}

let bed: Bed;
/** What this thread plays while nobody waits for it. */
let rehearsal: Promise<void> | undefined;
/** The begin of the process that was started ahead. */
let ahead: Promise<void> | undefined;
let isolate: Isolate | undefined;
let offspring: Offspring | undefined;
let loop: ActorLoop | undefined;
let timers: ActorTimers | undefined;
let checkpoints: Checkpoints | undefined;
let shelf: Shelves | undefined;
let links: Links | undefined;
/** Whether `Deno.exit()` was called: the thread runs on for a moment, but what it says no longer counts. */
let exiting = false;
let stopEarly: { reason: unknown; drain: boolean } | undefined;
const stopping = new AbortController();
/** What can be received before the actor is up: nothing. */
const NOT_UP = { concurrency: 1, handles: false, receives: false };

scope.onmessage = receive;

function receive({ data }: MessageEvent<FromNursery | Seed>): void {
  if (data.type === "seed") seed(data);
  else if (data.type === "warmUp") void warmUp(data.foreseen);
  else if (data.type === "become") void become(data);
  else if (data.type === "ahead") ahead = startAhead(data.order, data.name);
  else if (data.type === "stop") stop(data.reason, data.drain);
  else if (data.type === "kept") checkpoints?.kept();
  else if (data.type === "shelved") shelf?.known();
  else if (links?.receive(data)) return;
  else if (isolate?.receive(data) === false) offspring?.receive(data);
}

function seed({ bed: own, port }: Seed): void {
  bed = own;
  if (port !== undefined) {
    port.onmessage = receive;
    line = port;
  }
  const { locks } = navigator as unknown as { locks: Locks };
  locks.request(scope.name, {}, () => {
    post({ type: "seeded" });
    // Held for life: it comes free when this thread ends, by whatever means.
    return new Promise(() => {});
  });
}

/** While nobody waits: loads the whole package, as almost every actor's module imports it, plays a life, and reads ahead. */
async function warmUp(foreseen: readonly string[]): Promise<void> {
  try {
    // deno-lint-ignore troupe/barrels troupe/layers -- only loaded, nothing of it is used here
    await import("../../../mod.ts");
    // One that has begun its own life by now has no use for more.
    if (isolate === undefined) {
      rehearsal = rehearse(() => isolate !== undefined);
      await rehearsal;
    }
    if (isolate === undefined) await readAhead(foreseen);
  } catch { // What fails here fails again when it is needed, and is reported then.
  } finally {
    post({ type: "warm" });
  }
}

function stop(reason: unknown, drain: boolean): void {
  stopping.abort(reason);
  timers?.close();
  if (loop !== undefined) loop.stop(reason, drain);
  else stopEarly = { reason, drain };
}

/** Errors that no handler caught end the actor, with their reason. */
function catchStrays(): void {
  scope.addEventListener("error", (event) => {
    event.preventDefault();
    stray((event as ErrorEvent).error ?? (event as ErrorEvent).message);
  });
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    stray((event as PromiseRejectionEvent).reason);
  });
}

function stray(error: unknown): void {
  if (loop !== undefined) return loop.crash(error);
  sayGoodbye({ kind: "crashed", code: 1, error: errorToWire(error) });
}

/** The last word. Nothing of this thread runs after it, so that the next incarnation is alone from its first line. */
function sayGoodbye(report: WireReport, call?: LastCall, heard = false): void {
  // As an immediate, which is the last thing of a turn of the event loop: what is due in this turn is done before.
  setImmediate(() => {
    post({ type: "ended", report, call, heard });
    sleepIn(bed);
  });
}

/** Writes down the exit code before the thread ends without an event. */
function noteExitCode(here: Isolate): void {
  const { table, endpoint } = here;
  const exit = Deno.exit.bind(Deno);
  Deno.exit = (code?: number): never => {
    exiting = true;
    // The row may be a successor's by now.
    if (!here.fenced) {
      table.set(endpoint, ENDPOINT.EXIT, 1 + (code ?? Deno.exitCode));
    }
    return exit(code);
  };
}

async function become(message: Become): Promise<void> {
  const { address, epoch, name } = message;
  dropAhead(message.module);
  enterHome("loading");
  enterLife(message.life.memory, message.life.who);
  useDepot({ post });
  const table = new EndpointTable(message.table);
  isolate = new Isolate(table, address.endpoint, epoch, post);
  isolate.onFenced = closeThread;
  lightsOf(isolate);
  links = new Links(isolate, stray);
  catchStrays();
  noteExitCode(isolate);
  for (const lane of message.lanes) isolate.adopt(lane);
  try {
    await start(isolate, message);
  } catch (cause) {
    if (exiting) return;
    sayGoodbye({
      kind: "failed",
      code: 1,
      error: errorToWire(initError(name, cause)),
    });
  }
}

function initError(name: string, cause: unknown): Error {
  if (
    cause instanceof ModuleLoadError || cause instanceof UnknownExportError ||
    cause instanceof TopLevelSpawnError ||
    // One that says so itself.
    cause instanceof ActorInitError && cause.actor === name
  ) return cause;
  return new ActorInitError(
    `Cannot start "${name}" as its constructor, restore, onStart or onRestart failed: ${
      messageOf(cause)
    }`,
    { actor: name, cause },
  );
}

async function start(here: Isolate, message: Become): Promise<void> {
  const { name, incarnation, args, attachments } = message;
  const definition = await load(message);
  // Who keeps a process looks for it.
  await ahead;
  offspring = new Offspring(here, name);
  enterHome(offspring);
  markImports();
  // What is decoded on its stage belongs there, and so would what is decoded here meanwhile.
  await rehearsal?.catch(() => {});
  enterIsolate(here);
  const values = decode(args, 0, args.length, attachments) as unknown[];
  here.turnless = definition.kind === "task";
  timers = new ActorTimers({
    inTurn: (notice) => here.notify(-1, notice),
    quiet: () =>
      here.consumer?.free === true && !here.mailbox.hasMore(true) &&
      shelf?.due !== true,
    now: () => performance.now(),
  });
  shelf = new Shelves(
    here.mailbox,
    here.endpoint,
    message.epoch,
    message.stash,
    message.shelf,
    (memory, urgent) => post({ type: "shelf", memory, urgent }),
  );
  const context = contextOf(here, links!, message);
  enterContext(context);
  const instance = definition.kind === "task"
    ? new TaskRunner(definition.run, values)
    : new definition.make(...values);
  if (message.restore !== undefined) {
    const { bytes, attachments } = message.restore;
    const state = decode(bytes, 0, bytes.length, attachments);
    await (instance as Hooks).restore?.(state);
  }
  await (instance as Hooks).onStart?.(context);
  if (message.after !== undefined) {
    const { error } = message.after;
    await (instance as Hooks).onRestart?.(
      error === undefined ? message.after : errorFromWire(error),
    );
  }
  const { concurrency, checkpointMs, onFailure, redelivers } = message;
  if (checkpointMs !== undefined && Checkpoints.has(instance)) {
    checkpoints = new Checkpoints(
      {
        keep: (state) => {
          post({ type: "checkpoint", state }, [state.bytes.buffer]);
          return false;
        },
        wake: () => here.wake(),
      },
      instance,
      checkpointMs,
    );
  }
  loop = new ActorLoop(
    here,
    instance,
    {
      name,
      incarnation,
      concurrency,
      checkpoints,
      isAlone: (error, method) =>
        isAlone(
          error,
          onFailure,
          () =>
            post({ type: "resumed", error: errorToWire(error, name), method }),
        ),
      timers,
      redelivers,
      shelf,
      ended: (report, call, heard) => void end(report, call, heard),
    },
  );
  here.consumer = loop;
  here.light?.openForOthers();
  post({ type: "started", methods: loop.methods });
  if (stopEarly !== undefined) loop.stop(stopEarly.reason, stopEarly.drain);
  here.wake();
}

/** Ends this actor, after those that it started. */
async function end(
  report: WireReport,
  call: LastCall | undefined,
  heard: boolean,
): Promise<void> {
  offspring?.refuse(ownerEnded(current.name));
  if (report.kind === "stopped") {
    await offspring?.endAll("owner stopped", Infinity);
  }
  sayGoodbye(report, call, heard);
}

function contextOf(here: Isolate, own: Links, message: Become): Context {
  const { address, name, incarnation, parent } = message;
  return {
    self: refTo(new RefCore(here, address, name, incarnation)),
    name,
    incarnation,
    signal: stopping.signal,
    parent: { id: parent.endpoint, name: parent.name },
    watch,
    monitor,
    stop: (reason, options) =>
      post({
        type: "stop",
        address,
        ...ownStop(name, reason, options),
        from: -1,
      }),
    open: (spec) => offspring!.open(spec),
    spawn: (definition, args, options) =>
      offspring!.spawn(definition, args, options),
    run: (task, args, options) => offspring!.run(task, args, options),
    link: (ref) => own.link(ref),
    unlink: (ref) => own.unlink(ref),
    trapExits: (handler) => own.trapExits(handler),
    get stashed() {
      return shelf!.stashed;
    },
    stash: () => shelf!.stash(name, message.concurrency),
    unstash: () => {
      here.wake();
      return shelf!.release();
    },
    receive: (clauses, options) =>
      loop === undefined
        ? Promise.reject(receiveRefusal(name, NOT_UP))
        : loop.receive(clauses, options) as Promise<never>,
    after: timers!.after,
    every: timers!.every,
    idle: timers!.idle,
    log: current.log,
  };
}
