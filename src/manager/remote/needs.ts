/**
 * What another program may ask a Manager for, and which rights that needs.
 *
 * What comes from there is checked here, and nowhere else: the Manager's own actor trusts who asks it.
 *
 * @module
 */
import { Refusal } from "../../errors.ts";
import { type Change, checkChange } from "../change.ts";
import { checkCapacity, checkTtl } from "../check_limits.ts";
import { COUNTERS, placedIn, VALUES } from "../places.ts";
import { loadedReducer, type ReducerName } from "../reducer.ts";
import type { Step } from "../step.ts";
import type { Vault } from "../vault.ts";
import type { Keys, Need, Right } from "./rights.ts";

type Rule = (...args: unknown[]) => Need[];

const WHAT = "Cannot do what another program asks for";
/** The longest ticket. */
const TICKET = 64;

/** What is no call of a client: hooks, and what only a door asks for. */
type Inside = "onStart" | "onStop" | "requeue";

/** What is asked: every other method of the Manager's actor, and which rights it needs. */
const RULES: Readonly<Record<Exclude<keyof Vault, Inside>, Rule>> = {
  get: (map, key) => [onMap("read", map, { one: key })],
  entry: (map, key) => [onMap("read", map, { one: key })],
  has: (map, key) => [onMap("read", map, { one: key })],
  look: (map, key) => [onMap("read", map, { one: key })],
  entries: (map) => [presence("read", map) ?? onMap("read", map, "all")],
  keys: (map) => [onMap("read", map, "all")],
  size: (map) => [onMap("read", map, "all")],
  stats: (map) => [onMap("read", map, "all")],
  set: (map, key) => [onMap("write", map, { one: key })],
  setAll: (map, entries) =>
    array(entries).map((pair) =>
      onMap("write", map, { one: array(pair, 2)[0] })
    ),
  update: (map, key, change) => {
    checkChange(WHAT, change as Change);
    return both((right) => onMap(right, map, { one: key }));
  },
  delete: (map, key) => [onMap("write", map, { one: key })],
  clear: (map) => [onMap("write", map, "all")],
  popItem: (map) => both((right) => onMap(right, map, "all")),
  store: (map, _key, _value, capacity, ttlMs) => {
    checkCapacity(WHAT, capacity as number);
    checkTtl(WHAT, ttlMs as number | undefined);
    // It may take the place of any other key.
    return [onMap("write", map, "all")];
  },
  transact: (steps) => array(steps).flatMap(stepNeeds),
  push: (list, values) => [array(values) && onList("write", list)],
  at: (list, index) => [whole(index) && onList("read", list)],
  put: (list, index) => [whole(index) && onList("write", list)],
  slice: (list, start, end) => {
    if (start !== undefined) whole(start);
    if (end !== undefined) whole(end);
    return [onList("read", list)];
  },
  splice: (list, start, count, values) => {
    if (whole(start) && whole(count)) array(values);
    return both((right) => onList(right, list));
  },
  order: (list, how) => {
    if (how !== "sort" && how !== "reverse") throw malformed(how);
    return [onList("write", list)];
  },
  length: (list) => [onQueue("read", list) ?? onList("read", list)],
  enqueue: (
    queue,
    values,
  ) => [array(values) && (onQueue("write", queue) ?? none(queue))],
  dequeue: (queue, ticket, timeoutMs) => {
    checkTurn(ticket, timeoutMs);
    return both((right) => onQueue(right, queue) ?? none(queue));
  },
  leave: (queue, ticket) => {
    checkTurn(ticket, 0);
    return both((right) => onQueue(right, queue) ?? none(queue));
  },
  acquire: (lock, ticket, timeoutMs) => onLock(lock, ticket, timeoutMs),
  release: (lock, ticket) => onLock(lock, ticket, 0),
  abandon: (lock, ticket) => onLock(lock, ticket, 0),
  enter: (name, key) => {
    text(key);
    return [named("write", "presence", name)];
  },
  withdraw: (name, key) => {
    text(key);
    return [named("write", "presence", name)];
  },
  publish: (topic) => [named("write", "topic", topic)],
  watch: (map, prefix, capacity) => {
    checkCapacity(WHAT, capacity as number);
    return [
      onMap(
        "read",
        map,
        text(prefix) === "" ? "all" : { prefix: text(prefix) },
      ),
    ];
  },
  subscribe: (topic, capacity) => {
    checkCapacity(WHAT, capacity as number);
    return [named("read", "topic", topic)];
  },
};

/** What changes nothing, so that it may be done twice. */
const READS: ReadonlySet<string> = new Set([
  "get",
  "entry",
  "has",
  "look",
  "entries",
  "keys",
  "size",
  "stats",
  "at",
  "slice",
  "length",
]);
/** What concerns only what the Manager holds for a client, and so begins anew when that is gone. */
const OF_SESSION: ReadonlySet<string> = new Set([
  "acquire",
  "release",
  "abandon",
  "leave",
]);

/** Whether a call changes nothing. */
export function isRead(method: string): boolean {
  return READS.has(method);
}

