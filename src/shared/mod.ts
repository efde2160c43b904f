/**
 * Data that threads share: numbers, arrays, texts, structs. Each travels inside any message, is atomic where it says so, and costs a
 * memory access to read.
 *
 * | to share                      | use                          | Python's                |
 * |-------------------------------|------------------------------|-------------------------|
 * | one number                    | {@linkcode SharedValue}      | `Value`                 |
 * | many numbers of one kind      | {@linkcode sharedArray}      | `Array`                 |
 * | a text                        | {@linkcode SharedText}       | `Array("c")`            |
 * | records                       | {@linkcode struct}           | `Array(Structure, …)`   |
 * | the latest of a record        | {@linkcode Snapshot}         |                         |
 * | records on their way          | {@linkcode StructRing}       |                         |
 * | records by name               | {@linkcode SharedMap}        |                         |
 * | counters by name              | {@linkcode SharedCounters}   |                         |
 * | many small blocks             | {@linkcode Heap}             | `heap`                  |
 * | memory, with other processes  | {@linkcode SharedMemory}     | `SharedMemory`          |
 * | a list, with other processes  | {@linkcode SharedList}       | `ShareableList`         |
 * | regions for a scope           | {@linkcode SharedMemoryManager} | `SharedMemoryManager` |
 * | a view of a part of a memory  | {@linkcode viewOn}           | a cast of `.buf`        |
 *
 * What is for one owner alone belongs in an actor instead: its state needs no lock, and its messages say what happens.
 *
 * - Methods of values, counters, rings, maps, snapshots and texts are atomic. Fields of structs and elements of arrays are
 *   plain memory: take their lock.
 * - Readers of a `Snapshot`, a `SharedMap` or a `SharedText` never wait for a writer, not even for one that was put off its
 *   core in the middle.
 * - Memory of structs says which fields are in it: another declaration is refused with `LayoutMismatchError`, a view that does
 *   not fit with `ViewRangeError`, which has the bytes needed and available.
 *
 * ## Memory with a name
 *
 * `SharedMemory.create({ size, name })` makes memory that other processes of the same user open by its name:
 * `await SharedMemory.open(name)`. `region.bytes`, `region.view(Float64Array)` and `struct({ … }).on(region)` are views of it.
 *
 * - **Owner:** its creator, whose `await using` unlinks it. Opening owns nothing. The region of a process that ended without
 *   unlinking it, however it did, is unlinked when the next one makes a region (on Linux), unless it was made with `keep: true`.
 * - **No crash:** closing detaches every view before it unmaps the memory, and a region has all of its memory from the
 *   beginning.
 * - **Files:** `SharedMemory.file(path, { size })` is a region that is a file: it lasts, is made whole or not at all, and a
 *   file that is cut or is none is refused with `RegionDamagedError`. `flush()` waits for the disk. It needs `--allow-read`
 *   and `--allow-write` as well.
 * - **Lists:** `SharedList.create(["a", 1, null])` is one of numbers, texts and bytes, which `SharedList.open(name)` opens
 *   elsewhere: Python's `ShareableList`, without its loss of zeros at the end.
 * - **Scopes:** `await using scope = await SharedMemoryManager.start()` makes regions and lists that are gone when the scope
 *   is over or the program ends, also by `kill -9`: a process of its own sees to it, for which it needs `--allow-run`. It
 *   ignores Ctrl-C, and is replaced if it is killed.
 * - **Python** opens it with `SharedMemory(name, track=False)`, and byte 0 is your first one: what the library notes is at the
 *   end. Before Python 3.13 it would unlink what it opens. What Python made can be opened here as well.
 * - **Permission:** `--allow-ffi`, without a list of paths. Tested on Linux; on macOS it was never run; on Windows
 *   `NamedMemoryUnavailableError` says that it is not supported yet.
 * - **Locks and queues between programs:** a region made with `room` (bytes) holds them by name: `Mutex.in(region, "total")`,
 *   `Semaphore.in(region, "slots", 4)`, `Queue.in(region, "jobs", { ack: true })`,
 *   `SharedValue.in(region, "hits", "i64", 0n)`, and so for `RwLock`, `Condition`, `Barrier`, `EventFlag` and `Latch`. Whoever
 *   comes first makes it; who says otherwise how it is made gets a `LayoutMismatchError`. What a process holds that is killed
 *   goes to the next one, with `ownerDied: true`, within 100 ms. On Linux they wait by futex; elsewhere they look every 2 ms.
 *   At most 127 threads of all programs use those of one region. A process that is stopped, and one whose death nobody can see
 *   (another container's), holds what it holds.
 *
 * @example A number and a text that a task changes
 * ```ts
 * import { run, SharedText, SharedValue, task } from "@troupe/actors";
 * import { assertEquals } from "@std/assert";
 *
 * export const modify = task(
 *   import.meta,
 *   "modify",
 *   (count: SharedValue<"i32">, text: SharedText): void => {
 *     count.add(1);
 *     text.update((words) => words.toUpperCase());
 *   },
 * );
 *
 * if (import.meta.main) {
 *   const count = new SharedValue("i32", 41);
 *   const text = new SharedText(32, "hello world");
 *   await run(modify, [count, text]);
 *   assertEquals([count.value, text.value], [42, "HELLO WORLD"]);
 * }
 * ```
 *
 * @module
 */
export { InvalidOptionError } from "../errors.ts";
export type { Kind, NumberOf, ViewClass, Views } from "../memory/kind.ts";
export { LayoutMismatchError } from "../memory/layout_mismatch_error.ts";
export {
  type FieldInit,
  type Fields,
  type FieldSpec,
  type FieldValue,
  type Rec,
  type RecInit,
  RecordLayout,
} from "../memory/record.ts";
export type { FieldPlace, FieldTable } from "../memory/record_fields.ts";
export {
  NamedMemoryUnavailableError,
  RegionClosedError,
  RegionDamagedError,
  RegionError,
  RegionExistsError,
  RegionNoRoomError,
  RegionNotFoundError,
} from "../memory/region_errors.ts";
export type { Region } from "../memory/region_room.ts";
export { type Place, viewOn } from "../memory/view_on.ts";
export { ViewRangeError } from "../memory/view_range_error.ts";
export type { Held } from "../sync/held.ts";
export { Mutex } from "../sync/mutex.ts";
export type { Wait } from "../sync/wait.ts";
export { WaitTimeoutError } from "../sync/wait_timeout_error.ts";
export type { GuardOptions } from "./guard.ts";
export { Heap, type HeapOptions, type HeapUse } from "./heap.ts";
export { type BlockPlace, HeapBlock } from "./heap_block.ts";
export { type Initial, sharedArray } from "./shared_array.ts";
export { MapFullError } from "./map_full_error.ts";
export { SharedCounters } from "./shared_counters.ts";
export { SharedMap, type SharedMapOptions } from "./shared_map.ts";
export type { Slot } from "./list_layout.ts";
export {
  SharedList,
  type SharedListOptions,
  type SlotOf,
} from "./shared_list.ts";
export type {
  FileMemoryOptions,
  OpenMemoryOptions,
  SharedMemoryOptions,
} from "./create_region.ts";
export { SharedMemory } from "./shared_memory.ts";
export { SharedMemoryManager } from "./shared_memory_manager.ts";
export { SharedText } from "./shared_text.ts";
export { type BitsOf, SharedValue } from "./shared_value.ts";
export { Snapshot } from "./snapshot.ts";
export { Struct, struct, type StructRegion } from "./struct.ts";
export { type Rows, StructArray } from "./struct_array.ts";
export { type RingOptions, StructRing } from "./struct_ring.ts";
