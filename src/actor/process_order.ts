/**
 * What a process is started with, and by whom: the actors' side of `src/process`.
 *
 * @module
 */
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
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
  refuseShared("args", attachments);
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

const NAMES: OptionNames<ProcessOptions> = {
  env: true,
  inheritEnv: true,
  cwd: true,
  v8Flags: true,
  maxMemoryMb: true,
  nice: true,
  modules: true,
};

/**
 * Checks what is said of the process of `actor`.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds, or is not for that placement.
 */
export function checkProcess(
  actor: string,
  placement: string,
  permissions: Deno.PermissionOptions | undefined,
  options: ProcessOptions | undefined,
): void {
  const what = `Cannot start "${actor}"`;
  const refuse = (option: string, must: string, value: unknown): never => {
    throw new InvalidOptionError(
      `${what} as '${option}' must ${must}: current value is ${
        Deno.inspect(value, { depth: 1 })
      }`,
      { option, value },
    );
  };
  if (placement !== "process") {
    for (
      const [option, value] of Object.entries({ permissions, process: options })
    ) {
      if (value !== undefined) {
        refuse(option, 'not be set without the placement "process"', value);
      }
    }
    return;
  }
  if (
    permissions !== undefined && permissions !== "none" &&
    permissions !== "inherit" && typeof permissions !== "object"
  ) refuse("permissions", 'be "none", "inherit" or an object', permissions);
  if (options === undefined) return;
  checkOptionNames(what, options, NAMES, "process");
  const { maxMemoryMb, v8Flags = [], cwd, env = {}, nice = 0 } = options;
  const { modules = [] } = options;
  if (
    maxMemoryMb !== undefined &&
    !(Number.isInteger(maxMemoryMb) && maxMemoryMb >= 16)
  ) refuse("process.maxMemoryMb", "be a whole number from 16", maxMemoryMb);
  if (!(Number.isInteger(nice) && nice >= 0 && nice <= 19)) {
    refuse("process.nice", "be a whole number from 0 to 19", nice);
  }
  if (nice > 0 && Deno.build.os === "windows") {
    refuse("process.nice", "not be set on Windows", nice);
  }
  if (!Array.isArray(v8Flags) || v8Flags.some((flag) => !isV8Flag(flag))) {
    refuse(
      "process.v8Flags",
      'be flags without commas that begin with "--"',
      v8Flags,
    );
  }
  if (cwd !== undefined && typeof cwd !== "string") {
    refuse("process.cwd", "be a path", cwd);
  }
  if (!Array.isArray(modules) || modules.some((url) => !URL.canParse(url))) {
    refuse("process.modules", "be URLs", modules);
  }
  if (
    typeof env !== "object" || env === null ||
    Object.values(env).some((value) => typeof value !== "string")
  ) refuse("process.env", "be an object of strings", env);
}

function isV8Flag(flag: unknown): boolean {
  return typeof flag === "string" && /^--[^,\s]+$/.test(flag);
}
