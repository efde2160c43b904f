import type { Spawner } from "../actor/offspring.ts";
import { InvalidOptionError } from "../errors.ts";
import type { ListenOptions } from "../connection/listener.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { checkMs, checkSecret } from "./check_limits.ts";
import { checkGuest, type GuestOptions } from "./remote/rights.ts";
import type { ReplicaOptions } from "./replica.ts";

/** How a Manager is started. */
export interface ManagerOptions {
  /** Where it lives. Default: the default system, or the actor that makes the call. */
  readonly system?: Spawner;
  /**
   * Name of its actor, in errors, logs and trees; a non-empty string.
   *
   * @default {"manager"}
   */
  readonly name?: string;
  /**
   * Whether its state outlives its thread, in memory: a write is kept before it is answered. Without that a restarted Manager
   * is empty, and values may hold shared memory.
   *
   * @default {true}
   */
  readonly keep?: boolean;
  /**
   * The most bytes that its state may have in that memory, 65,536 to 1,073,741,824. A state of up to that size can be written
   * as often as one likes; a write that would make it larger is refused, sooner or later. Less than three times of it is
   * reserved, and only what is used is paid for.
   *
   * @default {268435456}
   */
  readonly keepBytes?: number;
  /**
   * Its mailbox, and those of its clients in other programs: the largest message, in bytes, 1 to 2,147,483,647. A value, and all
   * that is put by one call, is one message.
   *
   * @default {{ maxMessageBytes: 67_108_864 }}
   */
  readonly mailbox?: { readonly maxMessageBytes?: number };
  /**
   * Path of a SQLite file that the state is kept in, which is made if it is not there: every write is on disk before it is
   * answered. Locks and presence are not in it, as their holders end with the program. Beside it are `<file>.lock`, and
   * `<file>-wal` while it is open. Needs `--allow-read` and `--allow-write`. Not with `keep` false.
   *
   * - **Of an older version** it is made one of this version when it is opened.
   * - **`":memory:"`** is no file: the state is kept as it is without one.
   * - **Damage** is refused at the start; only of the last commit before a crash it cannot be told from the crash.
   * - **A backup** is a copy of the file, and of `<file>-wal` if that is there, of a Manager that is stopped. It is put back
   *   when both have been removed: a log that stays is read with whatever file is beside it. A log that is removed or cut
   *   takes along what is in it, which are the last writes, and that cannot be told afterwards.
   * - **A full disk:** the write that finds no room rejects and says so, and the Manager is restarted. As long as there is
   *   no room, or the file cannot be opened for another reason, it refuses all calls, with a `StateFileError` as the `cause`
   *   of each `Refusal`, and looks again once a second. Nothing that was acknowledged is lost.
   *
   * @default {none: the state ends with the Manager}
   */
  readonly file?: string;
  /**
   * Maps that are published in shared memory, by their names; see `ReplicaRef`.
   *
   * @default {none}
   */
  readonly replicas?: Readonly<Record<string, ReplicaOptions>>;
  /**
   * After so many milliseconds without a return to its event loop it is restarted: a reducer may not end. More than 0.
   *
   * @default {Infinity}
   */
  readonly hangMs?: number;
  /**
   * Where other programs reach it, by `Manager.connect()`: a path, `host:port` of this machine, or `tls://host:port`, as of
   * `listen()`; port 0 is any that is free. Needs a `key`.
   *
   * @default {none: nobody else does}
   */
  readonly address?: string;
  /** What those programs know too: 32 random bytes. Who knows it may do all that a Manager is asked for. */
  readonly key?: Uint8Array;
  /**
   * Those who may not do everything, by their names; each has a key of its own.
   *
   * @default {none}
   */
  readonly guests?: Readonly<Record<string, GuestOptions>>;
  /**
   * How long a program whose connection was lost may be away before what it holds is given up, in milliseconds, 0 or more.
   *
   * @default {5_000}
   */
  readonly awayMs?: number;
  /** Certificates and bounds of the connections, and who is told of those that are refused; see `ListenOptions`. */
  readonly listen?: Pick<
    ListenOptions,
    | "tls"
    | "maxMessageBytes"
    | "heartbeatMs"
    | "handshakeMs"
    | "maxHandshakes"
    | "maxConnections"
    | "onRefused"
  >;
}

