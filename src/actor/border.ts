/**
 * Where a ref leaves its system, while a message for another program is made into bytes or read.
 *
 * @module
 */
import { UnknownHandleError } from "../errors.ts";
import type { PortableData } from "../memory/portable.ts";
import type { RefCore } from "./mail/ref_core.ts";

/** The border of a system with one other program. */
export interface Border {
  /** What a ref becomes there. */
  depart(core: RefCore): PortableData;
  /** The ref that came as `data`. */
  arrive(data: unknown): unknown;
}

let border: Border | undefined;

/** The border that is being crossed. */
export function currentBorder(): Border | undefined {
  return border;
}

/**
 * Refuses a ref of this system in a message of another program: that shows the refs that it was given, and by them no other
 * actor can be reached.
 *
 * @throws {UnknownHandleError} If a border is being crossed.
 */
export function refuseForged(name: string, kind: string): void {
  if (border === undefined) return;
  throw new UnknownHandleError(
    `Cannot revive a reference to "${name}" as the program that sent it was never given it`,
    { kind },
  );
}

/** Calls `act`, which makes bytes of values that cross `own`, or values of bytes that did. */
export function crossing<T>(own: Border, act: () => T): T {
  const before = border;
  border = own;
  try {
    return act();
  } finally {
    border = before;
  }
}
