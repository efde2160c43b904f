/** The whole of continuous integration: every step runs, every failure counts. @module */

import { spawnAside, spawnStep, type StepEnd } from "./spawn_step.ts";
import { processorTime, stolenShare } from "./stolen_time.ts";
import {
  checkSteps,
  demoStep,
  exampleSteps,
  exists,
  reportOf,
  type Step,
  testRuns,
} from "./steps.ts";

/** What a run came to. */
export interface Tally {
  passed: number;
  failed: number;
}

/** The demonstration and a folder of tests end long before this, or hang. */
const DEMO_MS = 120_000;
const TESTS_MS = 50 * 60_000;
/** What runs beside others has what they leave, for as long as they run. */
const ASIDE_MS = 80 * 60_000;
/** From this share of stolen processor time on a failure is in doubt: deadlines of tests pass while the machine stands still. */
const STOLEN = 0.05;
/** What needs only a processor, and no deadline: it runs beside the others, with what they leave. */
const ASIDE: readonly string[] = ["tests/model"];
/** Files that are run once more at most: where more have failed, it is no accident. */
const IN_DOUBT = 12;

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

/**
 * The test files of a JUnit report in which something failed.
 *
 * @param report The text of the XML file.
 */
export function failedFiles(report: string): string[] {
  const suites = report.matchAll(/<testsuite\s[^>]*name="([^"]+)"[^>]*>/g);
  return Array.from(suites)
    .filter(([suite]) => /\s(?:errors|failures)="[1-9]/.test(suite))
    .map(([, name = ""]) => name)
    .filter((name) => name.startsWith("./tests/"));
}

/**
 * The names of the tests of a JUnit report that failed, each with its file.
 *
 * @param report The text of the XML file.
 */
export function failedTests(report: string): string[] {
  const cases = report.matchAll(
    /<testcase\s[^>]*name="([^"]*)"\s[^>]*classname="([^"]*)"[^>]*>\s*<(?:failure|error)\b/g,
  );
  return Array.from(cases).map(([, name = "", file = ""]) =>
    `${file}: ${name.replaceAll("&quot;", '"').replaceAll("&amp;", "&")}`
  );
}

/** How a step went. */
interface Outcome {
  readonly isOk: boolean;
  /** The share of the processor time that others had meanwhile. */
  readonly stolen: number;
}

/** Runs one step under a heading and says how it ended. */
async function report(
  step: Step,
  env: Record<string, string>,
): Promise<Outcome> {
  head(step);
  return foot(await measured(spawnStep(step, env)));
}

/** Runs a step beside others, until `signal` aborts; what it returns waits for its end, and says how it was. */
function beside(
  step: Step,
  env: Record<string, string>,
  signal: AbortSignal,
): () => Promise<Outcome> {
  const ending = measured(spawnAside(step, env, signal));
  return async () => {
    const end = await ending;
    head(step);
    console.log(end.text);
    return foot(end);
  };
}

/** How a step ended that begins now, with the share of the processor time that others had. */
async function measured<End extends StepEnd>(
  ending: Promise<End>,
): Promise<End & { stolen: number }> {
  const before = await processorTime();
  const end = await ending;
  return { ...end, stolen: stolenShare(before, await processorTime()) };
}

function head(step: Step): void {
  console.log(`\n== ${step.name}: deno ${step.args.join(" ")}`);
}

function foot({ code, ms, stolen }: StepEnd & { stolen: number }): Outcome {
  const took = `${(ms / 1000).toFixed(1)} s`;
  console.log(
    code === 0 ? `-- ok, ${took}` : `-- FAILED with code ${code}, ${took}`,
  );
  return { isOk: code === 0, stolen };
}

/**
 * Runs the files that failed once more, by themselves, if the machine was not its own meanwhile; elsewhere a failure counts
 * at once.
 *
 * @returns Whether all that failed passes now.
 */
async function passesAgain(
  tests: string,
  share: number,
  env: Record<string, string>,
): Promise<boolean> {
  const files = failedFiles(tests);
  const percent = `${Math.round(share * 100)} %`;
  console.log(`-- ${percent} of the processor time was taken by others`);
  if (share < STOLEN || files.length === 0 || files.length > IN_DOUBT) {
    return false;
  }
  console.log(`-- in doubt, so run once more: ${files.join(", ")}`);
  const args = ["test", "-A", "--no-check", ...files];
  const step = { name: "again", args, timeoutMs: TESTS_MS };
  return (await report(step, env)).isOk;
}

/** Runs the tests; their number is in the tally, and a run that broke outside of a test counts as one failure. */
async function reportTests(
  env: Record<string, string>,
  failures: string[],
): Promise<Tally> {
  const folder = await Deno.makeTempDir({ prefix: "troupe_ci_" });
  const total: Tally = { passed: 0, failed: 0 };
  const over = new AbortController();
  try {
    const runs = testRuns(folder);
    const isAside = ({ name }: Step): boolean => ASIDE.includes(name);
    const asides = runs.filter(isAside).map((run) => {
      const step = { ...run, timeoutMs: ASIDE_MS };
      return { run, ended: beside(step, env, over.signal) };
    });
    const inTurn = runs.filter((run) => !isAside(run)).map((run) => {
      const step = { ...run, timeoutMs: TESTS_MS };
      return { run, ended: () => report(step, env) };
    });
    for (const { run, ended } of [...inTurn, ...asides]) {
      const { isOk, stolen } = await ended();
      const junit = reportOf(run, folder);
      const text = exists(junit) ? await Deno.readTextFile(junit) : "";
      const { passed, failed } = tallyOf(text);
      total.passed += passed;
      if (isOk) {
        total.failed += failed;
        continue;
      }
      const isMended = await passesAgain(text, stolen, env);
      failures.push(
        ...failedTests(text).map((name) =>
          isMended ? `${name} (passed when run again)` : name
        ),
      );
      if (isMended) total.passed += failed;
      else {
        failures.push(run.name);
        total.failed += Math.max(failed, 1);
      }
    }
    await reportCoverage(folder, env);
    return total;
  } finally {
    over.abort();
    await Deno.remove(folder, { recursive: true });
  }
}

async function reportCoverage(
  folder: string,
  env: Record<string, string>,
): Promise<void> {
  if (!exists(`${folder}/coverage`)) return;
  const args = ["coverage", "--include=/src/", `${folder}/coverage`];
  const { code } = await spawnStep({ name: "coverage", args }, env);
  if (code !== 0) console.log("(no coverage report)");
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
    if ((await report(step, quiet)).isOk) total.passed++;
    else {
      total.failed++;
      failures.push(step.name);
    }
  };

  for (const step of checkSteps()) await count(step);
  const tests = await reportTests(quiet, failures);
  total.passed += tests.passed;
  total.failed += tests.failed;
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
