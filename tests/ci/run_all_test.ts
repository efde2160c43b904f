import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tallyOf } from "../../.ci/run_all.ts";
import { testRuns, testStep } from "../../.ci/steps.ts";

Deno.test("tallyOf() adds up the suites of a report", () => {
  const report =
    `<testsuites name="deno test" tests="5" failures="1" errors="1">
    <testsuite name="a" tests="3" disabled="1" errors="0" failures="1"></testsuite>
    <testsuite name="b" tests="2" disabled="0" errors="1" failures="0"></testsuite>
  </testsuites>`;
  assertEquals(tallyOf(report), { passed: 2, failed: 2 });
  assertEquals(tallyOf(""), { passed: 0, failed: 0 });
});

Deno.test("testStep() runs only the paths given", () => {
  assertEquals(testStep(["tests/ci", "--filter", "x"]).args, [
    "test",
    "-A",
    "tests/ci",
    "--filter",
    "x",
  ]);
});

Deno.test("testStep() runs every test and the documentation when no path is given", () => {
  const line = testStep(["--filter", "x"]).args.join(" ");
  assertStringIncludes(
    line,
    "test -A --filter x --ignore=tests/bench,tests/fixtures",
  );
  assertStringIncludes(line, " tests");
});

Deno.test("testRuns() runs every test in one run or the other, and covers only some", () => {
  const [covered, others] = testRuns("reports").map(({ args }) => args);
  assert(covered!.includes("tests/memory"));
  assert(covered!.includes("--coverage=reports/coverage"));
  assertEquals(others!.some((arg) => arg.startsWith("--coverage")), false);
  const ignored = others!.find((arg) => arg.startsWith("--ignore="));
  assert(ignored!.includes("tests/bench,tests/fixtures,"));
  for (const path of covered!.filter((arg) => arg.startsWith("tests/"))) {
    assert(ignored!.split(",").includes(path), path);
  }
});
