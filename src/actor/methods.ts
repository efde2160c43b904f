/**
 * Which methods of an actor are messages.
 *
 * @module
 */
import { UnknownMethodError } from "../errors.ts";
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

type Handler = (...args: unknown[]) => unknown;

/** The methods of an actor, by their name on the wire. */
export type Methods = Map<number, { name: string; call: Handler }>;

/** The methods of `instance` that are messages, by their name on the wire. */
export function methodsOf(instance: object): Methods {
  const methods = new Map<number, { name: string; call: Handler }>();
  for (
    let proto = instance;
    proto !== null && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto)
  ) {
    for (const name of Object.getOwnPropertyNames(proto)) {
      const call = Object.getOwnPropertyDescriptor(proto, name)?.value;
      if (typeof call !== "function" || HOOKS.has(name)) continue;
      const hash = methodHash(name);
      if (!methods.has(hash)) methods.set(hash, { name, call });
    }
  }
  return methods;
}

/** The refusal of a method that `actor` does not have; only who sent the message knows its name. */
export function unknownMethod(
  actor: string,
  methods: Map<number, { name: string }>,
): UnknownMethodError {
  const names = [...methods.values()].map((m) => m.name).join(", ") || "none";
  return new UnknownMethodError(
    `Cannot call a method that "${actor}" does not have: its methods are ${names}`,
    { actor, method: "" },
  );
}
