/**
 * Every error a caller may catch.
 *
 * Each class has a stable `code` (`TROUPE_…`). `name` and `code` live on the
 * prototype, so own fields are exactly the data the error carries.
 *
 * @module
 */
import type { ExitReport } from "./exit_report.ts";

/** Base of the errors Troupe raises; `instanceof TroupeError` and `code` are stable. */
export class TroupeError extends Error {
  /** Stable machine-readable code, the same in every version. */
  declare readonly code: string;
}

/** The actor failed while it handled this message, code `TROUPE_ACTOR_CRASHED`: repeat the call only if that does no harm. */
export class ActorCrashedError extends TroupeError {
  /** Name of the actor. */
  readonly actor: string;
  /** Which life of the actor failed, counted from 1. */
  readonly incarnation: number;
  /** Always true: the message had been handed to the actor, whose handler may have run in part. */
  readonly mayHaveRun: true = true;

  /** Makes the error; `cause` is what the handler threw. */
  constructor(
    message: string,
    options: { actor: string; incarnation: number; cause?: unknown },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.incarnation = options.incarnation;
  }
}

/** The actor has stopped for good, code `TROUPE_ACTOR_STOPPED`. */
export class ActorStoppedError extends TroupeError {
  /** Name of the actor. */
  readonly actor: string;
  /** True if the message was surely not handled, even in part. */
  readonly safeToRetry: boolean;

  /** Makes the error. */
  constructor(
    message: string,
    options: { actor: string; safeToRetry: boolean; cause?: unknown },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.safeToRetry = options.safeToRetry;
  }
}

/** The actor's constructor or `onStart` threw, code `TROUPE_ACTOR_INIT`. */
export class ActorInitError extends TroupeError {
  /** Name of the actor. */
  readonly actor: string;

  /** Makes the error; `cause` is what was thrown. */
  constructor(message: string, options: { actor: string; cause?: unknown }) {
    super(message, options);
    this.actor = options.actor;
  }
}

/** The actor was not ready in time, code `TROUPE_INIT_TIMEOUT`. */
export class InitTimeoutError extends TroupeError {
  /** Name of the actor. */
  readonly actor: string;
  /** The time it was given, in milliseconds. */
  readonly timeoutMs: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { actor: string; timeoutMs: number; cause?: unknown },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.timeoutMs = options.timeoutMs;
  }
}

/** No answer came within the deadline, code `TROUPE_ASK_TIMEOUT`; the handler may still run. */
export class AskTimeoutError extends TroupeError {
  /** Name of the actor asked. */
  readonly actor: string;
  /** The method asked for. */
  readonly method: string;
  /** The deadline, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the call had begun; one that had not may still run later. */
  readonly begun: boolean;

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      actor: string;
      method: string;
      timeoutMs: number;
      begun: boolean;
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.method = options.method;
    this.timeoutMs = options.timeoutMs;
    this.begun = options.begun;
  }
}

/** The actor asked waits for the handler that asks, directly or through others; nothing was sent. Code `TROUPE_ASK_CYCLE`. */
export class AskCycleError extends TroupeError {
  /** Name of the actor asked. */
  readonly actor: string;
  /** The method asked for. */
  readonly method: string;
  /** The actors that wait, each for the next; the last is the first again. One that is not known here is a number. */
  readonly chain: readonly string[];

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      actor: string;
      method: string;
      chain: readonly string[];
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.method = options.method;
    this.chain = options.chain;
  }
}

/** The mailbox has no room for the message, code `TROUPE_MAILBOX_FULL`. */
export class MailboxFullError extends TroupeError {
  /** Name of the actor or queue. */
  readonly actor: string;
  /** The mailbox's capacity, in its own unit. */
  readonly capacity: number;
  /** The message that was not sent. */
  readonly unsent: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      actor: string;
      capacity: number;
      unsent: unknown;
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.capacity = options.capacity;
    this.unsent = options.unsent;
  }
}

/** The encoded message is larger than may be sent, code `TROUPE_MESSAGE_TOO_LARGE`. */
export class MessageTooLargeError extends TroupeError {
  /** Name of the receiver, if there is one. */
  readonly actor?: string;
  /** Size of the message, in bytes. */
  readonly bytes: number;
  /** The largest size allowed, in bytes. */
  readonly limit: number;

  /** Makes the error. */
  constructor(
    message: string,
    options: { actor?: string; bytes: number; limit: number; cause?: unknown },
  ) {
    super(message, options);
    if (options.actor !== undefined) this.actor = options.actor;
    this.bytes = options.bytes;
    this.limit = options.limit;
  }
}

