/**
 * The command line of a child.
 *
 * @module
 */
import type { ProcessOptions } from "../actor/process_order.ts";

/** The names of permissions, and their flags. */
const NAMES = [
  "read",
  "write",
  "net",
  "env",
  "run",
  "sys",
  "ffi",
  "import",
] as const;

/** What a child is started with. */
export interface ChildPlan {
  /** Its main module. */
  readonly main: string;
  /** The address to which it connects. */
  readonly socket: { readonly path: string } | { readonly port: number };
  /** The configuration file, if there is one. */
  readonly config: string | undefined;
  readonly permissions: Deno.PermissionOptions | undefined;
  readonly options: ProcessOptions;
}

/** The arguments of `deno` for a child. */
export function childArguments(plan: ChildPlan): string[] {
  const { maxMemoryMb, v8Flags = [] } = plan.options;
  const flags = [...v8Flags];
  if (maxMemoryMb !== undefined) {
    flags.push(`--max-old-space-size=${maxMemoryMb}`);
  }
  return [
    "run",
    "--quiet",
    "--no-prompt",
    ...plan.config === undefined
      ? ["--no-config"]
      : [`--config=${plan.config}`],
    ...flags.length === 0 ? [] : [`--v8-flags=${flags.join(",")}`],
    ...permissionFlags(plan.permissions, plan.socket),
    plan.main,
  ];
}

/** The flags for `permissions`, and what it takes to connect to `socket`. */
export function permissionFlags(
  permissions: Deno.PermissionOptions | undefined,
  socket: ChildPlan["socket"],
): string[] {
  const wanted = permissions === undefined || permissions === "inherit"
    ? inherited()
    : permissions === "none"
    ? {}
    : { ...permissions };
  const own: Record<string, unknown> = { ...wanted };
  for (const [name, value] of Object.entries(own)) {
    if (value === "inherit") own[name] = isGranted(name);
  }
  if (NAMES.every((name) => own[name] === true)) return ["--allow-all"];
  if ("path" in socket) {
    // The directory of the socket, which it removes if its keeper cannot.
    const directory = socket.path.slice(0, socket.path.lastIndexOf("/"));
    own.read = withItem(own.read, directory);
    own.write = withItem(own.write, directory);
    own.net = withItem(own.net, `unix:${socket.path}`);
  } else own.net = withItem(own.net, `127.0.0.1:${socket.port}`);
  return NAMES.flatMap((name) => {
    const value = own[name];
    if (value === true) return [`--allow-${name}`];
    if (!Array.isArray(value) || value.length === 0) return [];
    return [`--allow-${name}=${value.map(itemOf).join(",")}`];
  });
}

function withItem(value: unknown, item: string): unknown {
  if (value === true) return true;
  return Array.isArray(value) ? [...value, item] : [item];
}

/** A comma in an item is written twice. */
function itemOf(item: unknown): string {
  const text = String(item);
  const path = text.startsWith("file:") ? new URL(text).pathname : text;
  return path.replaceAll(",", ",,");
}

/** What is granted here as a whole. Grants of a part cannot be listed, and are not handed on. */
function inherited(): Record<string, boolean> {
  return Object.fromEntries(NAMES.map((name) => [name, isGranted(name)]));
}

function isGranted(name: string): boolean {
  try {
    const query = { name } as Deno.PermissionDescriptor;
    const status = Deno.permissions.querySync(query);
    return status.state === "granted" && !status.partial;
  } catch {
    return false;
  }
}
