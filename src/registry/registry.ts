/**
 * The Registry: unique names, groups and topics, for all threads of a system.
 *
 * @module
 */
import { spawn } from "../actor/default_system.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import type { Spawner } from "../actor/offspring.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { ActorStoppedError, InvalidOptionError } from "../errors.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import { checkOptionNames } from "../option_names.ts";
import { AlreadyRegisteredError } from "./already_registered_error.ts";
import { Directory } from "./directory.ts";
import { RegistryStream } from "./stream.ts";

/** The actor behind a {@linkcode Registry}. */
export const DirectoryActor: ActorClass<[], Directory> = actor(
  import.meta,
  "DirectoryActor",
  Directory,
);

/** As many as may wait for a value at the same time. */
const MAX_READERS = 1 << 20;
const MAX_CAPACITY = 1 << 20;
const DEFAULT_CAPACITY = 1_024;

/**
 * Names, groups and topics that every thread of a system can use.
 *
 * - **A name is unique:** it stands for one actor at a time, through all its restarts.
 * - **Free before anybody is told:** whoever hears of the end of an actor finds its names free and its groups without it.
 * - **Portable:** a registry may travel inside any message, and is the same one there.
 * - **A lookup may be late:** the actor that it finds may end in the same moment; sending to it is sending to any actor
 *   that has ended.
 * - **In memory:** names, groups and topics end with the registry. Two registries know nothing of each other.
 *
 * Its calls are asks with the default deadline of 5,000 ms. They reject as every ask may, with `ActorStoppedError` after
 * the end and so on; see `Asks`.
 *
 * @example Find an actor by its name
 * ```ts
 * import { AlreadyRegisteredError, Registry, System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using system = new System();
 * await using registry = await Registry.start({ system });
 * const vault = await system.spawn(VaultActor, []);
 * const other = await system.spawn(VaultActor, []);
 *
 * await registry.register("vault", vault);
 * const found = await registry.whereis("vault", VaultActor);
 * assertEquals(await found?.ask.push("list", ["a"]), 1);
 * const error = await assertRejects(
 *   () => registry.register("vault", other),
 *   AlreadyRegisteredError,
 * );
 * assertEquals(error.holder, vault);
 *
 * await vault.stop();
 * await registry.register("vault", other);
 * ```
 */
export class Registry implements AsyncDisposable {
  readonly #directory: ActorRef<Directory>;

  private constructor(directory: ActorRef<Directory>) {
    this.#directory = directory;
  }

  /**
   * Starts a registry on a thread of its own.
   *
   * @param options `system`: where it lives. Default: the default system, or the actor that makes the call.
   * @returns A promise of the registry, which is empty.
   * @throws {ThreadLimitError} If all 8,192 addresses of the system are taken.
   * @throws {InitTimeoutError} If it is not up within 5,000 ms.
   * @throws {SystemClosedError} If the system is closed.
   * @throws {TopLevelSpawnError} If a worker is loading the module that makes the call.
   * @throws {InvalidOptionError} If there is an option of another name.
   */
  static async start(options: { system?: Spawner } = {}): Promise<Registry> {
    checkOptionNames<{ system?: Spawner }>("Cannot start a registry", options, {
      system: true,
    });
    const { system } = options;
    const how = { name: "registry", concurrency: MAX_READERS };
    return new Registry(
      system === undefined
        ? await spawn(DirectoryActor, [], how)
        : await system.spawn(DirectoryActor, [], how),
    );
  }

  /**
   * Gives a name to an actor. Doing so again changes nothing; an actor may have many names.
   *
   * @param name A non-empty string.
   * @param ref The actor.
   * @returns A promise that resolves when the name is its own.
   * @throws {AlreadyRegisteredError} If another actor has the name: `error.holder`.
   * @throws {ActorStoppedError} If the actor is stopping or has ended.
   * @throws {InvalidOptionError} If `name` is no non-empty string, or `ref` is no ref.
   */
  async register(name: string, ref: ActorRef<unknown>): Promise<void> {
    checkName("register", name);
    checkRef("register", ref);
    const holder = await this.#directory.ask.register(name, ref);
    if (holder === undefined) return;
    if (holder === "stopping") throw stopping(`register "${name}" as`, ref);
    throw new AlreadyRegisteredError(
      `Cannot register "${ref.name}" as "${name}" as that name is taken: current holder is "${holder.name}" #${holder.id}; unregister it first, or use the error's holder`,
      { key: name, holder },
    );
  }

