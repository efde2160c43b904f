/**
 * Every error a caller may catch, the report of how something ended, and the
 * wire table that restores errors on the other side of a thread or process.
 *
 * Each class has a stable `code` (`TROUPE_…`). `name` and `code` live on the
 * prototype, so own fields are exactly the data the error carries.
 *
 * @module
 */

/** Base of the errors Troupe raises; `instanceof TroupeError` and `code` are stable. */
export class TroupeError extends Error {
  /** Stable machine-readable code, the same in every version. */
  declare readonly code: string;
}

/**
 * The actor failed while it handled this message, code `TROUPE_ACTOR_CRASHED`.
 *
 * The handler may have run in part: repeat the call only if it is idempotent.
 */
export class ActorCrashedError extends TroupeError {
  /** Name of the actor. */
  readonly actor: string;
  /** Which life of the actor failed, counted from 1. */
  readonly incarnation: number;
  /** Always true: the message had been handed to the actor. */
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

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      actor: string;
      method: string;
      timeoutMs: number;
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.actor = options.actor;
    this.method = options.method;
    this.timeoutMs = options.timeoutMs;
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

/** A handle of a kind this isolate cannot revive arrived, code `TROUPE_UNKNOWN_HANDLE`. */
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

/** A module starts workers while a worker imports it, code `TROUPE_TOP_LEVEL_SPAWN`. */
export class TopLevelSpawnError extends TroupeError {
  /** URL of the module. */
  readonly module: string;

