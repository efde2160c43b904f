/**
 * The names behind the numbers that methods have on the wire, as far as this thread knows them.
 *
 * @module
 */
import { definitions } from "../define.ts";
import { methodHash } from "./protocol.ts";

/** Names that this thread has called. */
const CALLED: Map<number, string> = new Map();
/** More are not kept: a program has no more methods, unless it makes their names up. */
const MOST_NAMES = 10_000;

/** The name of a method on the wire; from now on {@link methodNamed} knows it. */
export function rememberMethod(name: string): number {
  const hash = methodHash(name);
  if (CALLED.size < MOST_NAMES) CALLED.set(hash, name);
  return hash;
}

/** The method behind `hash`: one that was called here, or one of a class that is registered here. */
export function methodNamed(hash: number): string | undefined {
  const called = CALLED.get(hash);
  if (called !== undefined) return called;
  for (const definition of definitions()) {
    if (definition.kind !== "actor") continue;
    let proto: object | null = definition.make.prototype;
    while (proto !== null && proto !== Object.prototype) {
      for (const name of Object.getOwnPropertyNames(proto)) {
        if (methodHash(name) === hash) return name;
      }
      proto = Object.getPrototypeOf(proto);
    }
  }
  return undefined;
}
