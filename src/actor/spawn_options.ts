/**
 * How an actor is started, and the checks at the door.
 *
 * @module
 */
import { checkTransfer } from "../channel/check_transfer.ts";
import { type Overflow, OVERFLOWS } from "../channel/overflow.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkProcess } from "./check_process.ts";
import type { ProcessOptions } from "./process_order.ts";

/** Where an actor runs; see {@linkcode SpawnOptions.placement}. */
export type Placement = "thread" | "shared" | "process" | "local";

const PLACEMENTS: readonly Placement[] = [
  "thread",
  "shared",
  "process",
  "local",
];

/**
 * How a task or an actor is started. A value out of its bounds is refused with `InvalidOptionError`, and nothing starts.
 *
 * @example Start an actor with a small mailbox
 * ```ts
 * import { InvalidOptionError, System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using system = new System();
 * const vault = await system.spawn(VaultActor, [], {
 *   name: "vault",
 *   hangMs: 2_000,
 *   mailbox: { capacity: 16, maxMessageBytes: 1024 },
 * });
 * assertEquals(vault.name, "vault");
 * await assertRejects(
 *   () => system.spawn(VaultActor, [], { concurrency: 0 }),
 *   InvalidOptionError,
 * );
 * ```
 */
export interface SpawnOptions {
  /**
   * Name in errors, logs and trees; a non-empty string. Two actors may have the same.
   *
   * @default {the definition's name and a number}
   */
  readonly name?: string;
  /**
   * Where it runs.
   *
   * - `"thread"`: in a Deno worker of its own.
   * - `"shared"`: on one of a few host workers, beside many others; `SystemOptions.hosts` says how many there are. What
   * ends its host ends it too: `self.close()`, `Deno.exit()`, or an error outside of a handler, of any of them.
   * - `"process"`: in a process of its own, which can be killed for certain and whose memory and permissions are its own. It
   *   shares no memory with others: a queue, a lock or a shared value cannot be sent to it.
   * - `"local"`: on the thread that starts it, beside all else that runs there. Its methods get the very values that
   *   were sent, and give theirs: what was sent belongs to who received it. {@linkcode current}, what `spawn()` starts
   *   its actors for, and `AskCycleError` know whose handler runs until its first `await`; its `Context`, and `context.spawn()`, always do.
   *   Of a circle of asks that leads through several threads, with such actors on it, nobody knows: it ends by a deadline.
   *
   * @default {"thread"}
   */
  readonly placement?: Placement;
  /**
   * What its process may do: `"inherit"`, `"none"`, or a list for each permission. What can only be granted in part by
   * whoever runs this program is not inherited. What such a process starts is a process too, with the same permissions.
   *
   * @default {"inherit"}
   */
  readonly permissions?: Deno.PermissionOptions;
  /** How its process is run; for the placement `"process"`. */
  readonly process?: ProcessOptions;
  /**
   * Messages handled at the same time; a whole number from 1 to 1,048,576. More than 1 lets async handlers interleave:
   * a message then counts as begun as soon as it is handed to its handler.
   *
   * @default {1}
   */
  readonly concurrency?: number;
  /**
   * An actor that does not return to its event loop for this many milliseconds ends as `hung`; more than 0, looked at
   * every 50 ms, and never found before about 200 ms. Awaiting is no hang. A shared actor that hangs takes its host
   * along: it ends as `hung`, and the others that live there as `killed`; each is restarted as its supervisor says.
   *
   * @default {Infinity}
   */
  readonly hangMs?: number;
  /**
   * Longest time for module, constructor and `onStart`, in milliseconds; more than 0. At a restart that of `onRestart`
   * counts too. The wait for a thread does not: one that does not listen within 30 s fails the start.
   *
   * @default {5000}
   */
  readonly initTimeout?: number;
  /**
   * How often a message that was in flight when a supervised actor failed is delivered again, to the next incarnation
   * and before any other of its sender; a whole number from 0 to 1,048,576. After that, or when it cannot come again
   * because something was moved along with it or cannot be copied, it is dropped: an ask rejects with `ActorCrashedError`, a tell is a dead
   * letter. The end of a host worker takes along all that its actors have in their mailboxes, begun or not: none of that
   * comes again; asks reject with `ActorCrashedError`, tells are dead letters, and what had not been read there is handled
   * by the next incarnation. The state that a handler leaves when it throws is then no checkpoint. Only with a `concurrency` of 1, not
   * when mail is dropped, and not for an actor without a supervisor or a task, which nobody restarts.
   *
   * @default {0}
   */
  readonly redeliver?: number;
  /**
   * Least time between two calls of the `checkpoint()` hook, in milliseconds, 0 or more: what a message changed is kept
   * after it, or that much later. 0 keeps the state before the next message begins, which costs each message a tenth of
   * a millisecond and a copy of the state. Not for an actor without a supervisor or a task, which nobody restarts.
   *
   * @default {0}
   */
  readonly checkpointMs?: number;
  /** Objects among the arguments that are moved instead of copied. They exist once: such an actor cannot be restarted. */
  readonly transfer?: readonly Transferable[];
  /** The queue of messages. */
  readonly mailbox?: {
    /**
     * Messages that may wait for each sending thread; a whole number from 1 to 1,048,576.
     *
     * @default {1024}
     */
    readonly capacity?: number;
    /**
     * Messages that the actor may put aside with `Context.stash()`; a whole number from 1 to 1,048,576.
     *
     * @default {1024}
     */
    readonly stash?: number;
    /**
     * What becomes of a message that finds no room: {@linkcode Overflow} lists it.
     *
     * @default {"wait"}
     */
    readonly overflow?: Overflow;
    /**
     * Largest message, in bytes as encoded; a whole number from 1 to 2,147,483,647. A larger one is refused at the
     * sender with `MessageTooLargeError`.
     *
     * @default {67108864}
     */
    readonly maxMessageBytes?: number;
    /**
     * What becomes of the messages that wait when an incarnation ends: `"keep"` leaves them to the next, `"drop"` drops
     * them. An ask that is dropped rejects at once with `ActorStoppedError`, safe to retry; a tell is a dead letter.
     * `"drop"` is not for an actor without a supervisor or a task, which nobody restarts.
     *
     * @default {"keep"}
     */
    readonly onRestart?: "keep" | "drop";
    /**
     * Whether messages that are sent with `SendOptions.urgent` are handled before all others that wait. Those of one
     * thread keep their order among themselves; others wait for as long as urgent ones come.
     *
     * @default {false}
     */
    readonly urgent?: boolean;
  };
}

