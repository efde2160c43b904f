import { Refusal } from "../errors.ts";
import { decode, encode } from "../memory/codec.ts";
import { SharedMap } from "../shared/shared_map.ts";
import { struct } from "../shared/struct.ts";
import type { RecordLayout } from "../memory/record.ts";
import type { Effect } from "./effect.ts";
import type { State } from "./state.ts";

/** How much the replica of a map holds: its memory is made when the Manager starts. */
export interface ReplicaOptions {
  /** Most keys at one time, 1 to 4,194,304. */
  readonly capacity: number;
  /**
   * Largest value, in bytes as encoded: a number has 9, a text as many as in UTF-8 and a few.
   *
   * @default {256}
   */
  readonly valueBytes?: number;
  /**
   * Longest key, in bytes of UTF-8.
   *
   * @default {32}
   */
  readonly keyBytes?: number;
}

/** A value of a replica: its bytes as a message has them, and how many they are. */
export interface ReplicaValue {
  /** How many bytes there are. */
  readonly length: "u32";
  /** Room for the largest value. */
  readonly bytes: readonly ["u8", number];
}

/** The memory of a replica, and what fits there. */
export interface ReplicaMemory {
  /** The values by their keys. */
  readonly map: SharedMap<ReplicaValue>;
  /** Largest value, in bytes. */
  readonly valueBytes: number;
  /** Longest key, in bytes. */
  readonly keyBytes: number;
}

/** An effect on one key of a map. */
type KeyEffect = Extract<Effect, readonly ["set" | "delete", ...unknown[]]>;

const encoder = new TextEncoder();

/**
 * Memory for a replica.
 *
 * @throws {InvalidOptionError} If an option is out of its bounds.
 */
export function makeReplica(options: ReplicaOptions): ReplicaMemory {
  const { capacity, valueBytes = 256, keyBytes = 32 } = options;
  const layout: RecordLayout<ReplicaValue> = struct({
    length: "u32",
    bytes: ["u8", valueBytes],
  });
  const map = new SharedMap<ReplicaValue>(layout, { capacity, keyBytes });
  return { map, valueBytes, keyBytes };
}

let scratch: Uint8Array = new Uint8Array(1_024);

/** The value under a key of a replica: what was written last of what was acknowledged, or is about to be. */
export function readReplica(
  map: SharedMap<ReplicaValue>,
  key: string,
): unknown {
  const length = map.get(key, (record) => {
    // It may be of two values, and is read again then: bytes are copied, and nothing is made of them yet.
    const { length, bytes } = record as unknown as {
      length: number;
      bytes: Uint8Array;
    };
    const most = Math.min(length, bytes.length);
    if (scratch.length < most) scratch = new Uint8Array(most);
    if (most <= 32) { for (let i = 0; i < most; i++) scratch[i] = bytes[i]!; }
    else scratch.set(most === bytes.length ? bytes : bytes.subarray(0, most));
    return most;
  });
  return length === undefined ? undefined : decode(scratch, 0, length);
}

/** The replicas of the maps of one Manager, as its actor writes them. */
export class Replicas {
  readonly #memories: ReadonlyMap<string, ReplicaMemory>;

  /** Those in `memories`, by the names of their maps. */
  constructor(memories: Readonly<Record<string, ReplicaMemory>>) {
    this.#memories = new Map(Object.entries(memories));
  }

  /**
   * Has them hold what `state` does.
   *
   * @throws {Refusal} If that does not fit; then nothing was changed.
   */
  follow(state: State): void {
    for (const [name, memory] of this.#memories) {
      const entries = state.maps.get(name);
      for (const [key, { value }] of entries ?? []) {
        checkFits(name, memory, key, value);
      }
      checkRoom(name, memory, entries?.size ?? 0);
    }
    for (const [name, { map }] of this.#memories) {
      const entries = state.maps.get(name);
      for (const [key] of [...map.entries()]) {
        if (entries?.has(key) !== true) map.delete(key);
      }
      for (const [key, { value }] of entries ?? []) {
        publish(map, key as string, value);
      }
    }
  }

  /**
   * Looks whether a write fits, before it is kept.
   *
   * @throws {Refusal} If not.
   */
  check(effects: readonly Effect[], state: State): void {
    if (this.#memories.size === 0) return;
    for (const [name, last] of this.#lastOf(effects)) {
      const memory = this.#memories.get(name)!;
      let size = state.maps.get(name)?.size ?? 0;
      for (const [key, effect] of last) {
        if (state.entry(name, key) !== undefined) size--;
        if (effect[0] !== "set") continue;
        size++;
        checkFits(name, memory, key, effect[3]);
      }
      checkRoom(name, memory, size);
    }
  }

  /** Publishes a write that was done. */
  tell(effects: readonly Effect[]): void {
    if (this.#memories.size === 0) return;
    for (const [name, last] of this.#lastOf(effects)) {
      const { map } = this.#memories.get(name)!;
      // What goes makes the room for what comes.
      for (const [key, effect] of last) {
        if (effect[0] === "delete") map.delete(key as string);
      }
      for (const [key, effect] of last) {
        if (effect[0] === "set") publish(map, key as string, effect[3]);
      }
    }
  }

  /** What a write makes of the keys that it writes, by the names of the maps that have a replica. */
  #lastOf(effects: readonly Effect[]): Map<string, Map<unknown, KeyEffect>> {
    const all = new Map<string, Map<unknown, KeyEffect>>();
    for (const effect of effects) {
      if (effect[0] !== "set" && effect[0] !== "delete") continue;
      const [, name, key] = effect;
      if (!this.#memories.has(name)) continue;
      const last = all.get(name) ?? new Map<unknown, KeyEffect>();
      all.set(name, last.set(key, effect));
    }
    return all;
  }
}

function publish(
  map: SharedMap<ReplicaValue>,
  key: string,
  value: unknown,
): void {
  const { bytes, length } = encode(value);
  map.set(key, { length, bytes: bytes.subarray(0, length) });
}

function checkRoom(
  name: string,
  { map: { capacity } }: ReplicaMemory,
  size: number,
): void {
  if (size <= capacity) return;
  throw new Refusal(
    `Cannot have ${size} keys in "${name}" as its replica is full: current capacity is ${capacity}`,
  );
}

function checkFits(
  name: string,
  { valueBytes, keyBytes }: ReplicaMemory,
  key: unknown,
  value: unknown,
): void {
  const refuse = (why: string): never => {
    throw new Refusal(`Cannot set a key of "${name}" as ${why}`);
  };
  if (typeof key !== "string") {
    return refuse(
      `a key of a map with a replica must be a string: current type is ${typeof key}`,
    );
  }
  const keyLength = encoder.encode(key).length;
  if (keyLength > keyBytes) {
    refuse(
      `its replica has room for keys of ${keyBytes} bytes: current length is ${keyLength}`,
    );
  }
  const { length, attachments } = encode(value);
  if (attachments !== undefined && attachments.length > 0) {
    refuse("its replica cannot have what holds shared memory");
  }
  if (length > valueBytes) {
    refuse(
      `its replica has room for values of ${valueBytes} bytes: current length is ${length}`,
    );
  }
}
