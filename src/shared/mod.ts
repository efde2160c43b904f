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
