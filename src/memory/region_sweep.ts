/**
 * Regions whose owners died without taking them along.
 *
 * @module
 */
import { cString, libc } from "./libc.ts";
import { factsIn, identityOf } from "./mapped.ts";
import { isRegionName } from "./region_name.ts";
import { mayLive } from "./region_owner.ts";

const RDWR = 2;
/** Alone, or not at all. */
const LOCK_NOW = 6;
/** Where the name lies in an entry of a folder. */
const NAME_AT = 19;

/**
 * Unlinks the regions of owners that are dead. What others have mapped of them stays as it is, without a name.
 *
 * - **Ours alone:** a region without a tail was made by another program and stays; so does one that has no owner, or one whose
 *   owner has its number in another space, as that of another container.
 * - **Two at once** do no harm: who unlinks a region has it locked, and has looked whether it has the name still.
 * - **On Linux:** macOS has no list of names.
 *
 * @returns The names of those that it unlinked.
 */
export function sweepRegions(): string[] {
  return regionNames().filter(sweepOne);
}

/** The names that there are; none on macOS. */
function regionNames(): string[] {
  const { linux } = libc();
  const folder = linux?.opendir(cString("/dev/shm")) ?? null;
  if (linux === undefined || folder === null) return [];
  const names: string[] = [];
  for (;;) {
    const entry = linux.readdir(folder);
    if (entry === null) break;
    names.push(new Deno.UnsafePointerView(entry).getCString(NAME_AT));
  }
  linux.closedir(folder);
  return names.filter(isRegionName);
}

function sweepOne(name: string): boolean {
  const { all, linux } = libc();
  const path = cString(`/${name}`);
  const file = linux!.shm_open(path, RDWR, 0);
  if (file < 0) return false;
  try {
    const facts = factsIn(file);
    if (facts === undefined || mayLive(facts.owner)) return false;
    // Who else sweeps it now unlinks it; afterwards the name may be another one's.
    if (all.flock(file, LOCK_NOW) !== 0) return false;
    return identityOf(name) === facts.identity && all.shm_unlink(path) === 0;
  } finally {
    all.close(file);
  }
}
