import { assert, assertEquals } from "@std/assert";
import { failedFiles, tallyOf } from "../../.ci/run_all.ts";
import { processorTimeIn, stolenShare } from "../../.ci/stolen_time.ts";
import { testRuns, testSteps } from "../../.ci/steps.ts";

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
  const [covered, others, docs] = testRuns("reports").map(({ args }) => args);
  assert(covered!.includes("tests/memory"));
  assert(covered!.includes("--coverage=reports/coverage"));
  assertEquals(others!.some((arg) => arg.startsWith("--coverage")), false);
  const ignored = others!.find((arg) => arg.startsWith("--ignore="));
  assert(ignored!.includes("tests/bench,tests/fixtures,"));
  for (const path of covered!.filter((arg) => arg.startsWith("tests/"))) {
    assert(ignored!.split(",").includes(path), path);
  }
  assert(docs!.includes("--junit-path=reports/docs.xml"));
});
