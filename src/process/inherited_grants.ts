/**
 * What this program was granted, for a child that is to have as much.
 *
 * A grant of a part, as `--allow-read=/tmp`, can be asked for item by item and not be listed. So where there is one, the
 * command line of this program is read: by a `deno` of its own, as a program with less than all permissions may not.
 *
 * @module
 */

/** The names of permissions. */
export const PERMISSIONS = [
  "read",
  "write",
  "net",
  "env",
  "run",
  "sys",
  "ffi",
  "import",
] as const;

/** The name of a permission. */
export type PermissionName = typeof PERMISSIONS[number];

/** What is granted: all, some or nothing of each permission, and what is denied of it. */
export interface Grants {
  readonly allowed: Readonly<Record<string, boolean | readonly string[]>>;
  /** Flags that take a part of it away. */
  readonly denied: readonly string[];
}

/** Short forms of flags. */
const SHORT: Readonly<Record<string, PermissionName>> = {
  R: "read",
  W: "write",
  N: "net",
  E: "env",
  S: "sys",
  I: "import",
};

/** Writes the command line of whoever started it. */
const READER =
  "await Deno.stdout.write(await Deno.readFile(`/proc/${Deno.ppid}/cmdline`))";

/** What this program may do, as far as it can be told. */
export async function inheritedGrants(): Promise<Grants> {
  const states = PERMISSIONS.map((name) => [name, stateOf(name)] as const);
  const whole = Object.fromEntries(
    states.map(([name, state]) => [name, state === "all"]),
  );
  // What is not granted as a whole may be in part: only the command line tells.
  if (states.every(([, state]) => state === "all")) {
    return { allowed: whole, denied: [] };
  }
  const flags = await ownFlags();
  const { allowed: named, denied: taken } = grantsIn(flags);
  const partly = states.filter(([, state]) => state === "partly")
    .map(([name]) => name);
  const allowed = Object.fromEntries(
    states.map(([name, state]) => [
      name,
      state === "all" ? true : itemsOf(name, state, named[name]),
    ]),
  );
  const denied = taken.filter((flag) =>
    partly.some((name) => flag.startsWith(`--deny-${name}=`))
  );
  return { allowed, denied };
}

/**
 * What the arguments of `deno` grant and deny, those of the program left out.
 *
 * @param flags Those before the main module.
 */
export function grantsIn(flags: readonly string[]): Grants {
  const allowed: Record<string, boolean | string[]> = {};
  const denied: string[] = [];
  for (const flag of flags) {
    if (flag === "-A" || flag === "--allow-all") {
      for (const name of PERMISSIONS) allowed[name] = true;
    }
    if (/^--deny-[a-z]+=/.test(flag)) denied.push(flag);
    const match = /^(?:--allow-([a-z]+)|-([RWNESI]))(?:=(.*))?$/s.exec(flag);
    if (match === null) continue;
    const [, long, short, items] = match;
    const name = long ?? SHORT[short!]!;
    if (items === undefined) allowed[name] = true;
    else if (allowed[name] !== true) {
      const before = (allowed[name] ?? []) as string[];
      allowed[name] = [...before, ...listOf(items)];
    }
  }
  return { allowed, denied };
}

/** A comma in an item is written twice. */
function listOf(items: string): string[] {
  return items.replaceAll(",,", "\u0000").split(",")
    .map((item) => item.replaceAll("\u0000", ","));
}

function itemsOf(
  name: PermissionName,
  state: "partly" | "none",
  named: boolean | readonly string[] | undefined,
): boolean | readonly string[] {
  // All of it, but for what is denied.
  if (state === "partly" && named === true) return true;
  // It may have been given up since.
  if (!Array.isArray(named)) return false;
  return named.filter((item) => isItemGranted(name, item));
}

function isItemGranted(name: PermissionName, item: string): boolean {
  const detail = {
    read: { path: item },
    write: { path: item },
    ffi: { path: item },
    net: { host: item },
    import: { host: item },
    env: { variable: item },
    run: { command: item },
    sys: { kind: item },
  }[name];
  try {
    const query = { name, ...detail } as Deno.PermissionDescriptor;
    return Deno.permissions.querySync(query).state === "granted";
  } catch {
    // A pattern, as `AWS_*`, which cannot be asked for.
    return true;
  }
}

function stateOf(name: PermissionName): "all" | "partly" | "none" {
  try {
    const query = { name } as Deno.PermissionDescriptor;
    const status = Deno.permissions.querySync(query);
    if (status.state !== "granted") return "none";
    return status.partial ? "partly" : "all";
  } catch {
    return "none";
  }
}

/** The arguments of this program before its main module; none where nothing tells. */
async function ownFlags(): Promise<readonly string[]> {
  if (Deno.build.os !== "linux") return [];
  try {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--no-config", READER],
      stdin: "null",
      stderr: "null",
    }).output();
    const words = new TextDecoder().decode(stdout).split("\u0000");
    words.pop();
    // What the program itself was told is not for Deno.
    const flags = words.slice(1, words.length - Deno.args.length);
    const main = flags.findIndex((word, at) => at > 0 && isMain(word));
    return main < 0 ? flags : flags.slice(0, main);
  } catch {
    return [];
  }
}

/** Whether it names a module: no flag behind it is one of Deno's. */
function isMain(word: string): boolean {
  return !word.startsWith("-") && /\.[cm]?[jt]sx?$|^[a-z]+:/.test(word);
}
