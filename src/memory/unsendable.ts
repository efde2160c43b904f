/**
 * Why a value cannot be sent, and where it is in the message. Runs only when
 * an encode is about to fail, and for instances of classes.
 *
 * @module
 */

import * as types from "node:util/types";
import { reasonToStay } from "./keep_here.ts";
import { type Portable, portable } from "./portable.ts";

const WAY_OUT: Readonly<Record<string, string>> = {
  URL: "send its href",
  URLSearchParams: "send its string",
  URLPattern: "send its parts as strings",
  Headers: "send an array of its entries",
  Request: "send its URL, method, headers and body",
  Response: "send its status, headers and body",
  FormData: "send an array of its entries",
  Promise: "await it first",
  WeakMap: "send a Map",
  WeakSet: "send a Set",
  WeakRef: "send what it refers to",
  AbortSignal: "pass it in the options of the call",
  AbortController: "pass its signal in the options of the call",
  Worker: "send a ref of the actor",
};

/** Tags that name no global of their own; none of their objects can be sent. */
const OPAQUE_REGEXP = /^(Async)?Generator$| Iterator$|\.|^Window$|^global$/;

/** What is read where it is. */
const YIELDING_REGEXP = /^(Async)?Generator$| Iterator$/;

/**
 * Says why `value` cannot be sent, as the end of "Cannot send x as it is …";
 * the empty string if it can.
 */
export function reasonAgainst(value: unknown): string {
  if (typeof value === "function") {
    const name = value.name === "" ? "" : ` "${value.name}"`;
    return `the function${name}: call it and send the result, or send a ref of the actor that has it`;
  }
  if (typeof value === "symbol") {
    return `the symbol ${String(value)}: send a string`;
  }
  if (typeof value !== "object" || value === null) return "";
  if (types.isProxy(value)) return "a Proxy: send the object behind it";
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    return "over a detached ArrayBuffer: send it before its memory is moved";
  }
  const own = reasonToStay(value);
  if (own !== "") return own;
  const tag = tagOf(value);
  if (isThenable(value)) return `a ${tag} that is waited for: await it first`;
  if (tag === "Object") return "";
  if (OPAQUE_REGEXP.test(tag) || isOfGlobal(value, tag)) {
    return `of class ${tag}: ${wayOutOf(tag)}`;
  }
  return "";
}

/** Whether it is a promise of an own class, as a job is: nobody else could wait for a copy of its fields. */
function isThenable(value: object): boolean {
  return !(value instanceof Promise) && "then" in value &&
    typeof value.then === "function";
}

function wayOutOf(tag: string): string {
  const known = WAY_OUT[tag];
  if (known !== undefined) return known;
  return YIELDING_REGEXP.test(tag)
    ? "read it here and send what it yields"
    : "send the plain data it holds";
}

/** What `value` says it is: `Object` for plain objects and most own classes. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** True if `value` inherits from the global class `tag`; an own class may bear any tag. */
export function isOfGlobal(value: object, tag: string): boolean {
  const Class = (globalThis as Record<string, unknown>)[tag];
  if (typeof Class !== "function") return false;
  const prototype: unknown = Class.prototype;
  return typeof prototype === "object" && prototype !== null &&
    Object.prototype.isPrototypeOf.call(prototype, value);
}

/**
 * Finds where `target` is inside `root`, as `root.on[0].click`.
 *
 * @returns `name` alone if it cannot be found.
 */
export function pathOf(target: unknown, root: unknown, name: string): string {
  return pathWhere((value) => value === target, root, name) ?? name;
}

/**
 * Finds where one of `held` is inside `root`: itself, a view of it, or a handle that has it.
 *
 * @returns `name` alone if it cannot be found.
 */
export function pathOfHolder(
  held: readonly unknown[],
  root: unknown,
  name: string,
): string {
  const holds = (value: unknown): boolean => {
    if (held.includes(value)) return true;
    if (ArrayBuffer.isView(value)) return held.includes(value.buffer);
    const data = isPortable(value) ? dataOf(value) : undefined;
    return data !== undefined && pathWhere(holds, data, "") !== undefined;
  };
  return pathWhere(holds, root, name) ?? name;
}

/** What a handle becomes; nothing, if it does not become anything where this is asked. */
function dataOf(handle: Portable): unknown {
  try {
    return handle[portable]().data;
  } catch {
    return undefined;
  }
}

function isPortable(value: unknown): value is Portable {
  const type = typeof value;
  return (type === "function" || type === "object" && value !== null) &&
    portable in (value as object);
}

function pathWhere(
  is: (value: unknown) => boolean,
  root: unknown,
  name: string,
): string | undefined {
  const seen = new Set<unknown>();
  const open: Child[] = [{ value: root, path: name }];
  // A list and not recursion: the message may be refused for its depth.
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { value, path } = item;
    if (is(value)) return short(path);
    if (typeof value !== "object" || value === null) continue;
    if (seen.has(value) || types.isProxy(value)) continue;
    seen.add(value);
    try {
      open.push(...children(value, path).reverse());
    } catch { /* A getter threw: the target is not in here, or not again. */ }
  }
  return undefined;
}

/**
 * Finds what inside `root` throws when it is read, as `root.on[0].click`.
 *
 * @returns `name` alone if nothing does, or not again.
 */
export function pathOfThrower(root: unknown, name: string): string {
  const seen = new Set<unknown>();
  const open: Child[] = [{ value: root, path: name }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { value, path } = item;
    if (typeof value !== "object" || value === null) continue;
    if (seen.has(value) || types.isProxy(value)) continue;
    seen.add(value);
    try {
      open.push(...children(value, path).reverse());
    } catch {
      return short(`${path}${throwingStep(value)}`);
    }
  }
  return name;
}

/** The step to the first property of `value` that throws when it is read. */
function throwingStep(value: object): string {
  for (const key of Object.keys(value)) {
    try {
      void (value as Record<string, unknown>)[key];
    } catch {
      return step(key, Array.isArray(value));
    }
  }
  return "";
}

/** What is inside an object, and where. */
interface Child {
  readonly value: unknown;
  readonly path: string;
}

function children(value: object, path: string): Child[] {
  if (types.isMap(value)) {
    return [...value].flatMap(([key, each], i) => [
      { value: key, path: `${path}.key(${i})` },
      { value: each, path: `${path}.get(${label(key, i)})` },
    ]);
  }
  if (types.isSet(value)) {
    return [...value].map((each, i) => ({
      value: each,
      path: `${path}.at(${i})`,
    }));
  }
  if (ArrayBuffer.isView(value)) return [];
  const object = value as Record<string, unknown>;
  return Object.keys(value).map((key) => ({
    value: object[key],
    path: `${path}${step(key, Array.isArray(value))}`,
  }));
}

function step(key: string, inArray: boolean): string {
  if (inArray) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
    ? `.${key}`
    : `[${JSON.stringify(key)}]`;
}

function label(key: unknown, index: number): string {
  if (typeof key === "string") return JSON.stringify(key);
  return typeof key === "object" || typeof key === "function" ||
      typeof key === "symbol"
    ? `key ${index}`
    : String(key);
}

function short(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 100)}…${path.slice(-80)}`;
}
