import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
} from "@std/assert";
import { PACKAGE } from "../fixtures/child_program.ts";
import { checkAsUser, runAsUser } from "../fixtures/user_program.ts";

/** What the example under "An example" prints. */
const EXAMPLE_OUTPUT = `1
"counter" failed: Cannot count that
2
`;

/** A TypeScript block of the README, and the heading it is under. */
interface Block {
  readonly heading: string;
  readonly code: string;
}

/** The TypeScript blocks of a Markdown text, in order. */
function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let code: string[] | undefined;
  let inTypeScript = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) {
      if (code === undefined) {
        code = [];
        inTypeScript = /^```(ts|typescript)\b/.test(line);
      } else {
        if (inTypeScript) blocks.push({ heading, code: code.join("\n") });
        code = undefined;
      }
    } else if (code !== undefined) code.push(line);
    else if (line.startsWith("#")) heading = line.replace(/^#+ */, "");
  }
  assert(code === undefined, `Block under "${heading}" has no end`);
  return blocks;
}

const readme = await Deno.readTextFile(new URL("README.md", PACKAGE));
const blocks = blocksOf(readme);

Deno.test("blocksOf() finds TypeScript blocks and no others", () => {
  const fence = "```";
  const text = `# One\n${fence}ts ignore\na\n\nb\n${fence}\n` +
    `${fence}sh\n# c\n${fence}\n## Two\n${fence}typescript\nd\n${fence}`;
  assertEquals(blocksOf(text), [
    { heading: "One", code: "a\n\nb" },
    { heading: "Two", code: "d" },
  ]);
});

Deno.test("README has an example of at most 20 lines", () => {
  assertGreater(blocks.length, 0);
  const [example] = blocks;
  assertEquals(example?.heading, "An example");
  assertLessOrEqual(example?.code.split("\n").length ?? 0, 20);
});

for (const [index, { heading, code }] of blocks.entries()) {
  Deno.test(`README block ${index + 1}, under "${heading}", is a program that type-checks and runs`, async () => {
    const checked = await checkAsUser(code);
    assertEquals([checked.code, checked.stderr], [0, ""], code);
    const end = await runAsUser(code, "--allow-read");
    assertEquals([end.code, end.stderr], [0, ""], code);
    if (index === 0) assertEquals(end.stdout, EXAMPLE_OUTPUT);
  });
}
