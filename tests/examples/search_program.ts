/** The search service as a child process. @module */

const PROGRAM = new URL("../../examples/search_service.ts", import.meta.url);
/** A child that has not ended by then is killed, and its test fails, in milliseconds. */
const DEADLINE_MS = 40_000;

/** How a run of the program ended and what it printed. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line of the program. */
export function programCommand(...args: string[]): string[] {
  return [
    Deno.execPath(),
    "run",
    "-A",
    "--no-check",
    PROGRAM.pathname,
    ...args,
  ];
}

/**
 * Runs the program to its end. `onLine` hears each line of its standard output as it comes, and may send signals;
 * what it throws is thrown here, when the program has been killed.
 */
export async function runProgram(
  args: readonly string[],
  onLine: (
    line: string,
    child: Deno.ChildProcess,
  ) => Promise<void> | void = () => {},
): Promise<Ended> {
  const [deno, ...rest] = programCommand(...args);
  const child = new Deno.Command(deno!, {
    args: rest,
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  const stderr = new Response(child.stderr).text();
  let stdout = "";
  let failure: { error: unknown } | undefined;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const begun = stdout.slice(stdout.lastIndexOf("\n") + 1);
    stdout += text;
    for (const line of (begun + text).split("\n").slice(0, -1)) {
      if (failure !== undefined) break;
      try {
        await onLine(line, child);
      } catch (error) {
        failure = { error };
        child.kill("SIGKILL");
      }
    }
  }
  const { code } = await child.status;
  clearTimeout(timer);
  if (failure !== undefined) throw failure.error;
  return { code, stdout, stderr: await stderr };
}

/** The last line of what a program printed. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

/** Calls `use` with a folder that is removed afterwards. */
export async function withFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
