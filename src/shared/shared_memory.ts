import type { ViewClass } from "../memory/kind.ts";
import { LayoutMismatchError } from "../memory/layout_mismatch_error.ts";
import {
  type Mapped,
  notFound,
  openMapped,
  unlinkMapped,
} from "../memory/mapped.ts";
import {
  isFileName,
  openMappedFile,
  removeRegionFile,
} from "../memory/mapped_file.ts";
import {
  definePortable,
  portable,
  type PortableData,
} from "../memory/portable.ts";
import {
  RegionClosedError,
  RegionNoRoomError,
} from "../memory/region_errors.ts";
import { checkRegionName } from "../memory/region_name.ts";
import { ownProcess } from "../memory/region_owner.ts";
import {
  giveRoom,
  type Region,
  type RegionRoom,
} from "../memory/region_room.ts";
import {
  claimLayout,
  hasLayout,
  layoutText,
  setOwner,
} from "../memory/region_tail.ts";
import { viewOn } from "../memory/view_on.ts";
import {
  checkOpen,
  createRegion,
  type FileMemoryOptions,
  openMade,
  type OpenMemoryOptions,
  openOrMakeFile,
  type SharedMemoryOptions,
} from "./create_region.ts";
import type { StructRegion } from "./struct.ts";

/** Of each region that came in a message, or went in one, the handle of this thread. */
const known: Map<number, WeakRef<SharedMemory>> = new Map();
const forgotten: FinalizationRegistry<number> = new FinalizationRegistry(
  (identity) => {
    if (known.get(identity)?.deref() === undefined) known.delete(identity);
  },
);

/** Set by the class below: a handle of a region that is mapped. */
let handleOf: (mapped: Mapped, isOwner: boolean) => SharedMemory;
/** Set by the class below: what a handle becomes in a message. */
let travel: (region: SharedMemory) => PortableData;

/**
 * Memory that every process of the machine may open by its name: Python's `SharedMemory`.
 *
 * - **Owned by its creator,** whose `await using` closes and unlinks it. Who opens it owns nothing: closing that handle, or
 *   ending, leaves the region to the others.
 * - **Swept:** the region of a process that died is unlinked when another one makes its first region (on Linux), unless it was
 *   made to be kept. A {@linkcode SharedMemoryManager} does not leave it until then.
 * - **No crash:** {@linkcode close} detaches every view. Elements read from one later are `undefined`, methods throw a
 *   `TypeError`.
 * - **Plain memory:** `Atomics` are atomic between processes on views of it; to wait on it (`Atomics.wait`) is not possible.
 * - **Locks:** with `room`, `Mutex.in(region, "name")` and its like make locks that processes share, by name.
 * - **For others too:** byte 0 is yours, what the library notes lies behind the last one. Python maps it by its name, with
 *   `SharedMemory(name)`, and what Python made is opened here.
 * - **Travels** in any message to a thread, as a handle of the same region: one for each thread, which opens it by its name.
 *   Who is last to use it there may close it; otherwise it stays mapped until the program ends. Views of it arrive as copies.
 * - **Private:** only processes of the same user may open it (mode 0600).
 * - **In tests:** the first region of a thread opens the system's library, which stays open. Where Deno looks for what a test
 *   leaves open, make one before the first test.
 * - **Permissions:** `--allow-ffi`. **Systems:** Linux, tested; macOS, as its manuals say; Windows: not yet.
 *
 * @example Two handles of one region
 * ```ts
 * import { SharedMemory } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * if (import.meta.main) {
 *   await using region = await SharedMemory.create({ size: 48 });
 *   region.view(BigInt64Array).set([1n, 1n, 2n, 3n, 5n, 8n]);
 *
 *   // As another process does, which got the name.
 *   const guest = await SharedMemory.open(region.name);
 *   guest.view(BigInt64Array)[5] = 888n;
 *   guest.close();
 *   assertEquals(region.view(BigInt64Array)[5], 888n);
 * }
 * ```
 */
