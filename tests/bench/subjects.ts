/**
 * All subjects, and how they are chosen.
 *
 * @module
 */
import { askHot } from "./ask_hot.ts";
import { askParked } from "./ask_parked.ts";
import { broadcasts } from "./broadcasts.ts";
import { channelSubjects } from "./channels.ts";
import { counter } from "./counter.ts";
import { frames } from "./frames.ts";
import { lightSubjects } from "./light.ts";
import { lockSubjects } from "./locks.ts";
import { managerSubjects } from "./managers.ts";
import { poolSubjects } from "./pool.ts";
import { mainStall } from "./main_stall.ts";
import { processSubjects } from "./processes.ts";
import { queueSubjects } from "./queue.ts";
import { recovery } from "./recovery.ts";
import { regionLockSubjects } from "./region_locks.ts";
import { regionSubjects } from "./regions.ts";
import { startsCold } from "./start_cold.ts";
import { startWarm } from "./start_warm.ts";
import { structField } from "./struct_field.ts";
import type { Subject } from "./subject.ts";
import { tell } from "./tell.ts";

/** Every subject, in the order it is measured and printed. */
export const SUBJECTS: readonly Subject[] = [
  askHot,
  askParked,
  tell,
  startWarm,
  ...startsCold,
  recovery,
  mainStall,
  counter,
  structField,
  ...lightSubjects("local"),
  ...lightSubjects("shared"),
  ...lockSubjects,
  ...managerSubjects,
  ...poolSubjects,
  ...processSubjects,
  ...regionSubjects,
  ...regionLockSubjects,
  ...queueSubjects,
  ...channelSubjects,
  frames,
  broadcasts,
];

/** A name on the command line is no subject's. */
export class UnknownSubjectError extends Error {
  /** See {@linkcode Error.name}. */
  override readonly name: string = "UnknownSubjectError";
}

/**
 * The subjects of these names, in the order of `all`, each once; no name is all of them.
 *
 * @param names As given on the command line.
 * @param all What there is to choose from.
 * @throws {UnknownSubjectError} If a name is no subject's; it lists those there are.
 */
export function selectSubjects(
  names: readonly string[],
  all: readonly Subject[] = SUBJECTS,
): readonly Subject[] {
  const unknown = names.find((name) => all.every((one) => one.name !== name));
  if (unknown !== undefined) {
    throw new UnknownSubjectError(
      `Cannot measure "${unknown}" as there is no such subject: choose from ${
        all.map(({ name }) => name).join(", ")
      }`,
    );
  }
  return names.length === 0
    ? all
    : all.filter(({ name }) => names.includes(name));
}
