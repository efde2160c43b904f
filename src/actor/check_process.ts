import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import type { ProcessOptions } from "./process_order.ts";

const NAMES: OptionNames<ProcessOptions> = {
  env: true,
  inheritEnv: true,
  cwd: true,
  v8Flags: true,
  maxMemoryMb: true,
  nice: true,
  modules: true,
};

const PERMISSIONS: OptionNames<Deno.PermissionOptionsObject> = {
  read: true,
  write: true,
  net: true,
  env: true,
  run: true,
  sys: true,
  ffi: true,
  import: true,
};

type Refuse = (option: string, must: string, value: unknown) => never;

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
  const refuse: Refuse = (option, must, value) => {
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
  checkPermissions(what, permissions, refuse);
  if (options === undefined) return;
  checkOptionNames(what, options, NAMES, "process");
  const { inheritEnv } = options;
  if (inheritEnv !== undefined && typeof inheritEnv !== "boolean") {
    refuse("process.inheritEnv", "be true or false", inheritEnv);
  }
  checkNumbers(options, refuse);
  checkTexts(options, refuse);
}

function checkPermissions(
  what: string,
  permissions: Deno.PermissionOptions | undefined,
  refuse: Refuse,
): void {
  if (permissions === undefined) return;
  if (permissions === "none" || permissions === "inherit") return;
  if (typeof permissions !== "object" || permissions === null) {
    refuse("permissions", 'be "none", "inherit" or an object', permissions);
  }
  checkOptionNames(what, permissions, PERMISSIONS, "permissions");
  for (const [name, value] of Object.entries(permissions)) {
    const items: unknown = value ?? false;
    if (typeof items === "boolean" || items === "inherit") continue;
    if (Array.isArray(items) && items.every(isItem)) continue;
    const must = 'be true, false, "inherit" or a list of texts that say what';
    refuse(`permissions.${name}`, must, value);
  }
}

function isItem(item: unknown): boolean {
  return item instanceof URL || typeof item === "string" && isText(item);
}

/** Whether a command line or an environment can hold it, and there is any of it. */
function isText(text: string): boolean {
  return text !== "" && !text.includes("\0");
}

function checkNumbers(
  { maxMemoryMb, nice = 0 }: ProcessOptions,
  refuse: Refuse,
): void {
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
}

function checkTexts(
  { v8Flags = [], cwd, env = {}, modules = [] }: ProcessOptions,
  refuse: Refuse,
): void {
  if (!Array.isArray(v8Flags) || !v8Flags.every(isV8Flag)) {
    const must = 'be flags without commas that begin with "--"';
    refuse("process.v8Flags", must, v8Flags);
  }
  if (cwd !== undefined && !(typeof cwd === "string" && isText(cwd))) {
    refuse("process.cwd", "be a path", cwd);
  }
  if (!Array.isArray(modules) || !modules.every((url) => URL.canParse(url))) {
    refuse("process.modules", "be URLs", modules);
  }
  if (typeof env !== "object" || env === null || Array.isArray(env)) {
    refuse("process.env", "be an object of texts", env);
  }
  for (const [name, value] of Object.entries(env)) {
    if (!isText(name) || name.includes("=")) {
      refuse(
        "process.env",
        "have names that are not empty, without '='",
        name,
      );
    }
    if (typeof value !== "string" || value.includes("\0")) {
      refuse(`process.env.${name}`, "be a text without a zero byte", value);
    }
  }
}

function isV8Flag(flag: unknown): boolean {
  return typeof flag === "string" && /^--[^,\s]+$/.test(flag);
}
