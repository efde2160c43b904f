/** Runs a {@linkcode Step} as a child process. @module */

import type { Step } from "./steps.ts";

/** How a step ended. */
export interface StepEnd {
  /** The child's exit code; 124 when its time was over. */
  code: number;
  ms: number;
}

/** What `timeout` of coreutils exits with, so that scripts around us know it. */
const TIMED_OUT = 124;

/**
 * Runs a step with this same Deno, on this terminal, and waits for it.
 *
 * - **Ctrl-C:** a terminal tells the whole process group, so the child has heard of it: this process only outlives it. Without
 *   a terminal the signal came to this process alone and is passed on.
 * - **SIGTERM** is passed on.
 *
 * @param env Variables to set for the child.
 */
export async function spawnStep(
  step: Step,
  env: Record<string, string>,
): Promise<StepEnd> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args: step.args, env })
    .spawn();
  const isInterruptShared = Deno.stdin.isTerminal();
  const onInterrupt = () => {
    if (!isInterruptShared) child.kill("SIGINT");
  };
  const onTerminate = () => child.kill("SIGTERM");
  Deno.addSignalListener("SIGINT", onInterrupt);
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGTERM", onTerminate);
  }
  let isLate = false;
  const timer = step.timeoutMs === undefined ? undefined : setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, step.timeoutMs);
  try {
    const { code } = await child.status;
    return { code: isLate ? TIMED_OUT : code, ms: performance.now() - start };
  } finally {
    clearTimeout(timer);
    Deno.removeSignalListener("SIGINT", onInterrupt);
    if (Deno.build.os !== "windows") {
      Deno.removeSignalListener("SIGTERM", onTerminate);
    }
  }
}

/** How a step ended that ran beside others. */
export interface AsideEnd extends StepEnd {
  /** What it printed. */
  text: string;
}

/**
 * Runs a step beside others: they come first at the processors, and it shows nothing until it has ended.
 *
 * @param env Variables to set for the child.
 * @param signal Ends the child.
 */
export async function spawnAside(
  { args, timeoutMs }: Step,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<AsideEnd> {
  const start = performance.now();
  const [program, ...before] = Deno.build.os === "windows"
    ? [Deno.execPath()]
    : ["nice", "-n", "5", Deno.execPath()];
  const command = new Deno.Command(program!, {
    args: [...before, ...args],
    env,
    stdin: "null",
    signal: timeoutMs === undefined
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  return { code, ms: performance.now() - start, text };
}