/** Whether a call gives back what the Manager holds for a client: late is better than never. */
export function isOfSession(method: string): boolean {
  return OF_SESSION.has(method);
}

/** Whether a call may be made again when the Manager knows nothing of the client any more. */
export function isSafeAnew(method: string): boolean {
  return isRead(method) || isOfSession(method);
}

/** What is read, and cannot be asked for. */
const STREAMED: ReadonlySet<string> = new Set(["watch", "subscribe"]);

/** All that can be asked for. */
export function askable(): readonly string[] {
  return Object.keys(RULES).filter((method) => !STREAMED.has(method));
}

/**
 * The rights that a call needs, or a stream; what is not to be understood is refused.
 *
 * @throws {Refusal} If there is none of that name, or its arguments are none.
 * @throws {InvalidOptionError} If one is out of bounds.
 */
export function needsOf(
  how: "ask" | "read",
  method: unknown,
  args: unknown,
): Need[] {
  const isKnown = typeof method === "string" && Object.hasOwn(RULES, method);
  if (!isKnown || STREAMED.has(method) !== (how === "read")) {
    throw malformed(method);
  }
  return RULES[method as keyof typeof RULES](...array(args));
}

function stepNeeds(given: unknown): Need[] {
  if (typeof given !== "object" || given === null) throw malformed(given);
  const { map, key, deed, version, ttlMs, change, reduce } = given as Step;
  if (version !== undefined) whole(version);
  const on = (right: Right): Need => onMap(right, map, { one: key });
  switch (deed) {
    case "set":
      checkTtl(WHAT, ttlMs);
      return [on("write")];
    case "update":
      checkChange(WHAT, change ?? {});
      return both(on);
    case "reduce":
      checkReduce(reduce);
      return both(on);
    case "delete":
      return [presence("write", map) ?? on("write")];
    case "expect":
      return [on("read")];
    default:
      throw malformed(deed);
  }
}

/** A client may not have this program run code of its own: a reducer is one of a module that this program has loaded. */
function checkReduce(reduce: Step["reduce"]): void {
  const { by, args } = reduce ?? {};
  array(args);
  const { module, reducer } = (by ?? {}) as Partial<ReducerName>;
  if (typeof module !== "string" || typeof reducer !== "string") {
    throw malformed(by);
  }
  if (loadedReducer({ module, reducer }) !== undefined) return;
  throw new Refusal(
    `Cannot run the reducer "${reducer}" for another program as this one has loaded none of "${module}": import that module where the Manager is started`,
  );
}

function onMap(right: Right, map: unknown, keys: Keys): Need {
  const place = text(map);
  if (!place.startsWith("troupe:")) {
    return { right, kind: "map", name: place, keys };
  }
  const { kind, name } = placedIn(place) ?? {};
  if (kind === "set" || kind === "namespace" || kind === "cache") {
    return { right, kind, name: name!, keys };
  }
  // Values and counters are keys of a map that nobody sees as a whole.
  const isOne = place === VALUES || place === COUNTERS;
  if (!isOne || typeof keys === "string" || !("one" in keys)) {
    throw malformed(map);
  }
  return named(right, place === VALUES ? "value" : "counter", keys.one);
}

/** Of presence only this is done: what else is in its map is nobody's business. */
function presence(right: Right, map: unknown): Need | undefined {
  const { kind, name } = placedIn(text(map)) ?? {};
  return kind === "presence" ? named(right, kind, name) : undefined;
}

function onList(right: Right, list: unknown): Need {
  return text(list).startsWith("troupe:")
    ? none(list)
    : named(right, "list", list);
}

function onQueue(right: Right, list: unknown): Need | undefined {
  const { kind, name } = placedIn(text(list)) ?? {};
  return kind === "queue" ? named(right, kind, name) : undefined;
}

function onLock(
  lock: unknown,
  ticket: unknown,
  timeoutMs: unknown,
): Need[] {
  checkTurn(ticket, timeoutMs);
  return [named("write", "lock", lock)];
}

function named(right: Right, kind: string, name: unknown): Need {
  return { right, kind, name: text(name), keys: "all" };
}

function both(need: (right: Right) => Need): Need[] {
  return [need("read"), need("write")];
}

function checkTurn(ticket: unknown, timeoutMs: unknown): void {
  if (text(ticket).length > TICKET) throw malformed(ticket);
  if (!(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw malformed(timeoutMs);
  }
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw malformed(value);
}

/** A whole number, or one without an end. */
function whole(value: unknown): true {
  if (Number.isInteger(value) || value === Infinity) return true;
  throw malformed(value);
}

function array(value: unknown, length?: number): unknown[] {
  if (!Array.isArray(value)) throw malformed(value);
  if (length !== undefined && value.length !== length) throw malformed(value);
  return value;
}

function none(value: unknown): never {
  throw malformed(value);
}

function malformed(value: unknown): Refusal {
  return new Refusal(
    `${WHAT} as it is nothing that a Manager is asked for: current value is ${
      Deno.inspect(value, { depth: 1, strAbbreviateSize: 100 })
    }`,
  );
}
