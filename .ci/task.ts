/**
 * The tasks of `deno.json`: finds where the standard packages come from, then runs Deno with the right arguments.
 *
 * Usage: `task.ts demo|test|bench|check|ok|ci [ARGS…]`. `ci` is what `.ci/run` calls.
 *
 * @module
 */

import { jsrUrl } from "./closed_network/jsr_url.ts";
import { runAll } from "./run_all.ts";
import { spawnStep } from "./spawn_step.ts";
import {
  benchStep,
  checkSteps,
  demoStep,
  type Step,
  testSteps,
} from "./steps.ts";

/** Runs steps until one fails; returns the exit code. */
async function inOrder(
  steps: readonly Step[],
  env: Record<string, string>,
): Promise<number> {
  for (const step of steps) {
    const { code } = await spawnStep(step, env);
    if (code !== 0) return code;
  }
  return 0;
}

async function runTask(task: string, args: readonly string[]): Promise<number> {
  const { url, reason } = await jsrUrl();
  const env = { JSR_URL: url };
  switch (task) {
    case "demo":
      return await inOrder([demoStep(args)], env);
    case "test":
      return await inOrder(testSteps(args), env);
    case "bench":
      return await inOrder([benchStep(args)], env);
    case "check":
      return await inOrder(checkSteps(), env);
    case "ok":
      return await inOrder([...checkSteps(), ...testSteps(args)], env);
    case "ci":
      console.log(reason);
      return await runAll(env);
    default:
      console.error(
        `Cannot run task "${task}": known tasks are demo, test, bench, check, ok, ci`,
      );
      return 2;
  }
}

const [task = "", ...args] = Deno.args;
Deno.chdir(new URL("../", import.meta.url));
Deno.exit(await runTask(task, args));