const NAMES: OptionNames<ManagerOptions> = {
  system: true,
  name: true,
  keep: true,
  keepBytes: true,
  mailbox: true,
  file: true,
  replicas: true,
  hangMs: true,
  address: true,
  key: true,
  guests: true,
  awayMs: true,
  listen: true,
};
const LISTEN_NAMES: OptionNames<NonNullable<ManagerOptions["listen"]>> = {
  tls: true,
  maxMessageBytes: true,
  heartbeatMs: true,
  handshakeMs: true,
  maxHandshakes: true,
  maxConnections: true,
  onRefused: true,
};
const REPLICA_NAMES: OptionNames<ReplicaOptions> = {
  capacity: true,
  valueBytes: true,
  keyBytes: true,
};
const MAILBOX_NAMES: OptionNames<NonNullable<ManagerOptions["mailbox"]>> = {
  maxMessageBytes: true,
};
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;
const MIN_BYTES = 2 ** 16;
const MAX_BYTES = 2 ** 30;

/** Refuses options that are none, before anything is started. */
export function checkManagerOptions(options: ManagerOptions): void {
  const what = "Cannot start a Manager";
  checkOptionNames<ManagerOptions>(what, options, NAMES);
  const { keep = true, keepBytes = MIN_BYTES, file, replicas = {} } = options;
  // Any name will do.
  checkOptionNames(what, replicas, replicas as never, "replicas");
  for (const [name, replica] of Object.entries(replicas)) {
    checkOptionNames(what, replica, REPLICA_NAMES, `replicas.${name}`);
  }
  const refuse = (option: string, value: unknown, must: string): never => {
    throw new InvalidOptionError(
      `${what} as '${option}' must be ${must}: current value is ${
        Deno.inspect(value, { depth: 0 })
      }`,
      { option, value },
    );
  };
  if (file !== undefined && (typeof file !== "string" || file === "")) {
    refuse("file", file, "a path");
  }
  if (file !== undefined && !keep) refuse("keep", keep, "true with a 'file'");
  if (typeof keep !== "boolean") refuse("keep", keep, "true or false");
  const isWhole = Number.isInteger(keepBytes);
  if (!isWhole || keepBytes < MIN_BYTES || keepBytes > MAX_BYTES) {
    const bounds = `a whole number from ${MIN_BYTES} to ${MAX_BYTES}`;
    refuse("keepBytes", keepBytes, bounds);
  }
  const { mailbox = {} } = options;
  checkOptionNames(what, mailbox, MAILBOX_NAMES, "mailbox");
  const { maxMessageBytes = 1 } = mailbox;
  const isSize = Number.isInteger(maxMessageBytes) && maxMessageBytes >= 1;
  if (!isSize || maxMessageBytes > MAX_MESSAGE_BYTES) {
    const bounds = `a whole number from 1 to ${MAX_MESSAGE_BYTES}`;
    refuse("mailbox.maxMessageBytes", maxMessageBytes, bounds);
  }
  checkServing(what, options);
}

/** Checks how other programs reach it. */
function checkServing(what: string, options: ManagerOptions): void {
  const { address, key, guests, awayMs, listen } = options;
  for (
    const [option, value] of Object.entries({ key, guests, awayMs, listen })
  ) {
    if (value === undefined || address !== undefined) continue;
    throw new InvalidOptionError(
      `${what} as '${option}' is for one that others reach: name an 'address' too`,
      // Not what was given: it may be a secret.
      { option, value: undefined },
    );
  }
  checkSecret(what, "key", key);
  if (awayMs !== undefined) checkMs(what, "awayMs", awayMs);
  if (listen !== undefined) {
    checkOptionNames(what, listen, LISTEN_NAMES, "listen");
  }
  if (guests === undefined) return;
  // Any name will do.
  checkOptionNames(what, guests, guests as never, "guests");
  for (const [name, guest] of Object.entries(guests)) {
    checkGuest(what, name, guest);
    checkSecret(what, `guests.${name}.key`, guest.key);
  }
}
