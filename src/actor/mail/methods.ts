/**
 * Which methods of an actor are messages.
 *
 * @module
 */
import { UnknownMethodError } from "../../errors.ts";
import { methodHash } from "./protocol.ts";

/** Names that are hooks of the runtime, never messages. */
const HOOKS: ReadonlySet<string> = new Set([
  "constructor",
  "onStart",
  "onStop",
  "onRestart",
  "checkpoint",
  "restore",
]);

/** A method that is a message. */
export interface Method {
  /** Its name. */
  readonly name: string;
  /** What it does. */
  readonly call: (...args: unknown[]) => unknown;
}

/** The methods of an actor, by their name on the wire. */
export type Methods = ReadonlyMap<number, Method>;

/** The methods that all instances of a class share: looked up once for a hundred thousand of them. */
const SHARED: WeakMap<object, Methods> = new WeakMap();

function add(object: object, methods: Map<number, Method>): void {
  for (const name of Object.getOwnPropertyNames(object)) {
    const call = Object.getOwnPropertyDescriptor(object, name)?.value;
    if (typeof call !== "function" || HOOKS.has(name)) continue;
    const hash = methodHash(name);
    if (!methods.has(hash)) methods.set(hash, { name, call });
  }
}

function sharedMethods(proto: object): Methods {
  let methods = SHARED.get(proto);
  if (methods === undefined) {
    const found = new Map<number, Method>();
    for (
      let each = proto;
      each !== null && each !== Object.prototype;
      each = Object.getPrototypeOf(each)
    ) add(each, found);
    SHARED.set(proto, methods = found);
  }
  return methods;
}

/** Key by which an object says itself which methods it has. */
export const METHODS: unique symbol = Symbol("methods");

/** The methods of `instance` that are messages, by their name on the wire. */
export function methodsOf(
  instance: { readonly [METHODS]?: Methods },
): Methods {
  const said = instance[METHODS];
  if (said !== undefined) return said;
  const shared = sharedMethods(Object.getPrototypeOf(instance));
  const own = Object.getOwnPropertyNames(instance).some((name) =>
    typeof Object.getOwnPropertyDescriptor(instance, name)?.value === "function"
  );
  if (!own) return shared;
  const methods = new Map<number, Method>();
  add(instance, methods);
  for (const [hash, method] of shared) {
    if (!methods.has(hash)) methods.set(hash, method);
  }
  return methods;
}

/** The refusal of a method that `actor` does not have; only who sent the message knows its name. */
export function unknownMethod(
  actor: string,
  methods: Methods,
): UnknownMethodError {
  const names = [...methods.values()].map((m) => m.name).join(", ") || "none";
  return new UnknownMethodError(
    `Cannot call a method that "${actor}" does not have: its methods are ${names}`,
    { actor, method: "" },
  );
}
