/**
 * What threads share: the codec of messages, lanes of records, handles that travel, the table of addresses, and the one
 * door to atomics. For authors of transports, of handles and of tests; actors need none of it.
 *
 * | to                                           | use                                            |
 * |----------------------------------------------|------------------------------------------------|
 * | turn a value into bytes and back             | {@linkcode encode}, {@linkcode decode}         |
 * | turn an error into plain data and back       | {@linkcode errorToWire}, {@linkcode errorFromWire} |
 * | let objects of a class travel as handles     | {@linkcode portable}, {@linkcode definePortable} |
 * | send records from one thread to another      | {@linkcode createLane}, {@linkcode LaneWriter}, {@linkcode LaneReader} |
 * | read the counters of a system's actors       | {@linkcode EndpointTable}, {@linkcode ENDPOINT} |
 * | stand between code and its atomics in a test | {@linkcode useModel}                           |
 *
 * Nothing here waits: a lane that is full or empty says so. What waits and wakes is in `@troupe/actors/channel`.
 *
 * @example A record through a lane
 * ```ts
 * import {
 *   createLane,
 *   decode,
 *   encode,
 *   LaneReader,
 *   LaneWriter,
 * } from "@troupe/actors/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const memory = createLane({ from: 1, to: 2 });
 * const writer = new LaneWriter(memory);
 * const reader = new LaneReader(memory, 0);
 * reader.adopt("skip");
 *
 * const { bytes, length } = encode(new Map([["answer", 42n]]));
 * assertEquals(writer.tryWrite(1, 0, 0, 0, 0, 0, bytes, length), "written");
 *
 * assertEquals(reader.take(), "taken");
 * const value = decode(reader.bytes, reader.start, reader.end);
 * assertEquals(value, new Map([["answer", 42n]]));
 * assertEquals(reader.done(), "done");
 * ```
 *
 * @example A handle that travels
 * ```ts
 * import {
 *   decode,
 *   definePortable,
 *   encode,
 *   portable,
 *   type PortableData,
 * } from "@troupe/actors/memory";
 * import { assertEquals } from "@std/assert";
 *
 * class Tally {
 *   constructor(readonly name: string) {}
 *   [portable](): PortableData {
 *     return { kind: "tally", data: this.name };
 *   }
 * }
 * definePortable("tally", (data) => new Tally(String(data)));
 *
 * const { bytes, length } = encode([new Tally("votes")]);
 * assertEquals(decode(bytes, 0, length), [new Tally("votes")]);
 * ```
 *
 * @module
 */
export {
  errorFromWire,
  errorToWire,
  isWireError,
  MAX_ERROR_TEXT,
  registerError,
  WIRE_MARK,
  type WireError,
} from "../error_wire.ts";
export {
  DataCloneError,
  DecodeError,
  InvalidOptionError,
  Refusal,
  RemoteError,
  ThreadLimitError,
  TroupeError,
  UnknownHandleError,
} from "../errors.ts";
export {
  type Cells,
  useModel,
  type WaitAsyncResult,
  type Words,
} from "./cells.ts";
export { decode } from "./decode.ts";
export {
  encode,
  encodeArguments,
  type Encoded,
  type EncodeOptions,
} from "./encode.ts";
export { ENDPOINT, EndpointTable, MAX_ENDPOINTS, STATE } from "./endpoints.ts";
export { createLane, laneDepth, type LaneOptions, sealLane } from "./lane.ts";
export { LaneReader } from "./lane_reader.ts";
export { LaneWriter } from "./lane_writer.ts";
export {
  ENDPOINT_TABLE,
  ENDPOINT_USED,
  LANE,
  LANE_POSITION,
  LANE_READ,
  LANE_RECORD,
  LANE_WRITE,
  LAYOUT_VERSION,
} from "./layout.ts";
export {
  type FieldInit,
  type Fields,
  type FieldSpec,
  type FieldValue,
  type Rec,
  type RecInit,
  RecordLayout,
} from "./record.ts";
export { viewsOf } from "./record_accessors.ts";
export {
  type FieldPlace,
  type FieldTable,
  parseFingerprint,
} from "./record_fields.ts";
export type { Kind, NumberOf, ViewClass, Views } from "./kind.ts";
export {
  definePortable,
  type Loss,
  type Portable,
  portable,
  type PortableData,
} from "./portable.ts";
