/**
 * Memory that has a name, beside Python's `shared_memory`.
 *
 * @module
 */
import { SharedList, SharedMemory } from "../../mod.ts";
import { python } from "./python.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  ratioAtMost,
  type Subject,
} from "./subject.ts";

const BYTES = 4_096;
/** Slots of the list: what is read and written is the number in the third. */
const VALUES = ["howdy", -273.154, 100, null, true] as const;
const NUMBER_AT = 2;

function regionsOf({ quick }: Effort): number {
  return quick ? 300 : 2_000;
}

function accessesOf({ quick }: Effort): number {
  return quick ? 20_000 : 200_000;
}

const region: Subject = {
  name: "region",
  about: "a named region of 4 KiB is made, opened by its name and unlinked",
  unit: "µs",
  better: "lower",
  ours: {
    open: (effort) => ({
      async round() {
        const count = regionsOf(effort);
        const start = performance.now();
        for (let i = 0; i < count; i++) {
          const owner = await SharedMemory.create({ size: BYTES });
          const guest = await SharedMemory.open(owner.name);
          guest.close();
          await owner[Symbol.asyncDispose]();
        }
        return (performance.now() - start) * 1e3 / count;
      },
      close() {},
    }),
  },
  peers: [{
    name: "Python's SharedMemory",
    // It reserves no memory, and asks nobody whether the name is still its own.
    bar: NO_BAR,
    contender: python("region", regionsOf),
  }],
};

/** A subject of the list's: `access` is done so many times, and gives what the slot holds in the end. */
function listSubject(
  name: "list-get" | "list-set",
  about: string,
  access: (
    list: SharedList<[string, number, number, null, boolean]>,
    count: number,
  ) => number,
): Subject {
  return {
    name,
    about,
    unit: "ns",
    better: "lower",
    ours: {
      async open(effort) {
        const count = accessesOf(effort);
        const list = await SharedList.create(VALUES);
        return {
          round() {
            list.set(NUMBER_AT, count - 1);
            const start = performance.now();
            const last = access(list, count);
            const ms = performance.now() - start;
            expectResult("the slot", last, count - 1);
            return Promise.resolve(ms * 1e6 / count);
          },
          close: () => list[Symbol.asyncDispose](),
        };
      },
    },
    peers: [{
      name: "Python's ShareableList",
      bar: ratioAtMost(1 / 10, "at most 1/10"),
      contender: python(name, accessesOf),
    }],
  };
}

/** Regions and lists in them. */
export const regionSubjects: readonly Subject[] = [
  region,
  listSubject("list-get", "a number of a named list is read", (list, count) => {
    let last = 0;
    for (let i = 0; i < count; i++) last = list.get(NUMBER_AT);
    return last;
  }),
  listSubject(
    "list-set",
    "a number of a named list is written",
    (list, count) => {
      for (let i = 0; i < count; i++) list.set(NUMBER_AT, i);
      return list.get(NUMBER_AT);
    },
  ),
];
