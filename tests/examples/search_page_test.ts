import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  escapeHtml,
  searchPage,
} from "../../examples/search_service/search_page.ts";

const STATISTICS = { files: 1, words: 2, bytes: 3, skipped: 4 };

Deno.test("escapeHtml() leaves nothing that ends an element or an attribute", () => {
  assertEquals(
    escapeHtml(`<a href="x" title='y'>&`),
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;",
  );
});

Deno.test("searchPage() marks found words and escapes the query, the file and its line", () => {
  const hits = [{
    file: "<b>.ts",
    line: 3,
    score: 1,
    text: "if (Deno < 1) deno();",
  }];
  const findings = {
    query: `deno "<i>`,
    words: ["deno"],
    lines: 1,
    files: 1,
    hits,
  };
  const page = searchPage({ findings, statistics: STATISTICS, tree: [] });
  assertStringIncludes(page, "&lt;b&gt;.ts:3");
  assertStringIncludes(
    page,
    "if (<mark>Deno</mark> &lt; 1) <mark>deno</mark>();",
  );
  assertStringIncludes(page, `value="deno &quot;&lt;i&gt;"`);
});

Deno.test("searchPage() offers kills for supervised actors only", () => {
  const base = {
    state: "running",
    restarts: 0,
    incarnation: 0,
    mailbox: 0,
    ends: [],
  };
  const tree = [{ ...base, name: "queue", supervised: false }, {
    ...base,
    name: "worker",
    supervised: true,
  }];
  const page = searchPage({
    findings: undefined,
    statistics: STATISTICS,
    tree,
  });
  assertEquals(page.includes("/kill/queue"), false);
  assertEquals(page.match(/\/kill\/worker/g)?.length, 4);
});
