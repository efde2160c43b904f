/**
 * A Manager in another program, as its clients have it.
 *
 * @module
 */
import type { Spawner } from "../../actor/offspring.ts";
import { type ActorRef, coreIn } from "../../actor/ref.ts";
import { type ConnectOptions, wayTo } from "../../connection/connect.ts";
import type { ConnectionClosedError } from "../../connection/connection_closed_error.ts";
import { standOf } from "../../connection/stand.ts";
import { InvalidOptionError } from "../../errors.ts";
import { keepHere } from "../../memory/keep_here.ts";
import { checkOptionNames, type OptionNames } from "../../option_names.ts";
import { supervise } from "../../supervisor/supervise.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { checkWait, type Wait } from "../../sync/wait.ts";
import { checkMs, checkSecret } from "../check_limits.ts";
import { keepsDeadlines } from "../own_deadlines.ts";
import { SharedState } from "../shared_state.ts";
import type { Vault } from "../vault.ts";
import { FarVaultActor, TIED } from "./far_vault.ts";
import { Tether } from "./tether.ts";

/** How long it may take, unless said otherwise, in milliseconds. */
const CONNECT_MS = 5_000;
/** How long a connection may be away, unless said otherwise, in milliseconds. */
const RECONNECT_MS = 60_000;
/** The child of its supervisor that stands for the Manager. */
const VAULT = "vault";
/** As many may wait for an item or a lock as there may be clients. */
const AT_ONCE = 1 << 20;

/** How a program connects to a Manager; `timeout`, 5,000 ms by default, and `signal` are for the first connection. */
export interface RemoteOptions
  extends
    Wait,
    Pick<ConnectOptions, "tls" | "maxMessageBytes" | "heartbeatMs"> {
  /** Where it belongs. Default: the default system, or the actor that makes the call. */
  readonly system?: Spawner;
  /**
   * Name of the actor that stands for the Manager here, in errors, logs and trees; a non-empty string.
   *
   * @default {"remote manager"}
   */
  readonly name?: string;
  /**
   * How long it may take to come back when the connection breaks, in milliseconds, 0 or more; 0: it does not.
   *
   * @default {60_000}
   */
  readonly reconnectMs?: number;
}

const NAMES: OptionNames<RemoteOptions> = {
  system: true,
  name: true,
  reconnectMs: true,
  tls: true,
  maxMessageBytes: true,
  heartbeatMs: true,
  timeout: true,
  signal: true,
};

let tethers = 0;
let makeRemote: (
  vault: ActorRef<Vault>,
  tree: Supervisor,
  tether: Tether,
) => RemoteManager;

/**
 * A Manager in another program: `Manager.connect()` makes it.
 *
 * - **The same proxies:** `map()`, `list()`, `lock()` and so on lead to the state of that Manager, from every thread of this
 *   program, and may travel in values both ways. What is in shared memory stays there: a replica is read as a map.
 * - **Comes back:** a connection that breaks is made again, within `reconnectMs`; what is asked meanwhile waits for it for
 *   5,000 ms. Then it rejects with `AskTimeoutError`, and is not sent any more. Watches go on with a snapshot.
 * - **At most once:** a call whose answer was lost is made again only where that is safe: it changes nothing, or the other
 *   program still knows that it has begun. Otherwise it rejects with {@linkcode InDoubtError}, and so does one that was sent
 *   and is not answered within 5,000 ms.
 * - **Too large:** a call that is larger than `maxMessageBytes` of either program, or whose answer is, rejects with
 *   `MessageTooLargeError`, and so does a watch; nothing else does. One whose answer is too large has been done; but
 *   `take()` leaves the item where it is.
 * - **Leases:** what an actor of this program holds, such as a lock or an entry of presence, ends with it; what others hold
 *   ends with this. All of it ends when the connection is away for longer than `ManagerOptions.awayMs`.
 * - **Rights:** a guest is refused what it may not have with {@linkcode NotPermittedError}.
 * - **Ends with its owner:** the actor that made it, or the system.
 */
export class RemoteManager extends SharedState implements AsyncDisposable {
  static {
    keepHere(RemoteManager, "a RemoteManager: send its maps, lists and so on");
  }

