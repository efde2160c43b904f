/** What the program prints, as text. @module */

import { unicodeWidth } from "@std/cli/unicode-width";
import type { Audit } from "./audit.ts";
import type { Kill } from "./chaos.ts";
import type { FileResult } from "./lease_book.ts";
import type { Member } from "./member.ts";
import { excerpt, type Findings, type Library } from "./query.ts";
import type { Totals } from "./statistics.ts";

/** How many files are named before the rest is only counted. */
const NAMED_FILES = 5;
/** Longest excerpt of a line, in UTF-16 units. */
const EXCERPT = 80;
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const UNPRINTABLE_REGEXP = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** Makes text from a file or its name fit to print: what would move the cursor or turn the line round is written out. */
export function printable(text: string): string {
  return text.replaceAll("\t", " ").replace(
    UNPRINTABLE_REGEXP,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `1 file`, `1,234 files`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** What a kill came to. */
export function killText({ id, how, reason, tookMs }: Kill): string {
  const took = String(tookMs).padStart(4);
  return `  killed ${id} by ${how.padEnd(5)}  back after ${took} ms  ${
    printable(reason)
  }`;
}

/** What the Manager's end came to. */
export function managerText(tookMs: number): string {
  const took = String(Math.round(tookMs)).padStart(4);
  return `  ended the Manager's thread   back after ${took} ms`;
}

/** What all runs have counted, as it is on disk. */
export function totalsText({ runs, files, words }: Totals): string {
  return `on disk: ${counted(runs, "run")}, ${counted(files, "file")}, ${
    counted(words, "word")
  }`;
}

/** Who runs under whom, with restarts and the reason of each. */
export function treeText(members: readonly Member[]): string {
  const supervised = members.filter((one) => one.supervised);
  const restarts = supervised.reduce((sum, one) => sum + one.restarts, 0);
  const rows = members.filter((one) => !one.supervised)
    .map(({ name, state }) => ({ start: `├─ ${name}`, rest: state }));
  rows.push({
    start: "└─ supervisor",
    rest: `one for one, ${counted(restarts, "restart")}`,
  });
  for (const [i, one] of supervised.entries()) {
    const isLast = i === supervised.length - 1;
    rows.push({
      start: `   ${isLast ? "└─" : "├─"} ${one.name}`,
      rest: `${one.state}, ${counted(one.restarts, "restart")}`,
    });
    const first = one.restarts - one.ends.length + 1;
    for (const [at, end] of one.ends.entries()) {
      rows.push({
        start: `   ${isLast ? " " : "│"}`,
        rest: `${first + at}. ${printable(end)}`,
      });
    }
  }
  const width = Math.max(...rows.map(({ start }) => start.length)) + 2;
  const lines = rows.map(({ start, rest }) => start.padEnd(width) + rest);
  return ["search service", ...lines].join("\n");
}

/** A query's best lines as file:line. */
export function findingsText(
  { query, lines, files, hits }: Findings,
): string {
  const places = hits.map(({ file, line }) => `${printable(file)}:${line}`);
  const width = Math.max(0, ...places.map((place) => unicodeWidth(place)));
  const rows = hits.map(({ text }, i) => {
    const place = places[i]!;
    const gap = " ".repeat(width - unicodeWidth(place) + 2);
    return `  ${place}${gap}${printable(excerpt(text, EXCERPT))}`;
  });
  const title = `"${printable(query)}": ${counted(lines, "line")} in ${
    counted(files, "file")
  }`;
  return [title, ...rows].join("\n");
}

/** Which files were not indexed, and why: those that a person may wonder about by name. One line each; none if all were. */
export function skippedLines(
  results: Iterable<FileResult>,
  { labels, maxBytes }: Library,
): string[] {
  const skipped = Map.groupBy(results, (result) => result.outcome);
  const reasons: Record<string, string> = {
    tooLarge: `as larger than ${maxBytes >> 20} MiB`,
  };
  return [...skipped].filter(([outcome]) => outcome !== "indexed").flatMap(
    ([outcome, files]) => {
      const names = outcome === "binary" ? [] : files.slice(0, NAMED_FILES);
      return [
        `  skipped ${counted(files.length, "file")} ${
          reasons[outcome] ?? `as ${outcome}`
        }`,
        ...names.map(({ file, reason }) =>
          `    ${printable(labels[file] ?? "?")}${
            reason === undefined ? "" : `: ${printable(reason)}`
          }`
        ),
      ];
    },
  );
}

/** How the service's books compare with the count of one thread. */
export function auditText(audit: Audit, { labels }: Library): string {
  const { files, words, postings, changed, lost, miscounts } = audit;
  const lines = [
    `  one thread counts ${counted(files, "file")}, ${
      counted(words, "word")
    }, ${counted(postings, "posting")}`,
  ];
  if (changed.length > 0) {
    lines.push(
      `  left out as changed on disk meanwhile: ${
        counted(changed.length, "file")
      }`,
    );
  }
  for (const file of lost.slice(0, NAMED_FILES)) {
    lines.push(`  LOST ${printable(labels[file] ?? "?")}`);
  }
  for (const { key, kept, own } of miscounts) {
    lines.push(
      `  MISCOUNTED ${key}: the Manager has ${kept}, the books ${own}`,
    );
  }
  return lines.join("\n");
}
