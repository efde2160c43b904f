import type { CheckedOptions } from "../spawn_options.ts";

/** What a light actor's owner keeps of its options, for every start. */
export type LightOptions = Pick<
  CheckedOptions,
  | "initTimeout"
  | "concurrency"
  | "capacity"
  | "stash"
  | "maxMessageBytes"
  | "checkpointMs"
  | "overflow"
  | "urgent"
  | "redeliver"
  | "onRestart"
  | "transfer"
>;

/** Those of the actor before. */
let last: LightOptions | undefined;

/** What is kept of `checked`: the same object as for the actor before if its options were the same, as they mostly are. */
export function lightOptions(checked: CheckedOptions): LightOptions {
  if (last !== undefined && isAlike(last, checked)) return last;
  const {
    initTimeout,
    concurrency,
    capacity,
    stash,
    maxMessageBytes,
    checkpointMs,
    overflow,
    urgent,
    redeliver,
    onRestart,
    transfer,
  } = checked;
  return last = {
    initTimeout,
    concurrency,
    capacity,
    stash,
    maxMessageBytes,
    checkpointMs,
    overflow,
    urgent,
    redeliver,
    onRestart,
    transfer,
  };
}

function isAlike(one: LightOptions, other: LightOptions): boolean {
  return one.initTimeout === other.initTimeout &&
    one.concurrency === other.concurrency &&
    one.capacity === other.capacity &&
    one.stash === other.stash &&
    one.maxMessageBytes === other.maxMessageBytes &&
    one.checkpointMs === other.checkpointMs &&
    one.overflow === other.overflow &&
    one.urgent === other.urgent &&
    one.redeliver === other.redeliver &&
    one.onRestart === other.onRestart &&
    one.transfer.length === 0 && other.transfer.length === 0;
}
