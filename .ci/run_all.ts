/** The whole of continuous integration: every step runs, every failure counts. @module */

import { spawnStep } from "./spawn_step.ts";
import {
  checkSteps,
  demoStep,
  exampleSteps,
  exists,
  type Step,
  testRuns,
} from "./steps.ts";

/** What a run came to. */
export interface Tally {
  passed: number;
  failed: number;
}

/** The demonstration and the tests end long before this, or hang. */
const DEMO_MS = 120_000;
const TESTS_MS = 55 * 60_000;

/**
 * Counts the tests of a JUnit report.
 *
 * @param report The text of the XML file.
 * @returns How many passed and failed; one that was ignored is neither.
 */
export function tallyOf(report: string): Tally {
  let tests = 0;
  let failed = 0;
  let skipped = 0;
  for (const [suite] of report.matchAll(/<testsuite\s[^>]*>/g)) {
    const count = (name: string) =>
      Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    tests += count("tests");
    failed += count("failures") + count("errors");
    skipped += count("disabled") + count("skipped");
  }
  return { passed: tests - failed - skipped, failed };
}

/** Runs one step under a heading and says how it ended. */
async function report(
  step: Step,
  env: Record<string, string>,
): Promise<boolean> {
  console.log(`\n== ${step.name}: deno ${step.args.join(" ")}`);
  const { code, ms } = await spawnStep(step, env);
  const took = `${(ms / 1000).toFixed(1)} s`;
  console.log(
    code === 0 ? `-- ok, ${took}` : `-- FAILED with code ${code}, ${took}`,
  );
  return code === 0;
}

/** Runs the tests; their number is in the tally, and a run that broke outside of a test counts as one failure. */
async function reportTests(env: Record<string, string>): Promise<Tally> {
  const folder = await Deno.makeTempDir({ prefix: "troupe_ci_" });
  const total: Tally = { passed: 0, failed: 0 };
  try {
    for (const step of testRuns(folder)) {
      const isOk = await report({ ...step, timeoutMs: TESTS_MS }, env);
      const junit = `${folder}/${step.name}.xml`;
      const { passed, failed } = exists(junit)
        ? tallyOf(await Deno.readTextFile(junit))
        : { passed: 0, failed: 0 };
      total.passed += passed;
      total.failed += isOk ? failed : Math.max(failed, 1);
    }
    if (exists(`${folder}/coverage`)) {
      const seen = {
        name: "coverage",
        args: ["coverage", "--include=/src/", `${folder}/coverage`],
      };
      const { code } = await spawnStep(seen, env);
      if (code !== 0) console.log("(no coverage report)");
    }
    return total;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Runs everything and prints the tally as its last line.
 *
 * @returns The exit code: 0 when nothing failed.
 */
export async function runAll(env: Record<string, string>): Promise<number> {
  const quiet = { ...env, NO_COLOR: "1", CI: "true" };
  const total: Tally = { passed: 0, failed: 0 };
  const failures: string[] = [];
  const count = async (step: Step) => {
    if (await report(step, quiet)) total.passed++;
    else {
      total.failed++;
      failures.push(step.name);
    }
  };

  for (const step of checkSteps()) await count(step);
  const tests = await reportTests(quiet);
  total.passed += tests.passed;
  total.failed += tests.failed;
  if (tests.failed > 0) failures.push("tests");
  for (const step of exampleSteps()) await count(step);
  if (exists("examples/search_service.ts")) {
    await count({ ...demoStep([]), timeoutMs: DEMO_MS });
  }
  if (exists("mod.ts")) {
    await count({
      name: "publish",
      args: ["publish", "--dry-run", "--allow-dirty"],
    });
  }

  console.log("");
  for (const name of failures) console.log(`failed: ${name}`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}