/** A value cannot be sent, code `TROUPE_DATA_CLONE`; raised at the sender, before anything changed. */
export class DataCloneError extends TroupeError {
  /** Where the value is inside the message, such as `args[0].on.click`. */
  readonly path: string;

  /** Makes the error. */
  constructor(message: string, options: { path: string; cause?: unknown }) {
    super(message, options);
    this.path = options.path;
  }
}

/** Received bytes are not an encoded value, code `TROUPE_DECODE`. */
export class DecodeError extends TroupeError {
  /** Where decoding stopped, in bytes from the start of the given view. */
  readonly offset: number;

  /** Makes the error. */
  constructor(message: string, options: { offset: number; cause?: unknown }) {
    super(message, options);
    this.offset = options.offset;
  }
}

/** A handle was used whose kind this isolate does not define, code `TROUPE_UNKNOWN_HANDLE`. */
export class UnknownHandleError extends TroupeError {
  /** The kind the sender named. */
  readonly kind: string;

  /** Makes the error. */
  constructor(message: string, options: { kind: string; cause?: unknown }) {
    super(message, options);
    this.kind = options.kind;
  }
}

/** A worker could not import the module, code `TROUPE_MODULE_LOAD`. */
export class ModuleLoadError extends TroupeError {
  /** URL of the module. */
  readonly module: string;

  /** Makes the error; `cause` is what the import threw. */
  constructor(message: string, options: { module: string; cause?: unknown }) {
    super(message, options);
    this.module = options.module;
  }
}

/** The module does not register the name asked for, code `TROUPE_UNKNOWN_EXPORT`. */
export class UnknownExportError extends TroupeError {
  /** URL of the module. */
  readonly module: string;
  /** The name that was asked for. */
  readonly exportName: string;
  /** The names the module does register. */
  readonly available: string[];

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      module: string;
      exportName: string;
      available: string[];
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.module = options.module;
    this.exportName = options.exportName;
    this.available = options.available;
  }
}

/** The actor has no such method, code `TROUPE_UNKNOWN_METHOD`. */
export class UnknownMethodError extends TroupeError {
  /** Name of the actor. */
  readonly actor: string;
  /** The method that was asked for. */
  readonly method: string;

  /** Makes the error. */
  constructor(
    message: string,
    options: { actor: string; method: string; cause?: unknown },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.method = options.method;
  }
}

/** An option is out of its bounds, code `TROUPE_INVALID_OPTION`. A `RangeError`. */
export class InvalidOptionError extends RangeError {
  /** Stable machine-readable code, the same in every version. */
  declare readonly code: string;
  /** Name of the option. */
  readonly option: string;
  /** The value it was given. */
  readonly value: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: { option: string; value: unknown; cause?: unknown },
  ) {
    super(message, options);
    this.option = options.option;
    this.value = options.value;
  }
}

/** A module starts actors while a worker loads it, code `TROUPE_TOP_LEVEL_SPAWN`. */
export class TopLevelSpawnError extends TroupeError {}

/** The system is closing or closed, code `TROUPE_SYSTEM_CLOSED`. */
export class SystemClosedError extends TroupeError {}

/**
 * An expected "no": rejects one ask and leaves the actor running, code `TROUPE_REFUSAL`.
 *
 * @example Answer an expected failure
 * ```ts
 * import { Refusal } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const refusal = new Refusal("Cannot withdraw 9: balance is 5", { data: { balance: 5 } });
 * assertEquals(refusal.data, { balance: 5 });
 * ```
 */
export class Refusal extends TroupeError {
  /** Whatever the handler wants the caller to know. */
  readonly data: unknown;

  /** Makes the error. */
  constructor(
    message: string,
    options: { data?: unknown; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.data = options.data;
  }
}

/** The worker ended while it ran this task, code `TROUPE_WORKER_DIED`. */
export class WorkerDiedError extends TroupeError {
  /** Name of the task. */
  readonly task: string;
  /** How the worker ended. */
  readonly report: ExitReport;

  /** Makes the error. */
  constructor(
    message: string,
    options: { task: string; report: ExitReport; cause?: unknown },
  ) {
    super(message, options);
    this.task = options.task;
    this.report = options.report;
  }
}

/** An actor that this one is linked with ended abnormally, code `TROUPE_LINKED_EXIT`: it ends too. */
export class LinkedExitError extends TroupeError {
  /** Name of the actor that ended first. */
  readonly actor: string;
  /** How it ended. */
  readonly report: ExitReport;

