/**
 * The command line of a child.
 *
 * @module
 */
import type { ProcessOptions } from "../actor/process_order.ts";
import { type Grants, PERMISSIONS } from "./inherited_grants.ts";

/** What a child is started with. */
export interface ChildPlan {
  /** Its main module. */
  readonly main: string;
  /** The address to which it connects. */
  readonly socket: { readonly path: string } | { readonly port: number };
  /** The configuration file, if there is one. */
  readonly config: string | undefined;
  readonly permissions: Deno.PermissionOptions | undefined;
  /** What this program may do itself, as far as the child may have it. */
  readonly grants: Grants;
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
    ...permissionFlags(plan.permissions, plan.socket, plan.grants),
    plan.main,
    // It removes that also when it is told nothing, as its keeper was ended before.
    ..."path" in plan.socket ? [directoryOf(plan.socket.path)] : [],
  ];
}

/** The directory that a socket is in. */
export function directoryOf(socket: string): string {
  return socket.slice(0, socket.lastIndexOf("/"));
}

/** The flags for `permissions`, with those of `grants` that are inherited, and what it takes to connect to `socket`. */
export function permissionFlags(
  permissions: Deno.PermissionOptions | undefined,
  socket: ChildPlan["socket"],
  grants: Grants,
): string[] {
  const { allowed } = grants;
  const wanted = permissions === undefined || permissions === "inherit"
    ? allowed
    : permissions === "none"
    ? {}
    : { ...permissions };
  const own: Record<string, unknown> = { ...wanted };
  const inherited = new Set<string>(wanted === allowed ? PERMISSIONS : []);
  for (const [name, value] of Object.entries(own)) {
    if (value !== "inherit") continue;
    own[name] = allowed[name];
    inherited.add(name);
  }
  const denied = grants.denied.filter((flag) =>
    inherited.has(/^--deny-([a-z]+)/.exec(flag)?.[1] ?? "")
  );
  if (PERMISSIONS.every((name) => own[name] === true) && denied.length === 0) {
    return ["--allow-all"];
  }
  if ("path" in socket) {
    // The directory of the socket, which it removes if its keeper cannot.
    const directory = directoryOf(socket.path);
    own.read = withItem(own.read, directory);
    own.write = withItem(own.write, directory);
    own.net = withItem(own.net, `unix:${socket.path}`);
  } else own.net = withItem(own.net, `127.0.0.1:${socket.port}`);
  const flags = PERMISSIONS.flatMap((name) => {
    const value = own[name];
    if (value === true) return [`--allow-${name}`];
    if (!Array.isArray(value) || value.length === 0) return [];
    return [`--allow-${name}=${value.map(itemOf).join(",")}`];
  });
  return [...flags, ...denied];
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