  /** Where the Manager is. */
  readonly address: string;
  /** Resolves when it has ended for good: with why if the connection was lost and did not come back. Never rejects. */
  readonly ended: Promise<ConnectionClosedError | undefined>;
  readonly #tree: Supervisor;

  private constructor(
    vault: ActorRef<Vault>,
    tree: Supervisor,
    { address, ended }: Tether,
  ) {
    super(vault);
    this.address = address;
    this.ended = ended;
    this.#tree = tree;
  }

  /**
   * Not of a Manager in another program: its memory is not shared.
   *
   * @param name Its name.
   * @throws {InvalidOptionError} Always.
   */
  replica(name: string): never {
    throw notRemote(name, "a replica", "read it by map()");
  }

  /**
   * Not of a Manager in another program: its memory is not shared.
   *
   * @param name Its name.
   * @throws {InvalidOptionError} Always.
   */
  handle(name: string): never {
    throw notRemote(
      name,
      "a handle",
      "use lock() and queue(), or a SharedMemory by its name",
    );
  }

  /**
   * Not of a Manager in another program: it starts what it is asked for there.
   *
   * @param name Its name.
   * @throws {InvalidOptionError} Always.
   */
  custom(name: string): never {
    const way = "put its ref into a map there, or publish it by listen()";
    throw notRemote(name, "an actor", way);
  }

  /**
   * Leaves the Manager: what this program holds there is given up, and calls that wait reject. Idempotent.
   *
   * @returns A promise that resolves when the connection is closed; it never rejects.
   */
  async close(): Promise<void> {
    await this.#tree.stop();
    await this.ended;
  }

  /** As {@linkcode RemoteManager.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  static {
    makeRemote = (vault, tree, tether) =>
      new RemoteManager(vault, tree, tether);
  }
}

/**
 * Connects to the Manager at `address`; see `Manager.connect()`.
 *
 * @throws {InvalidOptionError} If the address is neither of this machine nor encrypted, or an option is out of bounds or none
 * of them.
 */
export async function connectManager(
  address: string,
  key: Uint8Array,
  options: RemoteOptions,
): Promise<RemoteManager> {
  const what = "Cannot connect to a Manager";
  checkOptionNames<RemoteOptions>(what, options, NAMES);
  checkWait("connect to a Manager", options);
  const { system, name = "remote manager", signal, ...others } = options;
  const { timeout = CONNECT_MS, reconnectMs = RECONNECT_MS, ...bounds } =
    others;
  checkMs(what, "reconnectMs", reconnectMs);
  checkSecret(what, "key", key);
  const { maxMessageBytes } = bounds;
  const mailbox = maxMessageBytes === undefined ? {} : { maxMessageBytes };
  const way = wayTo(what, address, { key, ...bounds });
  const stand = standOf(system);
  signal?.throwIfAborted();
  const setup = { address, way, stand, reconnectMs };
  const tether = await Tether.tie(setup, { timeout, signal });
  const number = ++tethers;
  TIED.set(number, tether);
  const untie = async (): Promise<void> => {
    TIED.delete(number);
    await tether.close();
  };
  try {
    const tree = await supervise({
      name,
      children: [{
        id: VAULT,
        actor: FarVaultActor,
        args: [number],
        // What a call rejects with is no fault of who makes it.
        onFailure: [{ then: "resume" }],
        options: { name, placement: "local", concurrency: AT_ONCE, mailbox },
      }],
    }, system ?? stand.spawner);
    const vault = tree.ref(VAULT, FarVaultActor);
    keepsDeadlines(vault);
    void coreIn(vault)!.followed.then(untie);
    tether.standIn(vault);
    return makeRemote(vault as unknown as ActorRef<Vault>, tree, tether);
  } catch (error) {
    await untie();
    throw error;
  }
}

function notRemote(name: string, what: string, way: string): Error {
  return new InvalidOptionError(
    `Cannot have ${what} "${name}" of a Manager in another program as memory is not shared with it: ${way}`,
    { option: "name", value: name },
  );
}