  /** Makes the error. */
  constructor(message: string, options: { module: string; cause?: unknown }) {
    super(message, options);
    this.module = options.module;
  }
}

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
 * see {@linkcode registerError} to keep the class.
 */
export class RemoteError extends TroupeError {}

/** How an actor, worker or process ended. */
export type ExitKind =
  | "done"
  | "stopped"
  | "killed"
  | "failed"
  | "crashed"
  | "hung"
  | "oom"
  | "lost";

/** The one report of an end, the same for every placement. */
export interface ExitReport {
  /** What kind of end it was. */
  readonly kind: ExitKind;
  /** Exit code; 0 means a wanted end. */
  readonly code: number;
  /** The signal that ended a process, such as `SIGKILL`. */
  readonly signal?: string;
  /** What was thrown, if anything was. */
  readonly error?: Error;
}

/** An error as plain data: nothing in it needs a class to be encoded. */
export interface WireError {
  /** Marks a nested wire error among plain field values. */
  readonly [WIRE_MARK]: string;
  /** Nearest ancestor class that every isolate knows, as a key of the table. */
  readonly base: string;
  /** The error's `name`. */
  readonly name: string;
  /** The error's `message`, at most {@linkcode MAX_ERROR_TEXT} characters. */
  readonly message: string;
  /** The error's `stack`, at most {@linkcode MAX_ERROR_TEXT} characters. */
  readonly stack: string;
  /** Own enumerable fields, without `name`, `message`, `stack` and `cause`. */
  readonly fields: Record<string, unknown>;
  /** The cause, if the error has one; an error is a {@linkcode WireError} again. */
  readonly cause?: unknown;
  /** `errors` of an `AggregateError`. */
  readonly errors?: readonly unknown[];
}

/** The key that marks a {@linkcode WireError}; its value is the class name. */
export const WIRE_MARK = "troupe:error";
/** Longest message or stack that travels, in UTF-16 units; the rest is cut and says so. */
export const MAX_ERROR_TEXT = 16_384;
/** Deepest nesting of causes and field values that travels. */
const MAX_DEPTH = 16;
/** Most values that travel with one error; bounds the cost of a hostile one. */
const MAX_VALUES = 2_000;

const prototypes = new Map<string, object>();
const keys = new Map<object, string>();
const userClasses = new Map<string, object>();
const NOT_FIELDS = new Set(["name", "message", "stack", "cause"]);

function know(key: string, prototype: object): void {
  prototypes.set(key, prototype);
  keys.set(prototype, key);
}

function define(
  Class: { readonly prototype: object },
  name: string,
  code: string,
): void {
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(Class.prototype, "name", { ...hidden, value: name });
  Object.defineProperty(Class.prototype, "code", { ...hidden, value: code });
  know(name, Class.prototype);
}

for (
  const Class of [
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
    AggregateError,
  ]
) know(Class.name, Class.prototype);
know("DOMException", DOMException.prototype);
for (const [name, Class] of Object.entries(Deno.errors)) {
  know(`Deno.errors.${name}`, Class.prototype);
}

define(TroupeError, "TroupeError", "TROUPE_ERROR");
define(ActorCrashedError, "ActorCrashedError", "TROUPE_ACTOR_CRASHED");
define(ActorStoppedError, "ActorStoppedError", "TROUPE_ACTOR_STOPPED");
define(ActorInitError, "ActorInitError", "TROUPE_ACTOR_INIT");
define(InitTimeoutError, "InitTimeoutError", "TROUPE_INIT_TIMEOUT");
define(AskTimeoutError, "AskTimeoutError", "TROUPE_ASK_TIMEOUT");
define(MailboxFullError, "MailboxFullError", "TROUPE_MAILBOX_FULL");
define(
  MessageTooLargeError,
  "MessageTooLargeError",
  "TROUPE_MESSAGE_TOO_LARGE",
);
define(DataCloneError, "DataCloneError", "TROUPE_DATA_CLONE");
define(DecodeError, "DecodeError", "TROUPE_DECODE");
define(UnknownHandleError, "UnknownHandleError", "TROUPE_UNKNOWN_HANDLE");
define(ModuleLoadError, "ModuleLoadError", "TROUPE_MODULE_LOAD");
define(UnknownExportError, "UnknownExportError", "TROUPE_UNKNOWN_EXPORT");
define(UnknownMethodError, "UnknownMethodError", "TROUPE_UNKNOWN_METHOD");
define(InvalidOptionError, "InvalidOptionError", "TROUPE_INVALID_OPTION");
define(TopLevelSpawnError, "TopLevelSpawnError", "TROUPE_TOP_LEVEL_SPAWN");
define(SystemClosedError, "SystemClosedError", "TROUPE_SYSTEM_CLOSED");
define(Refusal, "Refusal", "TROUPE_REFUSAL");
define(WorkerDiedError, "WorkerDiedError", "TROUPE_WORKER_DIED");
define(
  SupervisorGaveUpError,
  "SupervisorGaveUpError",
  "TROUPE_SUPERVISOR_GAVE_UP",
);
define(ThreadLimitError, "ThreadLimitError", "TROUPE_THREAD_LIMIT");
define(RemoteError, "RemoteError", "TROUPE_REMOTE");

/**
 * Makes errors of `Class` keep their class when they cross to this isolate.
 *
 * Restored without running the constructor: the prototype and own fields come
 * back, private `#fields` do not. The class's name is its key, so both sides
 * register a class of the same name; the last registration wins.
 *
 * @param Class An `Error` subclass.
 *
 * @example Keep a class over the wire
 * ```ts
 * import { registerError } from "@troupe/actors";
 *
 * class NoFundsError extends Error {}
 * registerError(NoFundsError);
 * ```
 */
export function registerError(
  // deno-lint-ignore no-explicit-any -- any constructor signature is welcome
  Class: abstract new (...args: any[]) => Error,
): void {
  userClasses.set(Class.name, Class.prototype);
}

/**
 * Turns whatever was thrown into plain data; never throws.
 *
 * A value that is not an `Error` becomes one whose `cause` is the value.
 * Cycles are cut, and what cannot be encoded is replaced by its `String()`.
 *
 * @param error What was thrown.
 * @param where Name of the task or actor, added as the last line of the stack.
 */
export function errorToWire(error: unknown, where?: string): WireError {
  let wire: WireError;
  try {
    wire = wireOf(error instanceof Error ? error : notAnError(error), walk());
  } catch (reason) { // A proxy, or a field that lies about what it is.
    const message = `Thrown value cannot be read: ${text(reason)}`;
    wire = wireOf(new Error(message), walk());
  }
  if (where === undefined) return wire;
  return { ...wire, stack: `${wire.stack}\n    in ${where}` };
}

/**
 * Restores an error made plain by {@linkcode errorToWire}; never throws.
 *
 * The class is the registered one of that name, else the nearest ancestor
 * that is built in or Troupe's own, else {@linkcode RemoteError}.
 */
export function errorFromWire(wire: WireError): Error {
  return restore(wire, walk());
}

function restore(wire: WireError, walk: Walk): Error {
  walk.open.add(wire);
  const error = blank(wire);
  for (const key of Object.keys(wire.fields)) {
    put(error, key, revive(wire.fields[key], walk), true);
  }
  if ("cause" in wire) put(error, "cause", revive(wire.cause, walk), false);
  if (wire.errors !== undefined) {
    put(error, "errors", revive(wire.errors, walk), false);
  }
  if (error.name !== wire.name) put(error, "name", wire.name, false);
  put(error, "stack", wire.stack, false);
  walk.open.delete(wire);
  return error;
}

interface Walk {
  /** How many more values may be copied. */
  left: number;
  /** Objects being copied now: meeting one again is a cycle. */
  readonly open: Set<object>;
}

function walk(): Walk {
  return { left: MAX_VALUES, open: new Set() };
}

function notAnError(value: unknown): Error {
  const error = new Error(`Thrown value is not an Error: ${text(value)}`, {
    cause: value,
  });
  error.stack = `Error: ${error.message}`;
  return error;
}

function wireOf(error: Error, walk: Walk): WireError {
  walk.open.add(error);
  const { className, base } = classOf(error);
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (NOT_FIELDS.has(key)) continue;
    const value = plain(read(error, key), walk);
    put(fields, key, value === CYCLE ? "[Circular]" : value, true);
  }
  const wire: Record<string, unknown> = {
    [WIRE_MARK]: className,
    base,
    name: text(read(error, "name")),
    message: cut(text(read(error, "message"))),
    stack: cut(text(read(error, "stack") ?? "")),
    fields,
  };
  if (Object.hasOwn(error, "cause")) {
    const cause = plain(read(error, "cause"), walk);
    if (cause !== CYCLE) wire.cause = cause;
  }
  const errors = read(error, "errors");
  if (error instanceof AggregateError && Array.isArray(errors)) {
    delete fields.errors;
    wire.errors = errors.map((each) => plain(each, walk))
      .filter((each) => each !== CYCLE);
  }
  walk.open.delete(error);
  return wire as unknown as WireError;
}