/** {@link SpawnOptions} with every default filled in. */
export interface CheckedOptions {
  /** See {@link SpawnOptions.name}. */
  readonly name: string | undefined;
  /** See {@link SpawnOptions.placement}. */
  readonly placement: Placement;
  /** See {@link SpawnOptions.permissions}. */
  readonly permissions: Deno.PermissionOptions | undefined;
  /** See {@link SpawnOptions.process}. */
  readonly process: ProcessOptions | undefined;
  /** See {@link SpawnOptions.concurrency}. */
  readonly concurrency: number;
  /** See {@link SpawnOptions.hangMs}. */
  readonly hangMs: number;
  /** See {@link SpawnOptions.initTimeout}. */
  readonly initTimeout: number;
  /** See {@link SpawnOptions.redeliver}. */
  readonly redeliver: number;
  /** What becomes of the messages that wait at an end. */
  readonly onRestart: "keep" | "drop";
  /** See {@link SpawnOptions.checkpointMs}. */
  readonly checkpointMs: number;
  /** See {@link SpawnOptions.transfer}. */
  readonly transfer: readonly Transferable[];
  /** Messages that may wait for each sending thread. */
  readonly capacity: number;
  /** Messages that may be put aside. */
  readonly stash: number;
  /** What becomes of a message that finds no room. */
  readonly overflow: Overflow;
  /** Whether urgent messages come before the others. */
  readonly urgent: boolean;
  /** Largest message, in bytes. */
  readonly maxMessageBytes: number;
}

const NAMES: OptionNames<SpawnOptions> = {
  name: true,
  placement: true,
  permissions: true,
  process: true,
  concurrency: true,
  hangMs: true,
  initTimeout: true,
  redeliver: true,
  checkpointMs: true,
  transfer: true,
  mailbox: true,
};
const MAILBOX_NAMES: OptionNames<NonNullable<SpawnOptions["mailbox"]>> = {
  capacity: true,
  stash: true,
  overflow: true,
  maxMessageBytes: true,
  onRestart: true,
  urgent: true,
};

const DEFAULT_CAPACITY = 1_024;
const MAX_CAPACITY = 1 << 20;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const MAX_BYTES = 2 ** 31 - 1;

function whole(
  actor: string,
  option: string,
  value: number,
  max: number,
  min = 1,
): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new InvalidOptionError(
    `Cannot start "${actor}" as '${option}' must be a whole number from ${min} to ${max}: current value is ${
      Deno.inspect(value)
    }`,
    { option, value },
  );
}

function positive(actor: string, option: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new InvalidOptionError(
    `Cannot start "${actor}" as '${option}' must be more than 0: current value is ${
      Deno.inspect(value)
    }`,
    { option, value },
  );
}

function duration(actor: string, option: string, value: number): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new InvalidOptionError(
    `Cannot start "${actor}" as '${option}' must be 0 or more: current value is ${
      Deno.inspect(value)
    }`,
    { option, value },
  );
}

