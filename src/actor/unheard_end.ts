/**
 * Who hears of the end of an actor that nobody restarts: a failure that nobody hears of is written to stderr.
 *
 * | who                                        | where it lived | at its owner |
 * |--------------------------------------------|----------------|--------------|
 * | waits for an answer, or was told by it     | yes            | yes          |
 * | reads a stream of it, or was told by it    | if it failed   | yes          |
 * | watches it, or waits for `exited`          | other threads  | its own      |
 * | is linked with it                          | yes            | no           |
 * | asked for the end                          | yes            | no           |
 *
 * Where it lived, the word of its end carries one flag; the rest is asked when that word has come to its owner.
 *
 * @module
 */
import type { ExitReport } from "../exit_report.ts";
import type { RefCore } from "./mail/ref_core.ts";
import { isWatched } from "./watch.ts";

/** Whether an end is one that somebody has to hear of. */
function isFailure({ kind }: ExitReport): boolean {
  return kind === "failed" || kind === "crashed" || kind === "hung" ||
    kind === "oom";
}

/** Whether anybody hears of the end behind `core`: on this thread, or where it lived, as `there` says. */
function isHeard(core: RefCore, there: boolean): boolean {
  const { isolate, address } = core;
  return there || core.heard || isWatched(isolate, address) ||
    isolate.asks.waitsFor(address) || isolate.streams.reads(address);
}

/** Writes the failure of the actor behind `core` to stderr, if nobody hears of it, also not where it lived. */
export function reportUnheardEnd(
  core: RefCore,
  report: ExitReport,
  there: boolean,
): void {
  if (!isFailure(report) || isHeard(core, there)) return;
  writeEnd("Actor", core.name, report, "and nobody watches it");
}

/** Writes an end that nobody hears of to stderr. */
export function writeEnd(
  what: string,
  name: string,
  { kind, error, code }: ExitReport,
  why: string,
): void {
  // deno-lint-ignore troupe/quiet -- a failure that is shown nowhere else
  console.error(
    `${what} "${name}" ended (${kind}), ${why}:`,
    error ?? `code ${code}`,
  );
}