  /** Makes the error; `cause` is the error that the other ended by. */
  constructor(
    message: string,
    options: { actor: string; report: ExitReport; cause?: unknown },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.report = options.report;
  }
}

/** A supervisor used up its restart budget, code `TROUPE_SUPERVISOR_GAVE_UP`. */
export class SupervisorGaveUpError extends TroupeError {
  /** Name of the supervisor. */
  readonly supervisor: string;
  /** Name of the child that failed last. */
  readonly child: string;
  /** What happened, oldest first. */
  readonly chain: unknown[];

  /** Makes the error; `cause` is the last failure. */
  constructor(
    message: string,
    options: {
      supervisor: string;
      child: string;
      chain: unknown[];
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.supervisor = options.supervisor;
    this.child = options.child;
    this.chain = options.chain;
  }
}

/** No more threads may be started, code `TROUPE_THREAD_LIMIT`. */
export class ThreadLimitError extends TroupeError {
  /** The largest number of threads allowed. */
  readonly limit: number;

  /** Makes the error. */
  constructor(message: string, options: { limit: number; cause?: unknown }) {
    super(message, options);
    this.limit = options.limit;
  }
}

/**
 * An error from elsewhere whose class is not known here, code `TROUPE_REMOTE`
 * unless the error brought its own. Keeps `name`, `message` and its fields;
 * see `registerError()` to keep the class.
 */
export class RemoteError extends TroupeError {}

/** Each class, its name and its code, in words: a bundler may rename a class. */
const NAMED = [
  [TroupeError, "TroupeError", "TROUPE_ERROR"],
  [ActorCrashedError, "ActorCrashedError", "TROUPE_ACTOR_CRASHED"],
  [ActorStoppedError, "ActorStoppedError", "TROUPE_ACTOR_STOPPED"],
  [ActorInitError, "ActorInitError", "TROUPE_ACTOR_INIT"],
  [InitTimeoutError, "InitTimeoutError", "TROUPE_INIT_TIMEOUT"],
  [AskCycleError, "AskCycleError", "TROUPE_ASK_CYCLE"],
  [AskTimeoutError, "AskTimeoutError", "TROUPE_ASK_TIMEOUT"],
  [MailboxFullError, "MailboxFullError", "TROUPE_MAILBOX_FULL"],
  [MessageTooLargeError, "MessageTooLargeError", "TROUPE_MESSAGE_TOO_LARGE"],
  [DataCloneError, "DataCloneError", "TROUPE_DATA_CLONE"],
  [DecodeError, "DecodeError", "TROUPE_DECODE"],
  [UnknownHandleError, "UnknownHandleError", "TROUPE_UNKNOWN_HANDLE"],
  [ModuleLoadError, "ModuleLoadError", "TROUPE_MODULE_LOAD"],
  [UnknownExportError, "UnknownExportError", "TROUPE_UNKNOWN_EXPORT"],
  [UnknownMethodError, "UnknownMethodError", "TROUPE_UNKNOWN_METHOD"],
  [InvalidOptionError, "InvalidOptionError", "TROUPE_INVALID_OPTION"],
  [TopLevelSpawnError, "TopLevelSpawnError", "TROUPE_TOP_LEVEL_SPAWN"],
  [SystemClosedError, "SystemClosedError", "TROUPE_SYSTEM_CLOSED"],
  [Refusal, "Refusal", "TROUPE_REFUSAL"],
  [WorkerDiedError, "WorkerDiedError", "TROUPE_WORKER_DIED"],
  [LinkedExitError, "LinkedExitError", "TROUPE_LINKED_EXIT"],
  [SupervisorGaveUpError, "SupervisorGaveUpError", "TROUPE_SUPERVISOR_GAVE_UP"],
  [ThreadLimitError, "ThreadLimitError", "TROUPE_THREAD_LIMIT"],
  [RemoteError, "RemoteError", "TROUPE_REMOTE"],
] as const;

/** The prototype of every class above by its name: what the table of `error_wire.ts` begins with. */
export const TROUPE_PROTOTYPES: ReadonlyMap<string, object> = new Map(
  NAMED.map(([{ prototype }, name, code]) => {
    const hidden = { configurable: true, writable: true, enumerable: false };
    Object.defineProperty(prototype, "name", { ...hidden, value: name });
    Object.defineProperty(prototype, "code", { ...hidden, value: code });
    return [name, prototype];
  }),
);
