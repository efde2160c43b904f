/**
 * The Manager: an actor that holds shared state, and typed ways to it.
 *
 * @module
 */
import { actor, type ActorClass } from "../actor/define.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { refuseInProcess } from "../actor/not_in_process_error.ts";
import type { SpawnOptions } from "../actor/spawn_options.ts";
import { System } from "../actor/system.ts";
import { unmissed } from "../actor/unmissed.ts";
import { keepHere } from "../memory/keep_here.ts";
import { supervise } from "../supervisor/supervise.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { InvalidOptionError } from "../errors.ts";
import type { FileClaim } from "./file_claim.ts";
import { checkFunction, checkText } from "./check_limits.ts";
import { checkManagerOptions, type ManagerOptions } from "./manager_options.ts";
import { type Host, hostOf } from "./remote/host.ts";
import {
  connectManager,
  type RemoteManager,
  type RemoteOptions,
} from "./remote/remote_manager.ts";
import type { ReplicaMemory } from "./replica.ts";
import { ReplicaRef } from "./replica_ref.ts";
import { SharedState } from "./shared_state.ts";
import { stateFileErrorIn } from "./state_file_error.ts";
import { Vault, type VaultOptions } from "./vault.ts";
import { vaultMemory } from "./vault_memory.ts";

/**
 * The actor behind a {@link Manager}. Each call is one message, so each is atomic.
 *
 * Start it yourself to put it under a supervisor of your own; a restart begins with empty state, unless it is given a journal.
 * Calls that wait need a `concurrency` of more than 1.
 */
export const VaultActor: ActorClass<[options?: VaultOptions], Vault> = unmissed(
  actor(import.meta, "VaultActor", Vault),
);

/** The child of its supervisor that holds the state. */
const VAULT = "vault";
/** As many may wait for an item or a lock at the same time as there may be clients. */
const CONCURRENCY = 1 << 20;

/** What SQLite calls a file that is none. */
const IN_MEMORY = ":memory:";
/** The longest that a file may take to be read, in milliseconds. */
const LOAD_MS = 600_000;