function policy(actor: string, value: Overflow): Overflow {
  if (OVERFLOWS.includes(value)) return value;
  throw new InvalidOptionError(
    `Cannot start "${actor}" as 'mailbox.overflow' must be one of ${
      OVERFLOWS.map((known) => `"${known}"`).join(", ")
    }: current value is ${Deno.inspect(value)}`,
    { option: "mailbox.overflow", value },
  );
}

function checkUrgent(actor: string, value: boolean): boolean {
  if (typeof value === "boolean") return value;
  throw new InvalidOptionError(
    `Cannot start "${actor}" as 'mailbox.urgent' must be true or false: current value is ${
      Deno.inspect(value)
    }`,
    { option: "mailbox.urgent", value },
  );
}

function checkRedelivery(actor: string, options: SpawnOptions): void {
  const { redeliver = 0, concurrency = 1 } = options;
  const onRestart = options.mailbox?.onRestart ?? "keep";
  if (onRestart !== "keep" && onRestart !== "drop") {
    throw new InvalidOptionError(
      `Cannot start "${actor}" as 'mailbox.onRestart' must be "keep" or "drop": current value is ${
        Deno.inspect(onRestart)
      }`,
      { option: "mailbox.onRestart", value: onRestart },
    );
  }
  if (redeliver === 0) return;
  const why = concurrency > 1
    ? "several messages are in flight at once: set 'concurrency' to 1"
    : onRestart === "drop"
    ? "its mail is dropped at a restart: set 'mailbox.onRestart' to \"keep\""
    : undefined;
  if (why === undefined) return;
  throw new InvalidOptionError(
    `Cannot start "${actor}" with 'redeliver' as ${why}`,
    { option: "redeliver", value: redeliver },
  );
}

/**
 * Checks the options for a `definition` and fills in the defaults.
 *
 * @param definition Name for errors about an actor without one.
 * @param options What was given.
 * @returns All options; `hangMs` is `Infinity` when nothing watches.
 * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name; nothing was started.
 */
export function checkSpawnOptions(
  definition: string,
  options: SpawnOptions,
): CheckedOptions {
  const what = `Cannot start "${definition}"`;
  checkOptionNames(what, options, NAMES);
  const { name, mailbox = {} } = options;
  checkOptionNames(what, mailbox, MAILBOX_NAMES, "mailbox");
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw new InvalidOptionError(
      `Cannot start "${definition}" as 'name' must be a non-empty string: current value is ${
        name === "" ? '""' : String(name)
      }`,
      { option: "name", value: name },
    );
  }
  const actor = name ?? definition;
  const { placement = "thread" } = options;
  if (!PLACEMENTS.includes(placement)) {
    throw new InvalidOptionError(
      `Cannot start "${actor}" as 'placement' must be ${
        PLACEMENTS.map((known) => `"${known}"`).join(" or ")
      }: current value is ${Deno.inspect(placement)}`,
      { option: "placement", value: placement },
    );
  }
  if (placement === "local" && options.hangMs !== undefined) {
    throw new InvalidOptionError(
      `Cannot start "${actor}" as 'hangMs' must not be set for an actor on the thread of its owner: current value is ${options.hangMs}; use placement "thread" or "shared"`,
      { option: "hangMs", value: options.hangMs },
    );
  }
  const { permissions, process } = options;
  checkProcess(actor, placement, permissions, process);
  checkRedelivery(actor, options);
  checkTransfer(`start "${actor}"`, options.transfer);
  return {
    name,
    placement,
    permissions,
    process,
    concurrency: whole(
      actor,
      "concurrency",
      options.concurrency ?? 1,
      MAX_CAPACITY,
    ),
    hangMs: positive(actor, "hangMs", options.hangMs ?? Infinity),
    initTimeout: positive(actor, "initTimeout", options.initTimeout ?? 5_000),
    redeliver: whole(
      actor,
      "redeliver",
      options.redeliver ?? 0,
      MAX_CAPACITY,
      0,
    ),
    onRestart: mailbox.onRestart ?? "keep",
    checkpointMs: duration(actor, "checkpointMs", options.checkpointMs ?? 0),
    transfer: options.transfer ?? [],
    capacity: whole(
      actor,
      "mailbox.capacity",
      mailbox.capacity ?? DEFAULT_CAPACITY,
      MAX_CAPACITY,
    ),
    stash: whole(
      actor,
      "mailbox.stash",
      mailbox.stash ?? DEFAULT_CAPACITY,
      MAX_CAPACITY,
    ),
    overflow: policy(actor, mailbox.overflow ?? "wait"),
    urgent: checkUrgent(actor, mailbox.urgent ?? false),
    maxMessageBytes: whole(
      actor,
      "mailbox.maxMessageBytes",
      mailbox.maxMessageBytes ?? DEFAULT_MAX_BYTES,
      MAX_BYTES,
    ),
  };
}
