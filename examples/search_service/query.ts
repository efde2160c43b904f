import { readText } from "./file_text.ts";
import type { Hit } from "./posting_index.ts";
import { piecesOf } from "./postings.ts";
import type { SearchService } from "./service.ts";
import { words } from "./tokenizer.ts";

/** A hit for people: the name the file is shown under, and what stands on the line. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly score: number;
  readonly text: string;
}

/** A query with its answer. */
export interface Findings {
  readonly query: string;
  readonly words: readonly string[];
  /** Lines and files that answer in all, shown or not. */
  readonly lines: number;
  readonly files: number;
  readonly hits: readonly Finding[];
}

/** The files that are searched: where they are, and the names to show. */
export interface Library {
  readonly paths: readonly string[];
  readonly labels: readonly string[];
  readonly maxBytes: number;
}

/** Longest excerpt of a line, in UTF-16 units. */
const EXCERPT = 160;

/** Asks the service for `query` and fetches the lines it answers with, at most `limit`. */
export async function find(
  service: SearchService,
  library: Library,
  { query, limit }: { query: string; limit: number },
): Promise<Findings> {
  const wanted = [...new Set(words(query))];
  const answer = await service.search(wanted, limit);
  const hits: Finding[] = [];
  const texts = await linesAt(library, answer.hits);
  for (const [i, { file, line, score }] of answer.hits.entries()) {
    hits.push({
      file: library.labels[file] ?? "?",
      line,
      score,
      text: texts[i]!,
    });
  }
  return {
    query,
    words: wanted,
    lines: answer.lines,
    files: answer.files,
    hits,
  };
}

/** The lines of hits as they are on disk now; a file is read once however many of its lines are wanted. */
async function linesAt(
  library: Library,
  hits: readonly Hit[],
): Promise<string[]> {
  const wanted = new Map<number, Map<number, string>>();
  for (const { file, line } of hits) {
    wanted.set(file, (wanted.get(file) ?? new Map()).set(line, ""));
  }
  for (const [file, lines] of wanted) {
    const read = await readText(library.paths[file] ?? "", library.maxBytes);
    if (read.kind !== "text") continue; // gone since it was indexed: the hit stays, its line is empty
    const end = Math.max(...lines.keys());
    for (const piece of piecesOf(read.text)) {
      if (piece.line > end) break;
      if (lines.get(piece.line) === "") {
        lines.set(piece.line, excerpt(piece.text.trim(), EXCERPT));
      }
    }
  }
  return hits.map(({ file, line }) => wanted.get(file)?.get(line) ?? "");
}

/** The start of `text`, if it is longer than `length` UTF-16 units. */
export function excerpt(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text.slice(0, length).toWellFormed()}…`;
}
