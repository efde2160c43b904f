/**
 * Errors on their way: as plain data that keeps their class, and back.
 *
 * An error that a handler threw is caught on another thread, under the class it
 * was thrown with: a built-in one, one of `errors.ts`, or one that both sides
 * gave to {@linkcode registerError}.
 *
 * @module
 */
import { RemoteError, TROUPE_PROTOTYPES } from "./errors.ts";
import { isError, textOf } from "./thrown.ts";

/** An error as plain data: nothing in it needs a class to be encoded. */
export interface WireError {
  /** Marks a nested wire error among plain field values. */
  readonly [WIRE_MARK]: string;
  /** Nearest ancestor class that every isolate knows, as a key of the table. */
  readonly base: string;
  /** The classes between the error's own and that one, if there are any: the receiver may know one of them. */
  readonly between?: readonly string[];
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

for (const [name, prototype] of TROUPE_PROTOTYPES) know(name, prototype);

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

/** Whether a class of that name was given to {@link registerError} here. */
export function isRegistered(name: string): boolean {
  return userClasses.has(name);
}

/**
 * Turns whatever was thrown into plain data; never throws.
 *
 * A value that is not an `Error` becomes one whose `cause` is the value.
 * Cycles are cut, in causes too: `"[Circular]"` stands where an object is inside of itself. What cannot be encoded is
 * replaced by its `String()`.
 *
 * @param error What was thrown.
 * @param where Name of the task or actor, added as the last line of the stack. Default: no such line.
 * @returns The error, its causes and fields; bounded in size and free of cycles.
 *
 * @example Through structured clone, with its class
 * ```ts
 * import { errorFromWire, errorToWire, Refusal } from "@troupe/actors/memory";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * const wire = errorToWire(new Refusal("Cannot sell: none left", { data: 0 }));
 * const error = errorFromWire(structuredClone(wire));
 * assertInstanceOf(error, Refusal);
 * assertEquals(error.data, 0);
 * ```
 */
export function errorToWire(error: unknown, where?: string): WireError {
  let wire: WireError;
  try {
    wire = wireOf(isError(error) ? error : notAnError(error), walk());
  } catch (reason) { // A proxy, or a field that lies about what it is.
    const message = `Thrown value cannot be read: ${textOf(reason)}`;
    wire = wireOf(new Error(message), walk());
  }
  if (where === undefined) return wire;
  return { ...wire, stack: `${wire.stack}\n    in ${where}` };
}

/**
 * Restores an error made plain by {@linkcode errorToWire}; never throws.
 *
 * The class is the registered one of that name, or of the nearest ancestor's;
 * else the nearest ancestor that is built in or Troupe's own, else {@linkcode RemoteError}.
 *
 * @param wire What {@linkcode errorToWire} returned, perhaps elsewhere; see {@linkcode isWireError}.
 * @returns An error with the fields, cause and stack of the first.
 */
export function errorFromWire(wire: WireError): Error {
  return restore(wire, walk());
}

/**
 * What was thrown, as something that can be looked at: itself, or an Error that tells of it if looking at it throws, or
 * it is an Error without a text.
 */
export function tamed(thrown: unknown): unknown {
  try {
    if (!(thrown instanceof Error)) return thrown;
    const { name, message } = thrown;
    if (typeof name === "string" && typeof message === "string") return thrown;
  } catch { /* It is told of below. */ }
  return errorFromWire(errorToWire(thrown));
}

/** As {@linkcode tamed}, and always an Error; `where` names the task or actor, for the stack of one that is made. */
export function readableError(thrown: unknown, where?: string): Error {
  const error = tamed(thrown);
  return error instanceof Error
    ? error
    : errorFromWire(errorToWire(error, where));
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
  const error = new Error(`Thrown value is not an Error: ${textOf(value)}`, {
    cause: value,
  });
  error.stack = `Error: ${error.message}`;
  return error;
}

function wireOf(error: Error, walk: Walk): WireError {
  walk.open.add(error);
  const { className, between, base } = classOf(error);
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (NOT_FIELDS.has(key)) continue;
    put(fields, key, plain(read(error, key), walk), true);
  }
  const wire: Record<string, unknown> = {
    [WIRE_MARK]: className,
    base,
    ...(between.length > 0 ? { between } : {}),
    name: textOf(read(error, "name")),
    message: cut(textOf(read(error, "message"))),
    stack: cut(textOf(read(error, "stack") ?? "")),
    fields,
  };
  if (Object.hasOwn(error, "cause")) {
    wire.cause = plain(read(error, "cause"), walk);
  }
  const errors = read(error, "errors");
  if (error instanceof AggregateError && Array.isArray(errors)) {
    delete fields.errors;
    wire.errors = errors.map((each) => plain(each, walk));
  }
  walk.open.delete(error);
  return wire as unknown as WireError;
}

function classOf(error: Error): {
  className: string;
  between: readonly string[];
  base: string;
} {
  const names: string[] = [];
  let base = "Error";
  let prototype: object | null = Object.getPrototypeOf(error);
  // The bound is for a proxy that goes on for ever.
  for (let depth = 0; prototype !== null && depth < MAX_DEPTH; depth++) {
    const key = keys.get(prototype);
    if (key !== undefined) {
      base = key;
      break;
    }
    const made = read(prototype, "constructor");
    if (typeof made === "function") names.push(textOf(made.name));
    prototype = Object.getPrototypeOf(prototype);
  }
  const [className = base, ...between] = names;
  return { className, between, base };
}

/** What stands for an object inside of itself, a cause included: what is cut is seen to be. */
const CYCLE = "[Circular]";
/** Handles travel by themselves: the codec asks them how. */
const PORTABLE = Symbol.for("troupe.portable");

/** Copies `value` so that every part of it can be encoded. */
function plain(value: unknown, walk: Walk): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    return cut(textOf(value));
  }
  if (typeof value === "string") return cut(value);
  if (typeof value !== "object" || value === null) return value;
  if (walk.open.has(value)) return CYCLE;
  if (walk.left-- <= 0 || walk.open.size >= MAX_DEPTH) {
    return cut(textOf(value));
  }
  if (value instanceof Error) return wireOf(value, walk);
  if (isLeaf(value)) return value;
  walk.open.add(value);
  const copy = container(value, (each) => plain(each, walk));
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
    return cut(textOf(value));
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
  const names = [wire[WIRE_MARK], ...(wire.between ?? [])];
  const name = names.find((each) => userClasses.has(each)) ?? "";
  const prototype = userClasses.get(name) ?? known;
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

/** Whether `value` has the shape {@linkcode errorFromWire} needs: check what comes from a stranger. */
export function isWireError(value: object): value is WireError {
  const wire = value as Partial<WireError>;
  return typeof wire[WIRE_MARK] === "string" &&
    typeof wire.base === "string" && typeof wire.name === "string" &&
    typeof wire.message === "string" && typeof wire.stack === "string" &&
    typeof wire.fields === "object" && wire.fields !== null &&
    (wire.between === undefined || Array.isArray(wire.between));
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

const CUT = /^… \(\d+ more characters\)$/;

function cut(value: string): string {
  // One that comes through a second thread was cut by the first.
  if (value.length <= MAX_ERROR_TEXT || CUT.test(value.slice(MAX_ERROR_TEXT))) {
    return value;
  }
  const more = value.length - MAX_ERROR_TEXT;
  return `${value.slice(0, MAX_ERROR_TEXT)}… (${more} more characters)`;
}
