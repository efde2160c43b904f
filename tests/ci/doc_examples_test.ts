import { assert, assertEquals } from "@std/assert";
import { PACKAGE } from "../fixtures/child_program.ts";
import { runAsUser } from "../fixtures/user_program.ts";

/** What only a program's main module runs: `deno test --doc` checks the types of it and no more. */
const GUARD = "if (import.meta.main)";

/** A TypeScript example in a comment. */
interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/** The guarded examples in the comments of a source text, in order. */
function examplesOf(file: string, text: string): Example[] {
  const examples: Example[] = [];
  let open: { line: number; code: string[] } | undefined;
  for (const [index, source] of text.split("\n").entries()) {
    const comment = /^ *\* ?(.*)$/.exec(source)?.[1];
    if (comment === undefined) continue;
    if (open === undefined) {
      if (comment.startsWith("```ts")) open = { line: index + 1, code: [] };
    } else if (comment.startsWith("```")) {
      const code = open.code.join("\n");
      if (code.includes(GUARD)) examples.push({ file, line: open.line, code });
      open = undefined;
    } else open.code.push(comment);
  }
  assert(open === undefined, `${file}: an example has no end`);
  return examples;
}

/** The sources that users read, by their path from the package's folder. */
async function sources(): Promise<string[]> {
  const found = ["mod.ts"];
  for await (const entry of Deno.readDir(new URL("src", PACKAGE))) {
    if (entry.isFile) found.push(`src/${entry.name}`);
    else {
      const folder = new URL(`src/${entry.name}`, PACKAGE);
      for await (const { name } of Deno.readDir(folder)) {
        if (name.endsWith(".ts")) found.push(`src/${entry.name}/${name}`);
      }
    }
  }
  return found.sort();
}

const examples: Example[] = [];
for (const file of await sources()) {
  const text = await Deno.readTextFile(new URL(file, PACKAGE));
  examples.push(...examplesOf(file, text));
}

Deno.test("examplesOf() finds guarded examples and no others", () => {
  const fence = "```";
  const text =
    `/**\n * ${fence}ts\n * a\n * ${fence}\n *\n * ${fence}ts\n * ${GUARD} {\n *   b\n * }\n * ${fence}\n */`;
  assertEquals(examplesOf("x.ts", text), [
    { file: "x.ts", line: 6, code: `${GUARD} {\n  b\n}` },
  ]);
});

Deno.test("the page of the package has an example that is a program", () => {
  assert(examples.some(({ file }) => file === "mod.ts"));
});

for (const { file, line, code } of examples) {
  Deno.test(`the example at ${file}:${line} runs as a program`, async () => {
    const end = await runAsUser(code, "-A");
    assertEquals([end.code, end.stderr], [0, ""], code);
  });
}
