import { deepFreeze } from "../actor/light/deep_freeze.ts";
import type { ActorRef } from "../actor/ref.ts";
import { ActorCrashedError } from "../errors.ts";
import { checkOptionNames, type OptionNames } from "../option_names.ts";
import { isWantedEnd } from "./awaited.ts";
import { checkCapacity, checkText } from "./check_limits.ts";
import type { MapChange } from "./map_change.ts";
import type { Vault } from "./vault.ts";

/** How something is watched. */
export interface WatchingOptions {
  /** Changes that may wait at the Manager for the watcher; a whole number from 1 to 16,777,216, default 1,024. */
  readonly capacity?: number;
  /** Ends the watch: the next read rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Which changes of a map are watched, and how. */
export interface MapWatchOptions extends WatchingOptions {
  /** Only keys that are strings and begin so. Default: all keys. */
  readonly prefix?: string;
}

const NAMES: OptionNames<MapWatchOptions> = {
  capacity: true,
  signal: true,
  prefix: true,
};
/** Batches on their way: what else there is waits at the Manager, where it can be dropped. */
const CREDIT = 2;

/** Checks how a map is watched. */
export function checkWatching(what: string, options: MapWatchOptions): void {
  checkOptionNames<MapWatchOptions>(what, options, NAMES);
  const { capacity = 1, prefix = "" } = options;
  checkCapacity(what, capacity);
  checkText(what, "prefix", prefix);
}

/** The changes of a map in batches; of a Manager that was restarted a snapshot comes again. Ends with the Manager. */
export async function* mapChanges(
  vault: ActorRef<Vault>,
  map: string,
  { prefix = "", capacity = 1_024, signal }: MapWatchOptions,
): AsyncGenerator<MapChange<unknown, unknown>[]> {
  const patient = withCredit(vault, signal);
  for (let began = false;;) {
    try {
      const batches = patient.stream.watch(map, prefix, capacity);
      for await (const batch of batches) {
        began = true;
        yield deepFreeze(batch);
      }
      return;
    } catch (error) {
      if (began && isWantedEnd(error)) return;
      // It was restarted, or is about to be: the next snapshot says what it knows.
      if (!(error instanceof ActorCrashedError)) throw error;
    }
  }
}

/** A ref that reads streams on demand. */
export function withCredit<C>(
  ref: ActorRef<C>,
  signal: AbortSignal | undefined,
): ActorRef<C> {
  return ref.with(
    signal === undefined ? { credit: CREDIT } : { credit: CREDIT, signal },
  );
}
