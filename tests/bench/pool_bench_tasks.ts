/** What pools are measured with. */
import { type Task, task } from "../../mod.ts";

/** Next to nothing. */
export const square: Task<[number], number> = task(
  import.meta,
  "square",
  (x: number) => x * x,
);

/** Computes for so many rounds. */
export const crunch: Task<[number], number> = task(
  import.meta,
  "crunch",
  (rounds: number) => {
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += i % 7;
    return sum;
  },
);
