/**
 * What a run prints: where it ran, and a table.
 *
 * @module
 */
import { unicodeWidth } from "@std/cli/unicode-width";
import type { Row } from "./subject.ts";
import manifest from "../../deno.json" with { type: "json" };

async function processorName(): Promise<string> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    return /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? Deno.build.arch;
  } catch {
    // Only Linux has that file.
    return Deno.build.arch;
  }
}

/** Machine, date and versions, a line each: without them no figure means anything. */
export async function describeMachine(): Promise<string> {
  const { deno, v8, typescript } = Deno.version;
  const load = Deno.loadavg().map((value) => value.toFixed(2)).join(" ");
  const memory = Deno.systemMemoryInfo().total / 2 ** 30;
  return [
    `machine   ${await processorName()}, ${navigator.hardwareConcurrency} cores, ${
      memory.toFixed(1)
    } GiB, ${Deno.build.target}, load ${load}`,
    `date      ${new Date().toISOString()}`,
    `versions  ${manifest.name} ${manifest.version}, deno ${deno}, v8 ${v8}, typescript ${typescript}`,
  ].join("\n");
}

const HEAD: readonly string[] = [
  "subject",
  "peer",
  "ours",
  "theirs",
  "unit",
  "ratio",
  "spread",
  "bar",
  "met",
];
/** Columns that hold figures. */
const RIGHT: ReadonlySet<number> = new Set([2, 3, 5, 6]);

/** A figure with three digits that count; thousands in groups. */
export function formatFigure(value: number): string {
  if (Math.abs(value) >= 1_000) {
    return Math.round(value).toLocaleString("en-US");
  }
  return Number(value.toPrecision(3)).toString();
}

function cellsOf(row: Row): string[] {
  const absent = row.met === null;
  return [
    row.subject,
    row.peer,
    formatFigure(row.ours),
    row.theirs === null ? (absent ? "absent" : "-") : formatFigure(row.theirs),
    row.unit,
    row.ratio === null ? "-" : formatFigure(row.ratio),
    `${Math.round(row.spread * 100)} %`,
    row.bar,
    absent ? "-" : row.met ? "yes" : "NO",
  ];
}

/** The rows as a table for people. A peer that is not installed is `absent`. */
export function formatTable(rows: readonly Row[]): string {
  const lines = [[...HEAD], ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((line) => unicodeWidth(line[column] ?? "")))
  );
  const pad = (text: string, column: number) => {
    const space = " ".repeat((widths[column] ?? 0) - unicodeWidth(text));
    return RIGHT.has(column) ? space + text : text + space;
  };
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

/** The rows as machines read them: a JSON array, with the keys of {@linkcode Row}. */
export function formatJson(rows: readonly Row[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}
