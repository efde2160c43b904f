import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

const { name, exports } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", PACKAGE)),
) as { name: string; exports: Record<string, string> };

/** The folders that a user has a path to, besides the page of the package. */
const FOLDERS = [
  "actor",
  "channel",
  "cli",
  "connection",
  "manager",
  "memory",
  "pool",
  "process",
  "registry",
  "shared",
  "supervisor",
  "sync",
];

/** What `path` exports at run time; types are none of it. */
async function load(path: string): Promise<Record<string, unknown>> {
  return await import(import.meta.resolve(name + path.slice(1)));
}

Deno.test("deno.json exports the page and every folder that has a mod.ts", () => {
  const expected = Object.fromEntries(
    FOLDERS.map((folder) => [`./${folder}`, `./src/${folder}/mod.ts`]),
  );
  assertEquals(exports, { ".": "./mod.ts", ...expected });
});

for (const path of Object.keys(exports)) {
  Deno.test(`${name}${path.slice(1)} loads and exports no name without a value`, async () => {
    const symbols = Object.entries(await load(path));
    assertNotEquals(symbols, []);
    for (const [symbol, value] of symbols) {
      assert(value !== undefined, `"${symbol}" of "${path}" is undefined`);
    }
  });
}

Deno.test("a name means the same thing on every path that exports it", async () => {
  const page = await load(".");
  for (const folder of FOLDERS) {
    for (const [symbol, value] of Object.entries(await load(`./${folder}`))) {
      if (symbol in page) {
        assert(page[symbol] === value, `${folder}: ${symbol}`);
      }
    }
  }
});

Deno.test("mod.ts takes every value from a folder or from the errors", async () => {
  const homes = [await import("../../src/errors.ts")] as object[];
  for (const folder of FOLDERS) homes.push(await load(`./${folder}`));
  for (const symbol of Object.keys(await load("."))) {
    assert(homes.some((home) => symbol in home), `"${symbol}" has no home`);
  }
});

/** Type-checks one module that re-exports types, which leave no trace at run time. */
function check(...paths: string[]): Promise<{ code: number; stderr: string }> {
  return runDeno(["check", "--quiet", ...paths], { cwd: PACKAGE });
}

Deno.test("every type that an export re-exports is there", async () => {
  const { code, stderr } = await check(...Object.values(exports));
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("a type that is missing would be found", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/page.ts`;
    const from = new URL("src/actor/ref.ts", PACKAGE).href;
    await Deno.writeTextFile(path, `export type { NotThere } from "${from}";`);
    const { code, stderr } = await check(path);
    assertNotEquals(code, 0);
    assert(stderr.includes("NotThere"), stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
