/**
 * What a process is started with, and by whom: the actors' side of `src/process`.
 *
 * @module
 */
import { refuseShared } from "./mail/refuse_shared.ts";
import type { Isolate } from "./thread/isolate.ts";
import { encodeFor } from "./thread/leaving.ts";
import type { Plan } from "./thread/thread_cell.ts";
import type { CheckedOptions } from "./spawn_options.ts";

/** How the process of an actor is run; for `placement: "process"` alone. */
export interface ProcessOptions {
  /**
   * Variables of its environment, beside those of this program.
   *
   * @default {{}}
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether it has the variables of this program too.
   *
   * @default {true}
   */
  readonly inheritEnv?: boolean;
  /**
   * Its working directory.
   *
   * @default {that of this program}
   */
  readonly cwd?: string;
  /**
   * Flags for V8, such as `--stack-size=2000`.
   *
   * @default {[]}
   */
  readonly v8Flags?: readonly string[];
  /**
   * Largest heap, in MiB, a whole number from 16: one that needs more ends as `oom`, and so does one that has more than
   * that and 128 MiB as a whole, buffers included.
   *
   * @default {as V8 chooses}
   */
  readonly maxMemoryMb?: number;
  /**
   * How far it gives way to other processes, a whole number from 0 to 19: one with 19 runs when nobody else wants to. Not on
   * Windows, and the program must be allowed to run `nice`.
   *
   * @default {0}
   */
  readonly nice?: number;
  /**
   * Modules that it may import while it runs, whatever it may read, beside that of the actor or task: their URLs.
   *
   * @default {[]}
   */
  readonly modules?: readonly string[];
}

/** What an actor in a process of its own is made of, for who keeps the process. */
export interface ProcessOrder {
  readonly kind: "actor" | "task";
  readonly module: string;
  readonly definition: string;
  readonly concurrency: number;
  readonly stash: number;
  readonly hangMs: number;
  /** The largest message of the actor, in bytes. */
  readonly maxBytes: number;
  readonly permissions: Deno.PermissionOptions | undefined;
  readonly options: ProcessOptions;
}

/** The keeper of a process: an actor of a thread, whose messages it hands on. */
export const KEEPER: { readonly module: string; readonly definition: string } =
  {
    module: new URL("../process/keeper.ts", import.meta.url).href,
    definition: "Keeper",
  };

/**
 * The plan of the thread that keeps the process in which `plan` is carried out.
 *
 * @throws {DataCloneError} If an argument cannot travel to a process.
 */
export function keeperOf(
  isolate: Isolate,
  plan: Plan,
  options: CheckedOptions,
): Plan {
  const { kind, module, definition, args, once } = plan;
  const { attachments = [] } = encodeFor(isolate, args);
  refuseShared(attachments, args, "args");
  const { concurrency, stash, hangMs, permissions, process } = options;
  const { maxMessageBytes: maxBytes } = options;
  const order: ProcessOrder = {
    kind,
    module,
    definition,
    concurrency,
    stash,
    hangMs: hangMs === Infinity ? 0 : hangMs,
    maxBytes,
    permissions: permissions instanceof Object
      ? plainPermissions(permissions)
      : permissions,
    options: process ?? {},
  };
  return {
    ...plan,
    ...KEEPER,
    kind: "actor",
    label: definition,
    args: [order, ...args],
    once,
    ahead: order,
  };
}

/** `permissions` without URLs, which cannot travel. */
export function plainPermissions(
  permissions: Deno.PermissionOptionsObject,
): Deno.PermissionOptionsObject {
  const plain = (value: unknown): unknown =>
    value instanceof URL
      ? value.href
      : Array.isArray(value)
      ? value.map(plain)
      : value;
  return Object.fromEntries(
    Object.entries(permissions).map(([name, value]) => [name, plain(value)]),
  );
}
