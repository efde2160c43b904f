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
export interface LightMethod {
  /** Its name. */
  readonly name: string;
  /** What it does. */
  readonly call: (...args: unknown[]) => unknown;
}

/** The methods that all instances of a class share: looked up once for a hundred thousand of them. */
const SHARED: WeakMap<object, ReadonlyMap<number, LightMethod>> = new WeakMap();

function add(object: object, methods: Map<number, LightMethod>): void {
  for (const name of Object.getOwnPropertyNames(object)) {
    const call = Object.getOwnPropertyDescriptor(object, name)?.value;
    if (typeof call !== "function" || HOOKS.has(name)) continue;
    const hash = methodHash(name);
    if (!methods.has(hash)) methods.set(hash, { name, call });
  }
}

function sharedMethods(proto: object): ReadonlyMap<number, LightMethod> {
  let methods = SHARED.get(proto);
  if (methods === undefined) {
    const found = new Map<number, LightMethod>();
    for (
      let each = proto;
      each !== null && each !== Object.prototype;
      each = Object.getPrototypeOf(each)
    ) add(each, found);
    SHARED.set(proto, methods = found);
  }
  return methods;
}

/** The methods of `instance` that are messages, by their name on the wire. */
export function lightMethods(
  instance: object,
): ReadonlyMap<number, LightMethod> {
  const shared = sharedMethods(Object.getPrototypeOf(instance));
  const own = Object.getOwnPropertyNames(instance).some((name) =>
    typeof Object.getOwnPropertyDescriptor(instance, name)?.value === "function"
  );
  if (!own) return shared;
  const methods = new Map<number, LightMethod>();
  add(instance, methods);
  for (const [hash, method] of shared) {
    if (!methods.has(hash)) methods.set(hash, method);
  }
  return methods;
}
