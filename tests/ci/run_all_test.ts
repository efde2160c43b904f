import { assert, assertEquals } from "@std/assert";
import { tallyOf } from "../../.ci/run_all.ts";
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
