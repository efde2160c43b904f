import { load } from "../actor/define.ts";

/** What runs as a task. */
export type AnyFunction = (...args: unknown[]) => unknown;

/** A task that a pool runs first on each of its workers. */
export interface InitTask {
  /** URL of its module. */
  readonly module: string;
  /** Its name there. */
  readonly task: string;
}

/** The function of the task that the module at the URL `module` registers by that name; the module is loaded for it. */
export async function findTask(
  module: string,
  task: string,
): Promise<AnyFunction> {
  const { kind, definition } = { kind: "task", definition: task } as const;
  const found = await load({ module, definition, kind, name: task });
  return (found as { run: AnyFunction }).run;
}

/** Runs the `init` of a pool, if it has one. */
export async function runInit(
  init: InitTask | undefined,
  args: readonly unknown[],
): Promise<void> {
  if (init === undefined) return;
  const run = await findTask(init.module, init.task);
  await run(...args);
}