  /**
   * Takes a name back.
   *
   * @param name The name.
   * @returns A promise of whether an actor had it.
   * @throws {InvalidOptionError} If `name` is no non-empty string.
   */
  async unregister(name: string): Promise<boolean> {
    checkName("unregister", name);
    return await this.#directory.ask.unregister(name);
  }

  /**
   * Who has a name.
   *
   * @typeParam C The instance of the actor's class.
   * @param name The name.
   * @param _definition What `actor()` returned, for the type of the ref alone.
   * @returns A promise of the ref, or of `undefined` when nobody has the name.
   * @throws {InvalidOptionError} If `name` is no non-empty string.
   */
  async whereis<C = unknown>(
    name: string,
    _definition?: ActorClass<never, C>,
  ): Promise<ActorRef<C> | undefined> {
    checkName("find", name);
    const ref = await this.#directory.ask.whereis(name);
    return ref as ActorRef<C> | undefined;
  }

  /**
   * All names that are taken.
   *
   * @returns A promise of the names, in the order they were taken.
   */
  names(): Promise<string[]> {
    return this.#directory.ask.names();
  }

  /**
   * Adds an actor to a group, which exists as long as it has members.
   *
   * @param group Name of the group; a non-empty string.
   * @param ref The actor.
   * @returns A promise of whether it is new there.
   * @throws {ActorStoppedError} If the actor is stopping or has ended.
   * @throws {InvalidOptionError} If `group` is no non-empty string, or `ref` is no ref.
   */
  async join(group: string, ref: ActorRef<unknown>): Promise<boolean> {
    checkName("join", group);
    checkRef("join", ref);
    const result = await this.#directory.ask.join(group, ref);
    if (result === "stopping") throw stopping(`join "${group}" with`, ref);
    return result === "joined";
  }

  /**
   * Takes an actor out of a group. One that ends leaves all its groups by itself.
   *
   * @param group Name of the group.
   * @param ref The actor.
   * @returns A promise of whether it was a member.
   * @throws {InvalidOptionError} If `group` is no non-empty string, or `ref` is no ref.
   */
  async leave(group: string, ref: ActorRef<unknown>): Promise<boolean> {
    checkName("leave", group);
    checkRef("leave", ref);
    return await this.#directory.ask.leave(group, ref);
  }

  /**
   * The members of a group as they are now.
   *
   * @typeParam C The instance of the actors' class.
   * @param group Name of the group.
   * @param _definition What `actor()` returned, for the type of the refs alone.
   * @returns A promise of the refs, in the order they joined; none when there is no such group.
   * @throws {InvalidOptionError} If `group` is no non-empty string.
   */
  async members<C = unknown>(
    group: string,
    _definition?: ActorClass<never, C>,
  ): Promise<ActorRef<C>[]> {
    checkName("list", group);
    return await this.#directory.ask.members(group) as ActorRef<C>[];
  }

  /**
   * The members of a group now, and again each time that one joined, left or ended. A slow reader gets the latest list,
   * not each one in between.
   *
   * @typeParam C The instance of the actors' class.
   * @param group Name of the group.
   * @param _definition What `actor()` returned, for the type of the refs alone.
   * @returns The lists.
   * @throws {InvalidOptionError} If `group` is no non-empty string.
   *
   * @example Wait until a service is there
   * ```ts
   * import { Registry, System } from "@troupe/actors";
   * import { VaultActor } from "@troupe/actors/manager";
   * import { assertEquals } from "@std/assert";
   *
   * await using system = new System();
   * await using registry = await Registry.start({ system });
   * const vault = await system.spawn(VaultActor, []);
   * void registry.join("vaults", vault);
   *
   * for await (const vaults of registry.listing("vaults", VaultActor)) {
   *   if (vaults.length === 0) continue;
   *   assertEquals(vaults, [vault]);
   *   break;
   * }
   * ```
   */
  listing<C = unknown>(
    group: string,
    _definition?: ActorClass<never, C>,
  ): RegistryStream<readonly ActorRef<C>[]> {
    checkName("list", group);
    return new RegistryStream(
      this.#directory,
      { kind: "group", name: group },
      1,
    );
  }

