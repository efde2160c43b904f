/**
 * How an incarnation ended whose thread said nothing: it did not do in time what it had to, or ended by itself.
 *
 * @module
 */
import { errorToWire } from "../../error_wire.ts";
import {
  ActorInitError,
  InitTimeoutError,
  ModuleLoadError,
  TroupeError,
} from "../../errors.ts";
import type { WireReport } from "../mail/protocol.ts";
import type { Seat } from "./seat.ts";

/** The end of `actor`, which was not up within `timeoutMs`. */
export function startTimedOut(actor: string, timeoutMs: number): WireReport {
  const error = new InitTimeoutError(
    `Cannot start "${actor}" as its module, constructor and onStart took longer than ${timeoutMs} ms: raise initTimeout or move slow work out of them`,
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

/** The end of an actor that asked for it itself, by the report of a stop. */
export function leftAlone(report: WireReport): WireReport {
  return report.kind === "stopped" ? { ...report, kind: "done" } : report;
}

/** The end of a thread that called `self.close()`, or `Deno.exit()` with the code `exit - 1`. */
export function exitedAlone(
  { name: actor, state, stopping }: Seat,
  exit: number,
): WireReport {
  // A thread that closes itself gives no code; it is not a wanted end.
  const code = exit === 0 ? 1 : exit - 1;
  if (stopping) return { kind: "stopped", code: exit === 0 ? 0 : code };
  // As with a process, 0 says that all is well: it is the end that the actor wants.
  if (code === 0 && state === "running") return { kind: "done", code };
  const how = exit === 0 ? "self.close()" : `Deno.exit(${code})`;
  const error = state === "starting"
    ? new ActorInitError(
      `Cannot start "${actor}" as its thread ended by ${how} before it was up`,
      { actor },
    )
    : new TroupeError(`The thread of "${actor}" ended by ${how}`);
  return { kind: "crashed", code, error: errorToWire(error) };
}

/** The end of an actor for which no thread could be made. */
export function noThreadFor(
  { name, module }: { name: string; module: string },
  why: string,
): WireReport {
  const error = new ModuleLoadError(
    `Cannot start a thread for "${name}": ${why}`,
    { module },
  );
  return { kind: "failed", code: 1, error: errorToWire(error) };
}