export class SharedMemory implements AsyncDisposable, StructRegion, Region {
  /** Its name, for {@linkcode SharedMemory.open}. */
  readonly name: string;
  /** Its bytes: as many as were asked for, however much memory the system takes for them. */
  readonly size: number;
  /** Whether disposing this handle unlinks the region. */
  readonly isOwner: boolean;
  readonly #mapped: Mapped;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  static {
    handleOf = (mapped, isOwner) => new SharedMemory(mapped, isOwner);
    travel = (region) => {
      region.#mustBeOpen("send");
      const identity = region.#mapped.facts?.identity ?? 0;
      if (identity !== 0 && isGone(identity)) note(identity, region);
      return { kind: "SharedMemory", data: [region.name, identity] };
    };
  }

  private constructor(mapped: Mapped, isOwner: boolean) {
    this.#mapped = mapped;
    this.name = mapped.name;
    this.size = mapped.buffer.byteLength;
    this.isOwner = isOwner;
    giveRoom(this, () => this.#room());
  }

  /**
   * Makes a region, all zeros. Its memory is taken at once, so that no write fails later; that takes up to a
   * second for each gigabyte, off this thread.
   *
   * @param options How large, and under what name.
   * @returns Its handle. Rejects with each of the errors below; nothing is left then.
   * @throws {RegionExistsError} If there is one of that name, which stays as it is.
   * @throws {RegionNoRoomError} If the system has not so much memory for regions.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  static create(options: SharedMemoryOptions): Promise<SharedMemory> {
    return createRegion(options).then(({ mapped, isOwner }) =>
      handleOf(mapped, isOwner)
    );
  }

  /**
   * Opens a region that is a file, and makes the file first if there is none and a size is given.
   *
   * - **Lasting:** what is written is there for who opens it next, also when this program is killed; after {@link flush} also when
   *   the machine is. Nobody owns it: {@link unlink} removes the file.
   * - **Whole or not at all:** a new file has its name only when it has all its bytes on the disk; until then it is
   *   beside it, as `.troupe_part` and `.troupe_lock`. What one that was killed leaves there, the next one takes away.
   * - **Locks** in its room are free when nobody has it open, with `ownerDied` if they were held.
   * - **Do not cut** the file while somebody has it open: the system ends a program that touches what is missing.
   * - **Permissions:** `--allow-ffi`, and `--allow-read` and `--allow-write` for the file; to make it, for its folder.
   *
   * @param path Its path, or its URL.
   * @param options How large it is to be, and what must be in it.
   * @returns A handle whose name is the whole path. Rejects with each of the errors below, and what Deno says of the file.
   * @throws {RegionNotFoundError} If there is no such file and no `size`.
   * @throws {RegionDamagedError} If the file is no region, or not all of one. It stays as it is.
   * @throws {LayoutMismatchError} If it has another size, or another layout is in it.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  static async file(
    path: string | URL,
    options: FileMemoryOptions = {},
  ): Promise<SharedMemory> {
    const region = handleOf(await openOrMakeFile(path, options), false);
    try {
      const { size = region.size, layout } = options;
      if (size !== region.size) {
        throw new LayoutMismatchError(
          `Cannot use the region "${region.name}" as one of ${size} bytes as it has another size: current size is ${region.size}`,
          { expected: `${size} bytes`, actual: `${region.size} bytes` },
        );
      }
      if (layout !== undefined) region.claimLayout(layout);
      return region;
    } catch (error) {
      region.close();
      throw error;
    }
  }

  /**
   * Opens a region.
   *
   * @param name Its name.
   * @param options What must be in it.
   * @returns A handle of its own. Rejects with each of the errors below.
   * @throws {RegionNotFoundError} If there is none of that name.
   * @throws {LayoutMismatchError} If another layout is in it, or none.
   * @throws {NamedMemoryUnavailableError} Without `--allow-ffi`, and on Windows.
   * @throws {InvalidOptionError} If an option is out of bounds.
   */
  static async open(
    name: string,
    options: OpenMemoryOptions = {},
  ): Promise<SharedMemory> {
    checkOpen(name, options);
    const { layout, own = false } = options;
    const region = handleOf(await openMade(name), own);
    try {
      if (layout !== undefined) region.#mustHave(layout);
      const { tail } = region.#mapped;
      if (own && tail !== undefined) setOwner(tail, ownProcess());
      return region;
    } catch (error) {
      region.close();
      throw error;
    }
  }

  /**
   * Its bytes.
   *
   * @throws {RegionClosedError} If this handle was closed.
   */
  get bytes(): Uint8Array<ArrayBuffer> {
    this.#mustBeOpen("look into");
    return this.#bytes ??= new Uint8Array(this.#mapped.buffer);
  }

  /**
   * Its memory. A buffer that is transferred elsewhere is out of the reach of {@link close}: it stays mapped until the
   * program ends.
   *
   * @throws {RegionClosedError} If this handle was closed.
   */
  get buffer(): ArrayBuffer {
    return this.bytes.buffer;
  }

  /** Whether this handle was closed. */
  get closed(): boolean {
    return this.#mapped.closed;
  }

  /**
   * The fingerprint of the layout of what is in it; empty if nobody claimed one. Of a long one the first 448 bytes.
   *
   * @throws {RegionClosedError} If this handle was closed.
   */
  get layout(): string {
    this.#mustBeOpen("look into");
    const { tail } = this.#mapped;
    return tail === undefined ? "" : layoutText(tail);
  }

  #room(): RegionRoom {
    this.#mustBeOpen("use locks of");
    const { room } = this.#mapped;
    if (room !== undefined) return room;
    throw new RegionNoRoomError(
      `Cannot use locks of the region "${this.name}" as it has no room for them: make it with "room", such as 65_536 bytes`,
      { region: this.name },
    );
  }

  /**
   * A genuine typed array over a part of it.
   *
   * @param View Its class: `Int32Array`, `Float64Array`, …
   * @param length How many elements; as many as fit by default.
   * @param byteOffset Where it begins; 0 by default.
   * @throws {ViewRangeError} If it does not fit; the error has the bytes needed and available.
   * @throws {InvalidOptionError} If the offset is not a multiple of the size of an element.
   * @throws {RegionClosedError} If this handle was closed.
   */
  view<V>(View: ViewClass<V>, length?: number, byteOffset: number = 0): V {
    const place = { byteOffset, ...(length !== undefined && { length }) };
    return viewOn(View, this.bytes, place);
  }

  /**
   * Notes the layout of what is in the region, if none is noted: `struct().on(region)` does. A region that another program made
   * has no place for it.
   *
   * @throws {LayoutMismatchError} If another one is noted.
   * @throws {RegionClosedError} If this handle was closed.
   */
  claimLayout(fingerprint: string): void {
    this.#mustBeOpen("claim");
    const { tail } = this.#mapped;
    if (tail !== undefined && !claimLayout(tail, fingerprint)) {
      throw this.#mismatch(fingerprint);
    }
  }

  /**
   * Writes what is in the region of a {@link file} to its disk; of another region, does nothing.
   *
   * @returns A promise that rejects with each of the errors below.
   * @throws {RegionClosedError} If this handle was closed.
   * @throws {RegionError} If the system refuses.
   */
  async flush(): Promise<void> {
    this.#mustBeOpen("flush");
    if (isFileName(this.name)) await this.#mapped.flush();
  }

  /** Gives up this handle and detaches every view of it; the region stays. Does nothing the second time. */
  close(): void {
    this.#mapped.close();
  }

  /**
   * Takes the name from the region: nobody can open it any more. Who has it open keeps it, and the memory is given back when
   * the last one closes it. Does nothing if it has no name any more, or if another region has it now; works on a closed handle.
   *
   * @returns A promise that rejects with each of the errors below.
   * @throws {RegionError} If the system refuses.
   */
  unlink(): Promise<void> {
    return Promise.try(async () => {
      if (isFileName(this.name)) await removeRegionFile(this.name);
      else unlinkMapped(this.name, this.#mapped.facts?.identity);
    });
  }

  /** Closes this handle, and unlinks the region if the handle owns it. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return this.isOwner ? this.unlink() : Promise.resolve();
  }

  #mustBeOpen(what: string): void {
    if (!this.#mapped.closed) return;
    throw new RegionClosedError(
      `Cannot ${what} the region "${this.name}" as this handle was closed: open it again`,
      { region: this.name },
    );
  }

  #mustHave(layout: string): void {
    const { tail } = this.#mapped;
    if (tail === undefined || !hasLayout(tail, layout)) {
      throw this.#mismatch(layout);
    }
  }

  #mismatch(expected: string): LayoutMismatchError {
    const actual = this.layout;
    return new LayoutMismatchError(
      `Cannot use the region "${this.name}" as "${expected}" as its layout is ${
        actual === "" ? "not known" : "another one"
      }: current layout is "${actual}"; both sides must declare the same`,
      { expected, actual },
    );
  }
}

function show(this: SharedMemory): string {
  const { closed, name, size } = this;
  return `SharedMemory ("${name}", ${size} bytes${closed ? ", closed" : ""})`;
}

for (
  const [key, value] of [
    [Symbol.for("Deno.customInspect"), show],
    ["toString", show],
    [portable, function (this: SharedMemory): PortableData {
      return travel(this);
    }],
  ] as const
) {
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(SharedMemory.prototype, key, { ...hidden, value });
}

function isGone(identity: number): boolean {
  return known.get(identity)?.deref()?.closed ?? true;
}

function note(identity: number, region: SharedMemory): void {
  known.set(identity, new WeakRef(region));
  forgotten.register(region, identity);
}

/** The region that a message means: the handle that this thread has, or a new one. */
function revive(data: unknown): SharedMemory {
  const [name, identity] = Array.isArray(data) ? data : [];
  if (!isFileName(name)) checkRegionName("open the region of a message", name);
  const handle = known.get(identity)?.deref();
  if (handle?.closed === false) return handle;
  const mapped = isFileName(name) ? openMappedFile(name) : openMapped(name);
  if (mapped === undefined) throw notFound(name);
  if ((mapped.facts?.identity ?? 0) !== identity) {
    mapped.close();
    throw notFound(name);
  }
  const region = handleOf(mapped, false);
  if (identity !== 0) note(identity, region);
  return region;
}

definePortable("SharedMemory", revive);