  /**
   * Listens to a topic.
   *
   * - **Nothing is missed** of what is published after the promise resolved, in the order it was published, as long as no
   *   more than `capacity` messages wait: then the oldest are dropped, and `missed` counts them.
   *
   * @typeParam T The messages; whatever can travel.
   * @param topic Name of the topic; a non-empty string. It needs no other beginning.
   * @param options `capacity`: messages that may wait for the reader; a whole number from 1 to 1,048,576, default 1,024.
   * @returns A promise of the messages.
   * @throws {InvalidOptionError} If `topic` is no non-empty string, or `capacity` is out of its bounds.
   */
  async subscribe<T = unknown>(
    topic: string,
    options: { capacity?: number } = {},
  ): Promise<RegistryStream<T>> {
    checkName("subscribe to", topic);
    checkOptionNames<{ capacity?: number }>(
      `Cannot subscribe to "${topic}"`,
      options,
      {
        capacity: true,
      },
    );
    const { capacity = DEFAULT_CAPACITY } = options;
    if (
      !Number.isInteger(capacity) || capacity < 1 || capacity > MAX_CAPACITY
    ) {
      throw new InvalidOptionError(
        `Cannot subscribe to "${topic}" as 'capacity' must be a whole number from 1 to ${MAX_CAPACITY}: current value is ${capacity}`,
        { option: "capacity", value: capacity },
      );
    }
    const source = { kind: "topic", name: topic } as const;
    const stream = new RegistryStream<T>(this.#directory, source, capacity);
    await stream.opened;
    return stream;
  }

  /**
   * Sends a message to all who listen to a topic.
   *
   * @param topic Name of the topic; a non-empty string.
   * @param message Whatever can travel.
   * @returns A promise of how many listen.
   * @throws {DataCloneError} If the message cannot travel.
   * @throws {InvalidOptionError} If `topic` is no non-empty string.
   */
  async publish(topic: string, message: unknown): Promise<number> {
    checkName("publish to", topic);
    return await this.#directory.ask.publish(topic, message);
  }

  /**
   * Stops the registry: its streams end, its names are gone. The actors go on. Idempotent.
   *
   * @returns A promise that resolves at its end; it never rejects.
   */
  async stop(): Promise<void> {
    await this.#directory.stop();
  }

  /** Stops the registry, as {@linkcode Registry.stop} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  static {
    Object.defineProperty(this.prototype, portable, {
      value(this: Registry): PortableData {
        return { kind: "Registry", data: this.#directory };
      },
    });
    definePortable(
      "Registry",
      (data) => new Registry(data as ActorRef<Directory>),
    );
  }
}

function checkName(what: string, name: unknown): void {
  if (typeof name === "string" && name !== "") return;
  throw new InvalidOptionError(
    `Cannot ${what} that name as it must be a non-empty string: current value is ${
      Deno.inspect(name, { depth: 1 })
    }`,
    { option: "name", value: name },
  );
}

function checkRef(what: string, ref: unknown): void {
  if (coreIn(ref) !== undefined) return;
  throw new InvalidOptionError(
    `Cannot ${what} an actor as its ref is needed: current value is ${
      Deno.inspect(ref, { depth: 1 })
    }`,
    { option: "ref", value: ref },
  );
}

function stopping(what: string, ref: ActorRef<unknown>): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot ${what} "${ref.name}" as it is stopping or has stopped: use an actor that runs`,
    { actor: ref.name, safeToRetry: true },
  );
}
