/**
 * A directory that only this user may enter, for the start of one process.
 *
 * It is gone as soon as the process is connected. A program or a thread that is killed in between leaves it behind: its name
 * says whose it was, so that the next start of any program takes it along.
 *
 *   troupe-⟨space of numbers⟩-⟨number of the program⟩-⟨when that started, in ticks⟩-⟨thread⟩-⟨random⟩
 *
 * @module
 */

const NAME = /^troupe-(\d+)-(\d+)-(\d+)-([0-9a-f]+)-/;

/** Whose directories are to be told from those of the dead; 0 where nothing tells. */
export interface Holder {
  readonly space: string;
  readonly pid: number;
  readonly start: string;
  /** A thread of that program, which holds a lock of this name for life. */
  readonly thread: string;
}

/** The part of the Web Locks API that is used here; Deno has it, its type library does not. */
interface Locks {
  request(
    name: string,
    options: { readonly ifAvailable?: boolean },
    held: (lock: object | null) => unknown,
  ): Promise<unknown>;
}

let own: Promise<Holder> | undefined;
let swept = false;

/** Who makes directories here. */
export function ownHolder(): Promise<Holder> {
  return own ??= holdForLife();
}

/** Makes one for `holder`, in one go: nobody ends a thread between two lines of it. */
export function makePrivateDirectory(holder: Holder): string {
  const { space, pid, start, thread } = holder;
  const prefix = `troupe-${space}-${pid}-${start}-${thread}-`;
  const path = Deno.makeTempDirSync({ prefix });
  if (Deno.build.os !== "windows") Deno.chmodSync(path, 0o700);
  return path;
}

/** Removes one; the first time also those that the dead left beside it. */
export async function removePrivateDirectory(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch(() => {});
  const holder = await ownHolder();
  if (swept || holder.space === "0") return;
  swept = true;
  await sweepDirectories(path.slice(0, path.lastIndexOf("/")), holder);
}

/**
 * Removes the directories in `parent` of programs that have ended, and those of threads of this one that have.
 *
 * - Those of another space of numbers stay, as those of another container: nothing tells whether their program lives.
 *
 * @param holder Who asks.
 * @returns The names of those that it removed.
 */
export async function sweepDirectories(
  parent: string,
  holder: Holder,
): Promise<string[]> {
  const removed: string[] = [];
  for await (const { name } of Deno.readDir(parent)) {
    const [, space, pid, start, thread] = NAME.exec(name) ?? [];
    if (space !== holder.space || start === "0") continue;
    const ours = pid === String(holder.pid) && start === holder.start;
    if (ours ? await isHeld(thread!) : lives(pid!, start!)) continue;
    try {
      await Deno.remove(`${parent}/${name}`, { recursive: true });
      removed.push(name);
    } catch { /* It is another user's, or was removed meanwhile. */ }
  }
  return removed;
}

async function holdForLife(): Promise<Holder> {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  const holder = { ...thisProgram(), pid: Deno.pid, thread: bytes.toHex() };
  const granted = Promise.withResolvers<void>();
  void locks().request(lockOf(holder.thread), {}, () => {
    granted.resolve();
    // It comes free when this thread ends, by whatever means.
    return new Promise(() => {});
  });
  await granted.promise;
  return holder;
}

/** Whether a thread of this program lives. */
async function isHeld(thread: string): Promise<boolean> {
  const options = { ifAvailable: true };
  return await locks().request(
    lockOf(thread),
    options,
    (lock) => lock === null,
  ) as boolean;
}

function lockOf(thread: string): string {
  return `troupe-directories-${thread}`;
}

function locks(): Locks {
  return (navigator as unknown as { locks: Locks }).locks;
}

function thisProgram(): { readonly space: string; readonly start: string } {
  try {
    // Only a program with all permissions may.
    const space = /\d+/.exec(Deno.readLinkSync("/proc/self/ns/pid"))?.[0];
    const start = startOf("self")?.start;
    if (space !== undefined && start !== undefined) return { space, start };
  } catch { /* It leaves its own to whoever cleans up. */ }
  return { space: "0", start: "0" };
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