/**
 * Shared state that every actor can read and change.
 *
 * - **Atomic:** an update is one message; no two of them mix.
 * - **Portable:** its maps, lists, values and so on may travel inside any message. The Manager itself stays.
 * - **By name:** two of one kind and one name are the same state, on whatever thread they were made.
 * - **Frozen copies:** what is read is a copy, and changing it is a `TypeError`.
 * - **Outlives its thread:** when that ends by any means it is restarted, and has all that it ever acknowledged: maps, lists,
 *   queues, held locks. Its proxies go on. A call that was being handled rejects with `ActorCrashedError`; one that waited is
 *   handled then.
 * - **In memory:** the state ends with the Manager, unless it has a `file`: then every write is on disk before it is answered,
 *   and nobody reads what is not, so that a program killed at any point goes on from its last acknowledged write.
 * - **A refusal harms nobody:** a change that does not fit rejects with {@linkcode Refusal} and changes nothing.
 *
 * Its calls are asks with the default deadline of 5,000 ms. They reject as every ask may: with `DataCloneError` for what
 * cannot travel, with `ActorStoppedError` after the end, and so on; see `Asks`.
 *
 * @example Count, keep and list
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * await using manager = await Manager.start({ system });
 *
 * const hits = manager.map<string, number>("hits");
 * await hits.update("/", { add: 1, init: 0 });
 * assertEquals(await hits.entries(), [["/", 1]]);
 *
 * assertEquals(await manager.counter("visits").add(2), 2);
 * assertEquals(await manager.list<string>("log").push("begun"), 1);
 * assertEquals(await manager.value("limit", 10).get(), 10);
 * ```
 *
 * @example State on disk
 * ```ts
 * import { Manager, System } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await using system = new System();
 * {
 *   await using manager = await Manager.start({ system, file: `${folder}/state.db` });
 *   await manager.map<string, number>("stock").set("tea", 3);
 * }
 * {
 *   await using manager = await Manager.start({ system, file: `${folder}/state.db` });
 *   assertEquals(await manager.map<string, number>("stock").get("tea"), 3);
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class Manager extends SharedState implements AsyncDisposable {
  static {
    keepHere(Manager, "a Manager: send its maps, lists and so on");
  }

  readonly #tree: Supervisor;
  /** Resolves when it has ended, and its file is free. */
  readonly #gone: Promise<void>;
  readonly #host: Host | undefined;
  readonly #replicas: Readonly<Record<string, ReplicaMemory>>;
  readonly #handles: Map<string, unknown> = new Map();
  readonly #customs: Map<string, Promise<unknown>> = new Map();

  private constructor(
    tree: Supervisor,
    replicas: Readonly<Record<string, ReplicaMemory>>,
    gone: Promise<void>,
    host: Host | undefined,
  ) {
    super(tree.ref(VAULT, VaultActor));
    this.#tree = tree;
    this.#replicas = replicas;
    this.#gone = gone;
    this.#host = host;
  }

  /**
   * Starts a Manager on a thread of its own.
   *
   * @param options Where it lives, and what is kept.
   * @returns A promise of the Manager, which is empty or has what its file holds.
   * @throws {StateFileError} If its `file` is damaged, in use, of a later version, or cannot be opened.
   * @throws {AddressInUseError} If somebody listens at its `address`.
   * @throws {ChildError} If it does not come up; `cause` says why.
   * @throws {SystemClosedError} If the system is closed.
   * @throws {TopLevelSpawnError} If a worker is loading the module that makes the call.
   * @throws {NotInProcessError} In an actor or a task with the placement `"process"`: its proxies may be sent there.
   * @throws {InvalidOptionError} If an option is out of its bounds, or there is none of its name.
   */
  static async start(options: ManagerOptions = {}): Promise<Manager> {
    checkManagerOptions(options);
    if (!(options.system instanceof System)) {
      refuseInProcess(
        "Cannot start a Manager",
        "start it in the program, and send its maps, lists and so on",
      );
    }
    const { system, name = "manager", hangMs, mailbox = {} } = options;
    const file = options.file === IN_MEMORY ? undefined : options.file;
    const memory = vaultMemory(options);
    const child: SpawnOptions = {
      name,
      concurrency: CONCURRENCY,
      mailbox,
      ...hangMs === undefined ? {} : { hangMs },
      ...file === undefined ? {} : { initTimeout: LOAD_MS },
    };
    using opening = hostOf(options);
    const claim = file === undefined ? undefined : await claimOf(file);
    const path = claim === undefined ? {} : { file: claim.file };
    const release = claim?.release ?? (() => {});
    let gone: Promise<void> | undefined;
    try {
      const tree = await supervise({
        name,
        maxRestarts: 20,
        backoff: { minMs: 1, maxMs: 1_000 },
        children: [{
          id: VAULT,
          actor: VaultActor,
          args: [{ ...memory, ...path }],
          options: child,
        }],
      }, system);
      claim?.note();
      const vault = tree.ref(VAULT, VaultActor);
      // With its supervisor, and also with its system, which does not wait for that.
      gone = coreIn(vault)!.followed.then(release);
      const host = await opening?.open(tree, vault);
      return new Manager(tree, memory.replicas, gone, host);
    } catch (error) {
      if (gone === undefined) release();
      await gone;
      throw stateFileErrorIn(error) ?? error;
    }
  }

  /**
   * Connects to a Manager in another program.
   *
   * @param address Where it is: what that program has as the `address` of its Manager.
   * @param key Its key, or that of a guest.
   * @param options Where it belongs, how long to wait, and how long to come back.
   * @returns A promise of a way to it, to be closed.
   * @throws {AuthenticationError} If the other program does not know the key, or has no certificate that is trusted at a
   * `tls://` address; nothing else was read of either.
   * @throws {ConnectionClosedError} If nobody listens there, it cannot be reached, or is full.
   * @throws {WaitTimeoutError} If it takes too long.
   * @throws {TroupeError} If there is no Manager.
   * @throws {NotInProcessError} In an actor or a task with the placement `"process"`: its proxies may be sent there.
   * @throws {InvalidOptionError} If the address is neither of this machine nor encrypted, or an option is out of bounds or
   * none of them.
   *
   * @example Two programs
   * ```ts
   * import { Manager, System } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * const key = crypto.getRandomValues(new Uint8Array(32));
   * await using manager = await Manager.start({ system, address: "127.0.0.1:0", key });
   *
   * // Elsewhere, with the same key:
   * await using remote = await Manager.connect(manager.address!, key, { system });
   * await remote.queue<string>("jobs").put("hello world");
   * assertEquals(await manager.queue<string>("jobs").take(), "hello world");
   * ```
   */
  static async connect(
    address: string,
    key: Uint8Array,
    options: RemoteOptions = {},
  ): Promise<RemoteManager> {
    // Whether they are options at all is looked at below.
    if (!(options?.system instanceof System)) {
      refuseInProcess(
        "Cannot connect to a Manager",
        "connect in the program, and send its maps, lists and so on",
      );
    }
    return await connectManager(address, key, options);
  }

  /** Where other programs reach it, with the port that was chosen; `undefined` if they do not. */
  get address(): string | undefined {
    return this.#host?.address;
  }

  /**
   * The map of that name, read from shared memory; nothing is sent.
   *
   * @typeParam V The values; whatever can travel and holds no shared memory.
   * @param name One of the names in `ManagerOptions.replicas`.
   * @returns A way to it, which may travel.
   * @throws {InvalidOptionError} If the Manager was started without a replica of that name.
   */
  replica<V>(name: string): ReplicaRef<V> {
    if (Object.hasOwn(this.#replicas, name)) {
      const { map } = this.#replicas[name]!;
      return new ReplicaRef<V>(this.vault, name, map);
    }
    throw new InvalidOptionError(
      `Cannot read a replica of "${name}" as there is none: current replicas are ${
        Deno.inspect(Object.keys(this.#replicas))
      }; name it in 'replicas' of Manager.start()`,
      { option: "name", value: name },
    );
  }

  /**
   * One thing of its kind by name: a semaphore, a barrier, an event, a bounded queue, anything in shared memory.
   *
   * It lives here, beside the Manager, and is not touched by a restart; others are sent what this returns.
   *
   * @typeParam T What it is.
   * @param name Its name.
   * @param make Makes it, when it is first asked for.
   * @returns What was made under that name.
   * @throws {InvalidOptionError} If the name is no string, or `make` is no function.
   *
   * @example An event that all wait for
   * ```ts
   * import { EventFlag, Manager, System } from "@troupe/actors";
   * import { assert } from "@std/assert";
   *
   * await using system = new System();
   * await using manager = await Manager.start({ system });
   * const go = manager.handle("go", () => new EventFlag());
   * assert(manager.handle("go", () => new EventFlag()) === go);
   * ```
   */
  handle<T>(name: string, make: () => T): T {
    const what = `Cannot have a handle ${Deno.inspect(name)}`;
    checkText(what, "name", name);
    checkFunction(what, "make", make);
    if (!this.#handles.has(name)) this.#handles.set(name, make());
    return this.#handles.get(name) as T;
  }

  /**
   * An actor of your own as a part of the Manager: restarted when it fails, and stopped with it. The second call for a name
   * answers with the same actor.
   *
   * @typeParam A The arguments of its constructor.
   * @typeParam C The instance of its class.
   * @param name Its name; a non-empty string.
   * @param definition What `actor()` returned.
   * @param args The arguments of its constructor.
   * @returns A promise of its ref, which may travel.
   * @throws {ChildError} If it does not come up, or the Manager is stopping.
   * @throws {InvalidOptionError} If the name is no string, or the definition is none.
   *
   * @example State with methods of its own
   * ```ts
   * import { actor, Manager } from "@troupe/actors";
   * import { assertEquals } from "@std/assert";
   *
   * export const Sum = actor(
   *   import.meta,
   *   "Sum",
   *   class {
   *     #sum = 0;
   *     add(count: number): number {
   *       return this.#sum += count;
   *     }
   *   },
   * );
   *
   * // Threads import this module too: only the main one starts the Manager.
   * if (import.meta.main) {
   *   await using manager = await Manager.start();
   *   const sum = await manager.custom("sum", Sum);
   *   await sum.ask.add(2);
   *   assertEquals(await (await manager.custom("sum", Sum)).ask.add(1), 3);
   * }
   * ```
   */
  async custom<A extends unknown[], C>(
    name: string,
    definition: ActorClass<A, C>,
    ...args: A
  ): Promise<ActorRef<C>> {
    checkText("Cannot have an actor of a Manager", "name", name);
    const id = `custom ${name}`;
    const known = this.#customs.get(id);
    if (known !== undefined) return await (known as Promise<ActorRef<C>>);
    // deno-lint-ignore no-explicit-any -- the arguments have been checked against the definition above
    const spec: any = { id, actor: definition, args, options: { name } };
    const started = this.#tree.startChild(spec) as unknown as Promise<
      ActorRef<C>
    >;
    this.#customs.set(id, started);
    started.catch(() => this.#customs.delete(id));
    return await started;
  }

  /**
   * Stops the Manager after the call that it handles; its state is gone. Calls that wait reject with
   * `ActorStoppedError`. Idempotent.
   *
   * @returns A promise that resolves at its end; it never rejects.
   */
  async stop(): Promise<void> {
    // Those in other programs see that it closes, and not what else happens at its end.
    await this.#host?.close();
    await this.#tree.stop();
    await this.#gone;
  }

  /** Stops the Manager, as {@linkcode Manager.stop} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Loads what claims a file when there is one: every thread that knows a Manager would load what that stands on. */
async function claimOf(file: string): Promise<FileClaim> {
  const { claimFile } = await import("./file_claim.ts");
  return await claimFile(file);
}
