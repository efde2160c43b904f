/**
 * Fields of structs in shared memory.
 *
 * @module
 */
import { type Rec, sharedArray, struct } from "../../mod.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
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

/** Calls of one stretch of work, some 3 ms: the machine leaves one of them alone. */
const CALLS = 100;
/**
 * Sweeps of one call. Few, so that the engine compiles each contender as a function that is called often: what it compiles in
 * the middle of one long loop may be half as fast, of one contender and not of another.
 */
const SWEEPS = 10;

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

/** The same with a typed array for each body: the same loop over the same memory. */
function moveViews(bodies: readonly Float64Array[], sweeps: number): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let i = 0; i < BODIES; i++) {
      const body = bodies[i]!;
      body[0]! += body[3]!;
      body[1]! += body[4]!;
      body[2]! += body[5]!;
    }
  }
}

/** The same with an array of numbers and their places in it, for which no body is looked up. */
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

/** The same with an array for each field, which is another memory: one place is good for six accesses. */
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
        for (let call = 0; call < CALLS; call++) sweep(SWEEPS);
        ms = Math.min(ms, performance.now() - start);
        done += CALLS * SWEEPS;
      }
      expectResult("the place of the last body", total(), done * 6);
      return Promise.resolve(ms * 1e6 / (CALLS * SWEEPS * BODIES * ACCESSES));
    },
    close() {},
  };
}

/** Memory of bodies that are where {@linkcode structField} begins. */
function numbersOfAll(): Float64Array {
  const numbers = sharedArray(Float64Array, BODIES * NUMBERS);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = Math.max(i % NUMBERS - 2, 0);
  }
  return numbers;
}

function lastOf(numbers: Float64Array): number {
  const last = (BODIES - 1) * NUMBERS;
  return numbers[last]! + numbers[last + 1]! + numbers[last + 2]!;
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
      name: "a Float64Array for each body",
      bar: ratioAtMost(1.5, "≤ 1.5"),
      contender: {
        open: (effort) => {
          const numbers = numbersOfAll();
          const bodies = Array.from(
            { length: BODIES },
            (_, i) => numbers.subarray(i * NUMBERS, (i + 1) * NUMBERS),
          );
          return open(
            effort,
            (sweeps) => moveViews(bodies, sweeps),
            () => lastOf(numbers),
          );
        },
      },
    },
    // What a loop costs that looks no body up: the strictest reading of the bar. A program that sweeps over numbers alone
    // has `sharedArray` for it.
    {
      name: "one Float64Array, no bodies",
      bar: ratioAtMost(1.5, "≤ 1.5"),
      contender: {
        open: (effort) => {
          const numbers = numbersOfAll();
          return open(
            effort,
            (sweeps) => moveNumbers(numbers, sweeps),
            () => lastOf(numbers),
          );
        },
      },
    },
    {
      name: "a Float64Array for each field",
      bar: NO_BAR,
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
  ],
};
