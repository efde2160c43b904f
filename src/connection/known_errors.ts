/**
 * Errors that pass through a thread which does not know their classes.
 *
 * @module
 */
import {
  errorFromWire,
  isRegistered,
  isWireError,
  registerError,
  WIRE_MARK,
  type WireError,
} from "../error_wire.ts";

let met = 0;
/** Names that a peer may have us remember. */
const MOST = 1_024;

/** The error that travelled as `wire`: of a class of that name, whether this thread knows it or not, so that it can travel on. */
export function passedError(wire: WireError): Error {
  meet(wire, 0);
  return errorFromWire(wire);
}

function meet(wire: WireError, depth: number): void {
  const names = [wire[WIRE_MARK], ...wire.between ?? []];
  // From the base up: each extends the one after it.
  let base: WireError = { ...wire, [WIRE_MARK]: wire.base, fields: {} };
  delete (base as { between?: unknown }).between;
  if (wire[WIRE_MARK] !== wire.base) {
    for (const name of names.reverse()) {
      if (!isRegistered(name) && met++ < MOST) {
        registerError(standIn(name, errorFromWire(base)));
      }
      base = { ...base, [WIRE_MARK]: name };
    }
  }
  if (depth === 16) return;
  const { cause, errors = [] } = wire;
  for (const each of [cause, ...errors]) {
    if (typeof each === "object" && each !== null && isWireError(each)) {
      meet(each, depth + 1);
    }
  }
}

/** A class of that name, below that of `sample`. */
function standIn(name: string, sample: Error): new () => Error {
  const Base = sample.constructor as new () => Error;
  return { [name]: class extends Base {} }[name]!;
}
