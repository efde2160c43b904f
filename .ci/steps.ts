/**
 * The commands behind the tasks, in one place: what is checked, which tests run by default, which examples are programs.
 *
 * @module
 */

/** A command line of Deno with a name to report it by. */
export interface Step {
  name: string;
  args: string[];
  /** Milliseconds until the step counts as failed. @default {Infinity} */
  timeoutMs?: number;
}

/** How long an example may take. */
const EXAMPLE_MS = 60_000;

/** Paths below `tests/` that hold no tests of their own: programs that tests start, and measurements. */
const NOT_TESTS = ["tests/bench", "tests/fixtures"];

/** Whether a path, relative to the repository, exists. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

function existing(paths: readonly string[]): string[] {
  return paths.filter(exists);
}

/** The files that the manifest exports and that are there already. */
function entryPoints(): string[] {
  const { exports } = JSON.parse(Deno.readTextFileSync("deno.json")) as {
    exports: Record<string, string>;
  };
  return existing(Object.values(exports));
}

/** What can be told without running the library: format, lint, types, documentation and the shape of the tree. */
export function checkSteps(): Step[] {
  const steps: Step[] = [
    { name: "format", args: ["fmt", "--check"] },
    // Slow types are looked for in the exports, all of which must be there.
    {
      name: "lint",
      args: exists("mod.ts")
        ? ["lint"]
        : ["lint", "--rules-exclude=no-slow-types"],
    },
    {
      name: "types",
      args: [
        "check",
        ...existing(["mod.ts", "src", "tests", "examples", ".ci"]),
      ],
    },
    { name: "tree", args: ["run", "-A", ".ci/check_tree.ts"] },
  ];
  const documented = entryPoints();
  // An entry point may use types that only the package's page makes public.
  if (exists("mod.ts")) {
    steps.push({
      name: "documentation",
      args: ["doc", "--lint", ...documented],
    });
  }
  return steps;
}

/**
 * Where coverage is measured: tests that start few threads. Deno's inspector, which counts the lines, has every thread wait
 * a second at its start: the tests of locks and shared data alone would take four minutes more.
 */
const COVERED = [
  "tests/channel/mailbox_test.ts",
  "tests/channel/queue_random_test.ts",
  "tests/channel/queue_test.ts",
  "tests/channel/queue_waiting_test.ts",
  "tests/errors_test.ts",
  "tests/memory",
  "tests/shared/random_test.ts",
  "tests/sync/bad_input_test.ts",
];

/**
 * The test run for the arguments a person gave.
 *
 * - **With a path:** those tests, checked.
 * - **Without:** every test, and then the code blocks of the documentation. The types of the tests have been checked, or
 *   will be, by {@linkcode checkSteps}; here each thread that starts would be checked once more, in the middle of a test.
 *
 * @param args Flags of `deno test` and paths.
 */
export function testSteps(args: readonly string[]): Step[] {
  const isPath = (arg: string) =>
    !arg.startsWith("-") && (exists(arg) || /[*{]/.test(arg));
  if (args.some(isPath)) {
    return [{ name: "tests", args: ["test", "-A", ...args] }];
  }
  const tests = {
    name: "tests",
    args: [
      "test",
      "-A",
      "--no-check",
      ...args,
      `--ignore=${NOT_TESTS.join(",")}`,
      "tests",
    ],
  };
  // The code blocks import the package by its name, which needs its page.
  if (!exists("mod.ts")) return [tests];
  const documented = existing(["mod.ts", "src", "README.md"]);
  return [tests, {
    name: "docs",
    args: ["test", "-A", ...args, "--doc", ...documented],
  }];
}

/** The folders and files directly below `tests/` that hold tests, in order. */
function testPaths(): string[] {
  return Array.from(Deno.readDirSync("tests"))
    .filter(({ isFile, name }) => isFile ? name.endsWith("_test.ts") : true)
    .map(({ name }) => `tests/${name}`)
    .filter((path) => !NOT_TESTS.includes(path))
    .sort();
}

/**
 * All that {@linkcode testSteps} runs when it is given no path, in runs that share no test: what is covered, each folder of
 * `tests/` by itself, the code blocks. So a folder that hangs or breaks takes no other one along.
 *
 * @param folder An empty one: each run leaves a report there, see {@linkcode reportOf}, and the first one its `coverage`.
 */
export function testRuns(folder: string): Step[] {
  const covered = existing(COVERED);
  const test = ["test", "-A", "--no-check"];
  const runs: Step[] = [{
    name: "covered",
    args: [
      ...test,
      `--coverage=${folder}/coverage`,
      "--coverage-raw-data-only",
      ...covered,
    ],
  }];
  for (const path of testPaths()) {
    if (covered.includes(path)) continue;
    const elsewhere = covered.filter((file) => file.startsWith(`${path}/`));
    const ignored = elsewhere.length > 0
      ? [`--ignore=${elsewhere.join(",")}`]
      : [];
    runs.push({ name: path, args: [...test, ...ignored, path] });
  }
  runs.push(...testSteps([]).filter(({ name }) => name === "docs"));
  return runs.map((run) => ({
    name: run.name,
    args: [...run.args, `--junit-path=${reportOf(run, folder)}`],
  }));
}

/** Where a run of {@linkcode testRuns} leaves its report. */
export function reportOf(run: Step, folder: string): string {
  return `${folder}/${run.name.replaceAll("/", ".")}.xml`;
}

/** The demonstration; without arguments it also breaks things on purpose. */
export function demoStep(args: readonly string[]): Step {
  const given = args.length > 0 ? args : ["--chaos"];
  return {
    name: "demo",
    args: ["run", "-A", "examples/search_service.ts", ...given],
  };
}

/** The measurements. */
export function benchStep(args: readonly string[]): Step {
  return { name: "bench", args: ["run", "-A", "tests/bench/main.ts", ...args] };
}

/** One step for each program: every file directly in `examples/`. A folder there holds the parts of the program it is named after. */
export function exampleSteps(): Step[] {
  if (!exists("examples")) return [];
  return Array.from(Deno.readDirSync("examples"))
    .filter(({ isFile, name }) => isFile && name.endsWith(".ts"))
    .map(({ name }) => name)
    .sort()
    .map((name) => ({
      name: `example ${name}`,
      args: ["run", "-A", `examples/${name}`],
      timeoutMs: EXAMPLE_MS,
    }));
}
