import { assert, assertEquals } from "@std/assert";
import { failedFiles, failedTests, tallyOf } from "../../.ci/run_all.ts";
import { processorTimeIn, stolenShare } from "../../.ci/stolen_time.ts";
import { spawnAside } from "../../.ci/spawn_step.ts";
import { reportOf, testRuns, testSteps } from "../../.ci/steps.ts";

Deno.test("tallyOf() adds up the suites of a report", () => {
  const report =
    `<testsuites name="deno test" tests="5" failures="1" errors="1">
    <testsuite name="a" tests="3" disabled="1" errors="0" failures="1"></testsuite>
    <testsuite name="b" tests="2" disabled="0" errors="1" failures="0"></testsuite>
  </testsuites>`;
  assertEquals(tallyOf(report), { passed: 2, failed: 2 });
  assertEquals(tallyOf(""), { passed: 0, failed: 0 });
});

Deno.test("failedFiles() names the test files in which something failed", () => {
  const suite = (name: string, errors: number, failures: number) =>
    `<testsuite name="${name}" tests="9" disabled="0" errors="${errors}" failures="${failures}"></testsuite>`;
  const report = suite("./tests/a_test.ts", 0, 0) +
    suite("./tests/b_test.ts", 1, 0) + suite("./tests/c_test.ts", 0, 12) +
    suite("src/mod.ts#3-9.ts", 1, 1);
  assertEquals(failedFiles(report), ["./tests/b_test.ts", "./tests/c_test.ts"]);
  assertEquals(failedFiles(""), []);
});

Deno.test("failedTests() names the tests that failed, with their files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/some_test.ts`;
    const fails = `Deno.test('a "quoted" & one', () => { throw 1 });`;
    const leaks = `Deno.test("leaks", () => { setInterval(() => {}, 9) });`;
    const passes = `Deno.test("passes", () => {});`;
    await Deno.writeTextFile(file, [fails, leaks, passes].join("\n"));
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--reporter=junit", file],
      stderr: "null",
    }).output();
    const names = failedTests(new TextDecoder().decode(stdout))
      .map((line) => line.replace(/^.*some_test\.ts: /, ""));
    assertEquals(names, ['a "quoted" & one', "leaks"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stolenShare() is what others had of the processor time between two moments", () => {
  const from = processorTimeIn("cpu  10 0 10 60 10 0 0 10 5 0\ncpu0 1 1 1");
  const to = processorTimeIn("cpu  60 0 20 90 10 0 0 20 9 0\n");
  assertEquals(from, { all: 100, stolen: 10 });
  assertEquals(stolenShare(from, to), 0.1);
  assertEquals(stolenShare(to, to), 0);
  assertEquals(processorTimeIn(""), { all: 0, stolen: 0 });
});

Deno.test("testSteps() runs only the paths given, checked", () => {
  const [step, ...others] = testSteps(["tests/ci", "--filter", "x"]);
  assertEquals(step!.args, ["test", "-A", "tests/ci", "--filter", "x"]);
  assertEquals(others, []);
});

Deno.test("testSteps() runs every test and the documentation when no path is given", () => {
  const lines = testSteps(["--filter", "x"]).map(({ args }) => args.join(" "));
  assertEquals(lines, [
    "test -A --no-check --filter x --ignore=tests/bench,tests/fixtures tests",
    "test -A --filter x --doc mod.ts src README.md",
  ]);
});

Deno.test("testRuns() runs every test in one run or the other, and covers only some", () => {
  const runs = testRuns("reports");
  const covered = runs[0]!.args;
  assert(covered.includes("tests/memory"));
  assert(covered.includes("--coverage=reports/coverage"));
  const pathsOf = (args: readonly string[]) =>
    args.filter((arg) => arg.startsWith("tests"));
  const run = runs.flatMap(({ args }) => pathsOf(args));
  assertEquals(new Set(run).size, run.length);
  for (const { name } of Deno.readDirSync("tests")) {
    const isRun = run.some((path) => `${path}/`.startsWith(`tests/${name}/`));
    assertEquals(isRun, !["bench", "fixtures"].includes(name), name);
  }
  for (const { args } of runs.slice(1)) {
    assertEquals(args.some((arg) => arg.startsWith("--coverage")), false);
    const [path = "mod.ts"] = pathsOf(args);
    const ignored = args.find((arg) => arg.startsWith("--ignore="));
    for (const file of pathsOf(covered)) {
      if (file.startsWith(`${path}/`)) assert(ignored!.includes(file), file);
    }
  }
  const { args: docs } = runs.at(-1)!;
  assert(docs.includes("--junit-path=reports/docs.xml"));
  assertEquals(reportOf(runs[1]!, "reports"), "reports/tests.actor.xml");
});

Deno.test("spawnAside() gives what a step printed, and how it ended; its time and its signal end it", async () => {
  const step = (code: string) => ({ name: "aside", args: ["eval", code] });
  const over = new AbortController();
  const says = step("console.log('out'); console.error('err'); Deno.exit(3)");
  const end = await spawnAside(says, { NO_COLOR: "1" }, over.signal);
  assertEquals([end.code, end.text], [3, "out\nerr\n"]);
  const endless = step("for (;;);");
  const late = { ...endless, timeoutMs: 300 };
  assert((await spawnAside(late, {}, over.signal)).code !== 0);
  const ending = spawnAside(endless, {}, over.signal);
  over.abort();
  assert((await ending).code !== 0);
});
