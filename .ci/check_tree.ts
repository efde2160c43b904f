/**
 * The house rules that need the whole tree: what lies at the top, how long a file may be, which worker entries the checker can
 * see and which entry points the manifest exports. What one file can tell is in `lint_plugin.ts`.
 *
 * @module
 */

/** Everything that may lie at the top of the repository. */
const TOP: ReadonlySet<string> = new Set([
  "mod.ts",
  "src",
  "tests",
  "examples",
  "deno.json",
  "README.md",
  "LICENSE",
  ".ci",
  ".gitignore",
]);

const MAX_LINES = 450;
/** A test file is a list: it may be longer. */
const MAX_TEST_LINES = 600;

/** Names that say nothing about what a file holds. */
const EMPTY_NAME_REGEXP = /^(?:types|utils?|common|helpers?|misc)\.ts$/;

const NAMED_ENTRY_REGEXP = /export type \{\s*\} from "([^"]+)"/g;

/** A repository as the rules see it. */
export interface Tree {
  /** The text of each file by its path from the top, with forward slashes. */
  files: ReadonlyMap<string, string>;
  /** The manifest's `exports`. */
  exports: Readonly<Record<string, string>>;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function topProblems({ files }: Tree): string[] {
  const seen = new Set(
    Array.from(files.keys(), (path) => path.split("/")[0] ?? path),
  );
  return [...seen.difference(TOP)].map((name) =>
    `${name}: the top level holds ${[...TOP].join(", ")} and nothing else`
  );
}

function sizeProblems({ files }: Tree): string[] {
  const problems: string[] = [];
  for (const [path, text] of files) {
    const lines = text.split("\n").length - 1;
    const limit = path.startsWith("tests/") ? MAX_TEST_LINES : MAX_LINES;
    if (/\.(?:ts|js)$/.test(path) && lines > limit) {
      problems.push(
        `${path}: ${lines} lines, limit is ${limit}: it is two ideas`,
      );
    }
  }
  return problems;
}

function nameProblems({ files }: Tree): string[] {
  return Array.from(files.keys())
    .filter((path) =>
      path.startsWith("src/") && EMPTY_NAME_REGEXP.test(baseName(path))
    )
    .map((path) => `${path}: a file is named after its main symbol`);
}

/** A worker entry is not in the module graph: without this line a type error in it passes every check. */
function entryProblems({ files }: Tree): string[] {
  const named = new Set<string>();
  for (const [path, text] of files) {
    for (const [, specifier = ""] of text.matchAll(NAMED_ENTRY_REGEXP)) {
      named.add(new URL(specifier, `file:///${path}`).pathname.slice(1));
    }
  }
  return Array.from(files.keys())
    .filter((path) => /^src\/.*_entry\.ts$/.test(path) && !named.has(path))
    .map((path) =>
      `${path}: no spawner says \`export type {} from "./${
        baseName(path)
      }"\`, so no check sees it`
    );
}

function exportProblems({ files, exports }: Tree): string[] {
  // Before its page exists the package exports nothing that works.
  if (!files.has("mod.ts")) return [];
  const problems: string[] = [];
  const folders = Array.from(
    files.keys(),
    (path) => /^src\/([^/]+)\/mod\.ts$/.exec(path)?.[1],
  );
  for (const folder of folders.filter((name) => name !== undefined)) {
    if (exports[`./${folder}`] === undefined) {
      problems.push(
        `deno.json: "./${folder}" is not exported, src/${folder}/mod.ts exists`,
      );
    }
  }
  for (const [name, target] of Object.entries(exports)) {
    if (!files.has(target.replace(/^\.\//, ""))) {
      problems.push(
        `deno.json: "${name}" exports ${target}, which does not exist`,
      );
    }
  }
  return problems;
}

/**
 * Lists what breaks a rule.
 *
 * @returns One line for each problem, which begins with the path.
 */
export function findProblems(tree: Tree): string[] {
  return [
    topProblems,
    sizeProblems,
    nameProblems,
    entryProblems,
    exportProblems,
  ]
    .flatMap((rule) => rule(tree));
}

/** The paths that git knows or would add: what it ignores is nobody's business. */
async function listPaths(): Promise<string[]> {
  const git = new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    stderr: "inherit",
  });
  const { code, stdout } = await git.output();
  if (code !== 0) {
    throw new Error(
      `Cannot list the files of the repository: git exited with ${code}`,
    );
  }
  return new TextDecoder().decode(stdout).split("\0").filter((path) =>
    path !== ""
  );
}

async function readTree(): Promise<Tree> {
  const files = new Map<string, string>();
  for (const path of await listPaths()) {
    try {
      files.set(path, await Deno.readTextFile(path));
    } catch (error) {
      // Deleted, and the deletion not committed yet.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  const { exports } = JSON.parse(files.get("deno.json") ?? "{}") as Tree;
  return { files, exports };
}

if (import.meta.main) {
  const tree = await readTree();
  for (const name of TOP) {
    if (
      !Array.from(tree.files.keys()).some((path) => path.split("/")[0] === name)
    ) {
      console.log(`note: there is no ${name} yet`);
    }
  }
  const problems = findProblems(tree);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.log(`${tree.files.size} files in order`);
}
