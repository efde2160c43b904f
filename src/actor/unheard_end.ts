import type { ExitReport } from "../exit_report.ts";

/** Whether an end is one that somebody has to hear of. */
function isFailure({ kind }: ExitReport): boolean {
  return kind === "failed" || kind === "crashed" || kind === "hung" ||
    kind === "oom";
}

/** Writes the failure of `actor` to stderr: nobody restarts it, and nobody was told. */
export function reportUnheardEnd(actor: string, report: ExitReport): void {
  if (!isFailure(report)) return;
  // deno-lint-ignore troupe/quiet -- a failure that is shown nowhere else
  console.error(
    `Actor "${actor}" ended (${report.kind}), and nobody watches it:`,
    report.error ?? `code ${report.code}`,
  );
}
