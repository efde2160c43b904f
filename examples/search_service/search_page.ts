import { ENDINGS } from "./ending.ts";
import type { Member } from "./member.ts";
import type { Findings } from "./query.ts";
import type { Statistics } from "./statistics.ts";
import { words } from "./tokenizer.ts";

/** What the page shows. */
export interface PageContent {
  readonly findings: Findings | undefined;
  readonly statistics: Statistics;
  readonly tree: readonly Member[];
}

const STYLE = `
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1rem; margin-top: 2.5rem; }
  form.search { display: flex; gap: .5rem; }
  input { flex: 1; font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; }
  button { font: inherit; padding: .25rem .75rem; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
  ol { list-style: none; padding: 0; } li { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  code { font: .875rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
  .place { color: #2a7a4b; } mark { background: #ffe08a; color: #222; border-radius: .2rem; }
  table { border-collapse: collapse; width: 100%; font-size: .875rem; }
  th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
  td form { display: inline; } td button { font-size: .75rem; padding: 0 .5rem; } .quiet { opacity: .7; }
`;

/** The search page: no script, nothing loaded from elsewhere. */
export function searchPage(
  { findings, statistics, tree }: PageContent,
): string {
  const { files, words, bytes, skipped } = statistics;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${
    findings === undefined ? "Search" : `${escapeHtml(findings.query)} – search`
  }</title>
<style>${STYLE}</style></head>
<body>
<h1>Search</h1>
<form class="search" action="/"><input name="q" aria-label="Words to find" autofocus
 value="${escapeHtml(findings?.query ?? "")}"><button>Search</button></form>
<p class="quiet">${files} files, ${words} words, ${bytes} bytes; ${skipped} files skipped</p>
${findings === undefined ? "" : findingsList(findings)}
<h2>Actors</h2>
<table><tr><th>name<th>state<th>restarts<th>mailbox<th>last end<th>kill by</tr>
${tree.map(memberRow).join("\n")}
</table>
</body></html>
`;
}

function findingsList({ lines, files, hits, words: wanted }: Findings): string {
  if (hits.length === 0) return "<p>Nothing found.</p>";
  const items = hits.map(({ file, line, text }) =>
    `<li><code class="place">${escapeHtml(file)}:${line}</code><br><code>${
      marked(text, wanted)
    }</code></li>`
  );
  return `<p>${lines} lines in ${files} files</p><ol>${items.join("\n")}</ol>`;
}

function memberRow(
  { name, state, restarts, mailbox, ends, supervised }: Member,
): string {
  const buttons = ENDINGS.map((how) =>
    `<form method="post" action="/kill/${
      encodeURIComponent(name)
    }?how=${how}"><button>${how}</button></form>`
  );
  return `<tr><td>${escapeHtml(name)}<td>${
    escapeHtml(state)
  }<td>${restarts}<td>${mailbox}` +
    `<td>${escapeHtml(ends.at(-1) ?? "")}<td>${
      supervised ? buttons.join(" ") : ""
    }</tr>`;
}

/** Escapes `text`, with the wanted words marked. */
function marked(text: string, wanted: readonly string[]): string {
  return text.split(/([\p{L}\p{M}\p{N}_]+)/u).map((piece) => {
    const [word] = words(piece);
    return word !== undefined && wanted.includes(word)
      ? `<mark>${escapeHtml(piece)}</mark>`
      : escapeHtml(piece);
  }).join("");
}

/** Makes `text` safe inside an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const ENTITIES: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
