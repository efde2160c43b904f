import { ProgressBar } from "@std/cli/unstable-progress-bar";
import type { Audit } from "./audit.ts";
import type { Kill } from "./chaos.ts";
import type { FileResult } from "./lease_book.ts";
import type { Findings, Library } from "./query.ts";
import type { Member, SearchService } from "./service.ts";

/** How many skipped files are named before the rest is only counted. */
const NAMED_FILES = 5;

/** A bar on a terminal, nothing in a pipe. */
export interface Meter {
  set(value: number): void;
  stop(): Promise<void>;
}

/** Starts a bar that ends at `max`; it is drawn on standard error, and only if that is a terminal. */
export function startMeter(title: string, max: number): Meter {
  if (!Deno.stderr.isTerminal() || max === 0) {
    return {
      set: () => {},
      stop: () => Promise.resolve(),
    };
  }
  const bar = new ProgressBar({
    max,
    barLength: 40,
    interval: 100,
    clear: true,
    formatter: ({ progressBar, value }) =>
      `${title} [${progressBar}] ${value}/${max}`,
  });
  return {
    set: (value) => {
      bar.value = value;
    },
    stop: () => bar.stop(),
  };
}

/** Prints what a kill came to. */
export function printKill({ id, how, reason, tookMs }: Kill): void {
  console.log(`killed ${id} by ${how}: ${reason}; back after ${tookMs} ms`);
}

/** Prints who runs under whom, with restarts and reasons. */
export function printTree(members: readonly Member[]): void {
  console.log("\nsupervision tree");
  const rows = members.map((one, i) => {
    const branch = i === members.length - 1 ? "└─" : "├─";
    const restarts = one.supervised ? `, restarts ${one.restarts}` : "";
    const reason = one.reason === undefined ? "" : `, last end: ${one.reason}`;
    return `${branch} ${one.name}  ${one.state}${restarts}${reason}`;
  });
  console.log(rows.join("\n"));
}

/** Prints a query's best lines as file:line. */
export function printFindings({ query, lines, files, hits }: Findings): void {
  console.log(`\n"${query}": ${lines} lines in ${files} files`);
  for (const { file, line, text } of hits) {
    console.log(`  ${file}:${line}  ${text.slice(0, 90)}`);
  }
}

/** Prints which files were not indexed, and why: the unreadable ones by name. */
export function printSkipped(
  results: Iterable<FileResult>,
  { labels }: Library,
): void {
  const skipped = [...results].filter((result) => result.outcome !== "indexed");
  const counts = Map.groupBy(skipped, (result) => result.outcome);
  for (const [outcome, files] of counts) {
    console.log(`skipped as ${outcome}: ${files.length}`);
  }
  for (
    const { file, reason } of (counts.get("unreadable") ?? []).slice(
      0,
      NAMED_FILES,
    )
  ) {
    console.log(`  ${labels[file]}: ${reason}`);
  }
}

/** Prints how the service compares with the count of one thread. */
export function printAudit(audit: Audit, { labels }: Library): void {
  console.log(
    `\none thread counts ${audit.files} files, ${audit.words} words, ${audit.postings} postings`,
  );
  if (audit.changed.length > 0) {
    console.log(
      `changed on disk meanwhile, left out of the comparison: ${audit.changed.length}`,
    );
  }
  for (const file of audit.lost.slice(0, NAMED_FILES)) {
    console.log(`  LOST ${labels[file]}`);
  }
}

/** Prints the last line: what was done, and that nothing was lost. */
export async function printSummary(
  service: SearchService,
  lost: number,
): Promise<void> {
  const { files, words } = await service.statistics();
  const { kills, restarts } = service;
  console.log(
    `demo: files ${files}, words ${words}, kills ${kills}, restarts ${restarts}, lost ${lost}`,
  );
}
