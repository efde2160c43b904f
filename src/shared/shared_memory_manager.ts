import { libc } from "../memory/libc.ts";
import { RegionClosedError, RegionError } from "../memory/region_errors.ts";
import { drawRegionName } from "../memory/region_name.ts";
import type { Slot } from "./list_layout.ts";
import { RegionKeeper } from "./region_keeper.ts";
import {
  makeList,
  type SharedList,
  type SharedListOptions,
  type SlotOf,
} from "./shared_list.ts";
import { SharedMemory } from "./shared_memory.ts";

/** How many keepers may die before they know of one region. */
const MAX_KEEPERS = 4;

/**
 * Makes regions that go when it does: Python's `SharedMemoryManager`.
 *
 * - **At the end of its scope** it closes the handles that it gave out and unlinks their regions. What others have open of
 *   them stays, without a name.
 * - **However the program ends,** by `kill -9` as well: a process of its own, the keeper, knows each name before there is a
 *   region of that name, and unlinks them all when the pipe to the program closes. It does not heed Ctrl-C, `SIGTERM` and the
 *   closing of the terminal.
 * - **A keeper that dies,** or does not answer within 30 s and is killed, is replaced when the next region is made, with a
 *   warning on the console the first time; the new one is told of all of them. If the program and its keeper are both killed,
 *   the next program that makes a region unlinks what is left.
 * - **The program may end:** the keeper keeps nothing alive.
 * - **Permissions:** `--allow-ffi`, and `--allow-run` of `Deno.execPath()`, which must be Deno itself.
 *
 * @example Two regions for a scope
 * ```ts
 * import { SharedMemoryManager } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * if (import.meta.main) {
 *   await using scope = await SharedMemoryManager.start();
 *   const list = await scope.list([0, 1, 2, 3]);
 *   const raw = await scope.region(128);
 *   raw.bytes[0] = list.get(3);
 *   assertEquals([raw.size, raw.bytes[0]], [128, 3]);
 * }
 * ```
 */
export class SharedMemoryManager implements AsyncDisposable {
  #keeper: RegionKeeper;
  readonly #regions: SharedMemory[] = [];
  #restarts = 0;
  #ended: Promise<void> | undefined;
  /** The keeper is told of one name after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(keeper: RegionKeeper) {
    this.#keeper = keeper;
  }

  /**
   * Starts one, and its keeper, which takes as long as an empty program of Deno.
   *
   * @returns A promise that rejects with each of the errors below.
   * @throws {RegionError} If the keeper does not come up.
   * @throws {Deno.errors.NotCapable} Without `--allow-run`.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   */
  static async start(): Promise<SharedMemoryManager> {
    libc();
    return new SharedMemoryManager(await RegionKeeper.start());
  }

  /** Number of the keeper's process. */
  get keeperPid(): number {
    return this.#keeper.pid;
  }

  /** How often a keeper died and was replaced. */
  get keeperRestarts(): number {
    return this.#restarts;
  }

  /**
   * Makes a region.
   *
   * @param size Bytes, 1 to 4 GiB.
   * @returns Its handle. Rejects with each of the errors below.
   * @throws {RegionClosedError} If the scope is over.
   * @throws {RegionNoRoomError} If the system has not so much memory for regions.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   * @throws {InvalidOptionError} If `size` is out of bounds.
   */
  region(size: number): Promise<SharedMemory> {
    const made = this.#turn.then(() => this.#make(size));
    this.#turn = made.catch(() => {});
    return made;
  }

  /**
   * Makes a list.
   *
   * @param values What is in its slots.
   * @param options How much room they have.
   * @returns The list. Rejects with each of the errors below.
   * @throws {RegionClosedError} If the scope is over.
   * @throws {InvalidOptionError} If a value is none of those that a slot may hold, or an option is out of bounds.
   * @throws {RegionNoRoomError} If the system has not so much memory for regions.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   */
  list<const T extends readonly Slot[]>(
    values: T,
    options: Pick<SharedListOptions, "reserve"> = {},
  ): Promise<SharedList<{ -readonly [I in keyof T]: SlotOf<T[I]> }>> {
    return makeList(
      values,
      options,
      ({ size }) => this.region(size),
    ) as Promise<
      SharedList<{ -readonly [I in keyof T]: SlotOf<T[I]> }>
    >;
  }

  /** Closes what it gave out, unlinks it, and waits until the keeper has ended. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#ended ??= this.#end();
  }

  async #end(): Promise<void> {
    await this.#turn;
    for (const region of this.#regions) region.close();
    await this.#keeper.end();
    // In case that it was killed.
    const ends = await Promise.allSettled(
      this.#regions.map((region) => region.unlink()),
    );
    // One that the system refuses to unlink leaves no other behind.
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async #make(size: number): Promise<SharedMemory> {
    if (this.#ended !== undefined) {
      throw new RegionClosedError(
        "Cannot make a region as the scope of its manager is over: start another manager",
        { region: "" },
      );
    }
    const name = drawRegionName();
    await this.#note(name);
    const region = await SharedMemory.create({ size, name });
    this.#regions.push(region);
    return region;
  }

  async #note(name: string): Promise<void> {
    for (let tries = 0; tries < MAX_KEEPERS; tries++) {
      if (await this.#keeper.note(name)) return;
      await this.#replaceKeeper();
    }
    throw new RegionError(
      `Cannot make the region "${name}" as its keeper dies again and again: ${MAX_KEEPERS} died before they knew of it`,
      { region: name },
    );
  }

  async #replaceKeeper(): Promise<void> {
    await this.#keeper.end();
    if (this.#restarts++ === 0) {
      // deno-lint-ignore troupe/quiet -- nothing else would tell of it
      console.warn(
        `The keeper of regions died, process ${this.#keeper.pid}: another takes its place`,
      );
    }
    this.#keeper = await RegionKeeper.start();
    for (const { name } of this.#regions) {
      // It died as well: who asked finds it dead.
      if (!await this.#keeper.note(name)) return;
    }
  }
}