function classOf(error: Error): { className: string; base: string } {
  let className: string | undefined;
  let prototype: object | null = Object.getPrototypeOf(error);
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const key = keys.get(prototype);
    if (key !== undefined) return { className: className ?? key, base: key };
    const made = read(prototype, "constructor");
    className ??= typeof made === "function" ? made.name : undefined;
  }
  return { className: className ?? "Error", base: "Error" };
}

const CYCLE = Symbol("cycle");
/** Handles travel by themselves: the codec asks them how. */
const PORTABLE = Symbol.for("troupe.portable");

/** Copies `value` so that every part of it can be encoded. */
function plain(value: unknown, walk: Walk): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    return cut(text(value));
  }
  if (typeof value === "string") return cut(value);
  if (typeof value !== "object" || value === null) return value;
  if (walk.open.has(value)) return CYCLE;
  if (walk.left-- <= 0 || walk.open.size >= MAX_DEPTH) return cut(text(value));
  if (value instanceof Error) return wireOf(value, walk);
  if (isLeaf(value)) return value;
  walk.open.add(value);
  const copy = container(value, (each) => {
    const part = plain(each, walk);
    return part === CYCLE ? "[Circular]" : part;
  });
  walk.open.delete(value);
  return copy;
}

function isLeaf(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ||
    value instanceof Date || value instanceof RegExp || PORTABLE in value;
}

function container(
  value: object,
  part: (each: unknown) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map(part);
  if (value instanceof Map) {
    return new Map([...value].map(([key, each]) => [part(key), part(each)]));
  }
  if (value instanceof Set) return new Set([...value].map(part));
  if (Object.prototype.toString.call(value) !== "[object Object]") {
    return cut(text(value));
  }
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    put(copy, key, part(read(value, key)), true);
  }
  return copy;
}

function blank(wire: WireError): Error {
  if (wire.base === "DOMException") {
    return new DOMException(wire.message, wire.name);
  }
  const known = wire.base === "Error" && wire[WIRE_MARK] !== "Error"
    ? RemoteError.prototype
    : prototypes.get(wire.base) ?? RemoteError.prototype;
  const prototype = userClasses.get(wire[WIRE_MARK]) ?? known;
  // A real Error under a given prototype, so that `Error.isError` and the
  // console see an error although no constructor of the class has run.
  return Object.setPrototypeOf(new Error(wire.message), prototype);
}

function revive(value: unknown, walk: Walk): unknown {
  if (typeof value !== "object" || value === null || isLeaf(value)) {
    return value;
  }
  // Only a forged wire is cyclic or larger than the limits of the way out.
  if (walk.open.has(value) || walk.left-- <= 0) return undefined;
  if (isWireError(value)) return restore(value, walk);
  walk.open.add(value);
  const copy = container(value, (each) => revive(each, walk));
  walk.open.delete(value);
  return copy;
}

/** True if `value` has the shape {@linkcode errorFromWire} needs. */
export function isWireError(value: object): value is WireError {
  const wire = value as Partial<WireError>;
  return typeof wire[WIRE_MARK] === "string" &&
    typeof wire.base === "string" && typeof wire.name === "string" &&
    typeof wire.message === "string" && typeof wire.stack === "string" &&
    typeof wire.fields === "object" && wire.fields !== null;
}

function put(
  target: object,
  key: string,
  value: unknown,
  enumerable: boolean,
): void {
  const rest = { value, enumerable, configurable: true, writable: true };
  Object.defineProperty(target, key, rest);
}

function read(target: object, key: string): unknown {
  try {
    return (target as Record<string, unknown>)[key];
  } catch {
    return undefined; // A getter that throws has nothing to send.
  }
}

function text(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function cut(value: string): string {
  if (value.length <= MAX_ERROR_TEXT) return value;
  const more = value.length - MAX_ERROR_TEXT;
  return `${value.slice(0, MAX_ERROR_TEXT)}… (${more} more characters)`;
}
