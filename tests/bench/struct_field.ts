/**
 * Fields of structs in shared memory.
 *
 * @module
 */
import { type Rec, sharedArray, struct } from "../../mod.ts";
import {
  type Effort,
  expectResult,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

/** How many bodies are moved in a sweep. */
const BODIES = 1_000;
/** Fields that moving one body reads or writes: three places and three speeds are read, three places written. */
const ACCESSES = 9;
/** Numbers of a body, in the order of {@linkcode BODY}. */
const NUMBERS = 6;

const FIELDS = {
  x: "f64",
  y: "f64",
  z: "f64",
  vx: "f64",
  vy: "f64",
  vz: "f64",
} as const;
const BODY = struct(FIELDS);

/** Sweeps of one stretch of work, some 3 ms: the machine leaves one of them alone. */
const SWEEPS = 1_000;

function stretchesOf({ quick }: Effort): number {
  return quick ? 10 : 50;
}

/** Moves every body once, so many times. */
function moveStructs(
  bodies: readonly Rec<typeof FIELDS>[],
  sweeps: number,
): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let i = 0; i < BODIES; i++) {
      const body = bodies[i]!;
      body.x += body.vx;
      body.y += body.vy;
      body.z += body.vz;
    }
  }
}

/** The same with an array of numbers and their places in it. */
function moveNumbers(numbers: Float64Array, sweeps: number): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let i = 0; i < BODIES; i++) {
      const at = i * NUMBERS;
      numbers[at]! += numbers[at + 3]!;
      numbers[at + 1]! += numbers[at + 4]!;
      numbers[at + 2]! += numbers[at + 5]!;
    }
  }
}

/** The same with an array for each field. */
function moveColumns(columns: readonly Float64Array[], sweeps: number): void {
  const [x, y, z, vx, vy, vz] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let i = 0; i < BODIES; i++) {
      x[i]! += vx[i]!;
      y[i]! += vy[i]!;
      z[i]! += vz[i]!;
    }
  }
}

/** A trial that measures the fastest of many stretches of `sweep`; `total` is where the last body is. */
function open(
  effort: Effort,
  sweep: (sweeps: number) => void,
  total: () => number,
): Trial {
  const stretches = stretchesOf(effort);
  let done = 0;
  return {
    round() {
      let ms = Infinity;
      for (let i = 0; i < stretches; i++) {
        const start = performance.now();
        sweep(SWEEPS);
        ms = Math.min(ms, performance.now() - start);
        done += SWEEPS;
      }
      expectResult("the place of the last body", total(), done * 6);
      return Promise.resolve(ms * 1e6 / (SWEEPS * BODIES * ACCESSES));
    },
    close() {},
  };
}

/** Reads and writes of numbers in structs. */
export const structField: Subject = {
  name: "struct-field",
  about: "reads and writes of f64 fields of 1,000 structs in shared memory",
  unit: "ns",
  better: "lower",
  ours: {
    open: (effort) => {
      const start = { x: 0, y: 0, z: 0, vx: 1, vy: 2, vz: 3 };
      const bodies = BODY.array(
        Array.from({ length: BODIES }, () => start),
        { lock: false },
      );
      const records = [...bodies];
      return open(effort, (sweeps) => moveStructs(records, sweeps), () => {
        const { x, y, z } = bodies.at(BODIES - 1);
        return x + y + z;
      });
    },
  },
  peers: [
    {
      name: "a Float64Array for each field",
      bar: ratioAtMost(1.5, "≤ 1.5"),
      contender: {
        open: (effort) => {
          const columns = [0, 0, 0, 1, 2, 3].map((start) =>
            sharedArray(Float64Array, BODIES).fill(start)
          );
          return open(effort, (sweeps) => moveColumns(columns, sweeps), () => {
            const [x, y, z] = columns.map((column) => column[BODIES - 1]!);
            return x! + y! + z!;
          });
        },
      },
    },
    {
      name: "one Float64Array, places by hand",
      bar: ratioAtMost(1.5, "≤ 1.5"),
      contender: {
        open: (effort) => {
          const numbers = sharedArray(Float64Array, BODIES * NUMBERS);
          for (let i = 0; i < numbers.length; i++) {
            numbers[i] = Math.max(i % NUMBERS - 2, 0);
          }
          const last = (BODIES - 1) * NUMBERS;
          return open(
            effort,
            (sweeps) => moveNumbers(numbers, sweeps),
            () => numbers[last]! + numbers[last + 1]! + numbers[last + 2]!,
          );
        },
      },
    },
  ],
};
