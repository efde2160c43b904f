/**
 * How an incarnation ended that did not do in time what it had to.
 *
 * @module
 */
import { errorToWire } from "../error_wire.ts";
import { InitTimeoutError, TroupeError } from "../errors.ts";
import type { WireReport } from "./protocol.ts";

/** The end of `actor`, which was not up within `timeoutMs`. */
export function startTimedOut(actor: string, timeoutMs: number): WireReport {
  const error = new InitTimeoutError(
    `Cannot start "${actor}" as its constructor and onStart took longer than ${timeoutMs} ms: raise initTimeout or move slow work out of them`,
    { actor, timeoutMs },
  );
  return { kind: "hung", code: 1, error: errorToWire(error) };
}

/** The end of `actor`, which did not return to its event loop for `hangMs`. */
export function hungFor(actor: string, hangMs: number): WireReport {
  const error = new TroupeError(
    `"${actor}" did not return to its event loop for ${hangMs} ms: split long work, or raise hangMs`,
  );
  return { kind: "hung", code: 1, error: errorToWire(error) };
}
