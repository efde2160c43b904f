/**
 * A directory that only this user may enter, for the start of one process.
 *
 * It is gone as soon as the process is connected. A program that is killed in between leaves it behind: its name says whose it
 * was, so that the next start of any program takes it along.
 *
 *   troupe-⟨space of numbers⟩-⟨number of the program⟩-⟨when that started, in ticks⟩-⟨random⟩
 *
 * @module
 */

const NAME = /^troupe-(\d+)-(\d+)-(\d+)-/;

/** Whose directories are to be told from those of the dead; none where nothing tells. */
interface OwnName {
  readonly space: string;
  readonly prefix: string;
}

let own: OwnName | undefined;
let swept = false;

/** Makes one. */
export async function makePrivateDirectory(): Promise<string> {
  own ??= ownName();
  const path = await Deno.makeTempDir({ prefix: own.prefix });
  if (Deno.build.os !== "windows") await Deno.chmod(path, 0o700);
  return path;
}

/** Removes one; the first time also those that the dead left beside it. */
export async function removePrivateDirectory(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(() => {});
  if (swept || own === undefined || own.space === "0") return;
  swept = true;
  await sweepDirectories(path.slice(0, path.lastIndexOf("/")), own.space);
}

/**
 * Removes the directories in `parent` of programs that have ended.
 *
 * - Those of another space of numbers stay, as those of another container: nothing tells whether their program lives.
 *
 * @param space The space of numbers that this program is in.
 * @returns The names of those that it removed.
 */
export async function sweepDirectories(
  parent: string,
  space: string,
): Promise<string[]> {
  const removed: string[] = [];
  for await (const { name } of Deno.readDir(parent)) {
    const [, its, pid, start] = NAME.exec(name) ?? [];
    if (its !== space || start === "0" || lives(pid!, start!)) continue;
    try {
      await Deno.remove(`${parent}/${name}`, { recursive: true });
      removed.push(name);
    } catch { /* It is another user's, or was removed meanwhile. */ }
  }
  return removed;
}

/** The space of numbers of this program, and what the names of its directories begin with. */
export function ownName(): OwnName {
  let space = "0";
  let start = "0";
  try {
    // Only a program with all permissions may.
    space = /\d+/.exec(Deno.readLinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
    start = startOf("self")?.start ?? "0";
  } catch { /* It leaves its own to whoever cleans up. */ }
  return { space, prefix: `troupe-${space}-${Deno.pid}-${start}-` };
}

/** Whether the program of that number that started then is there still. */
function lives(pid: string, start: string): boolean {
  const stat = startOf(pid);
  if (stat === undefined) return false;
  return stat.state !== "Z" && stat.state !== "X" && stat.start === start;
}

/** What the system says of a program; `undefined` if there is none of that number. */
function startOf(
  who: string,
): { readonly state: string; readonly start: string } | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${who}/stat`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  // Behind the name, which may have anything in it: the state, and 19 fields on the start.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "0" };
}
