/**
 * What the end of an actor is for one that is linked with it.
 *
 * @module
 */
import { InvalidOptionError, LinkedExitError } from "../errors.ts";
import type { ExitReport } from "../exit_report.ts";
import type { Lights } from "./light/light_host.ts";
import type { Exit } from "./links.ts";
import type { Tied, WireReport } from "./mail/protocol.ts";
import { coreOf, endRef, fromWireReport, RefCore } from "./mail/ref_core.ts";
import { coreIn, refTo } from "./ref.ts";

/** Who a ref leads to, for those who need not know it; what is no ref is refused. */
export function tiedBy(what: string, ref: unknown): Tied {
  const core = coreIn(ref);
  if (core?.line?.abroad === true) {
    throw new InvalidOptionError(
      `Cannot ${what} "${core.name}" as it is an actor of another program: watch it`,
      { option: "ref", value: ref },
    );
  }
  if (core !== undefined) return tiedOf(core);
  throw new InvalidOptionError(
    `Cannot ${what} another actor as the argument must be its ref: current value is ${
      Deno.inspect(ref, { depth: 1 })
    }`,
    { option: "ref", value: ref },
  );
}

/** Who is behind `core`, for those who need not know it. */
export function tiedOf({ address, name, line }: RefCore): Tied {
  if (line === undefined) return { address, name };
  const { capacity, maxBytes, overflow, urgent, owner } = line;
  const { endpoint, epoch } = owner;
  const facts = { capacity, maxBytes, overflow, urgent };
  return { address, name, facts: { ...facts, owner: { endpoint, epoch } } };
}

/** Refuses what cannot be told of exits. */
export function checkTrap(handler: unknown): void {
  if (typeof handler === "function") return;
  throw new InvalidOptionError(
    `Cannot trap exits as the handler must be a function: current value is ${
      Deno.inspect(handler, { depth: 1 })
    }`,
    { option: "handler", value: handler },
  );
}

/** The end of `tied`, as one that traps exits on the thread of `lights` is told of it. */
export function exitOf(
  lights: Lights,
  { address, name, facts }: Tied,
  report: WireReport,
): Exit {
  const { isolate, others } = lights;
  const { endpoint, local } = address;
  const reason = fromWireReport(report);
  if (local === undefined) {
    const core = coreOf(isolate, address) ??
      new RefCore(isolate, address, name, 0);
    endRef(isolate, address, report);
    return { from: refTo(core), reason };
  }
  const core = lights.meet({ ...address, local }, name, 0, facts!);
  if (endpoint !== isolate.endpoint) others.end(endpoint, local, reason);
  return { from: refTo(core), reason };
}

/** Why an actor ends that is linked with one that ended so; `undefined` if it need not. */
export function linkedExit(
  { from: { name }, reason }: Exit,
): LinkedExitError | undefined {
  if (isWanted(reason)) return undefined;
  const { kind, error } = reason;
  return new LinkedExitError(
    `Cannot go on as "${name}", which this actor is linked with, ended (${kind})${
      error === undefined ? "" : `: ${error.message}`
    }; trap exits to go on`,
    { actor: name, report: reason, ...(error && { cause: error }) },
  );
}

function isWanted({ kind }: ExitReport): boolean {
  return kind === "done" || kind === "stopped";
}
