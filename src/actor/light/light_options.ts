import type { CheckedOptions } from "../spawn_options.ts";
import type { LightOrder } from "./light_order.ts";

/** What all orders to start an actor say alike. */
type Orders = Pick<
  LightOrder,
  | "initTimeout"
  | "concurrency"
  | "capacity"
  | "stash"
  | "maxBytes"
  | "overflow"
  | "urgent"
  | "redeliver"
  | "dropMail"
  | "checkpointMs"
>;

/** What a light actor's owner keeps of its options, for every start. */
export interface LightOptions {
  /** See {@link LightOrder}; that of the actor before if it says the same, as it mostly does. */
  readonly orders: Orders;
  /** What of its arguments is moved. */
  readonly transfer: readonly Transferable[];
}

/** Those of the actor before. */
let last: LightOptions | undefined;

/** What is kept of `checked`. */
export function lightOptions(checked: CheckedOptions): LightOptions {
  const orders: Orders = {
    initTimeout: checked.initTimeout,
    concurrency: checked.concurrency,
    capacity: checked.capacity,
    stash: checked.stash,
    maxBytes: checked.maxMessageBytes,
    overflow: checked.overflow,
    urgent: checked.urgent,
    redeliver: checked.redeliver,
    dropMail: checked.onRestart === "drop",
    checkpointMs: checked.checkpointMs,
  };
  const { transfer } = checked;
  const alike = last !== undefined && transfer.length === 0 &&
    last.transfer.length === 0 && isAlike(last.orders, orders);
  return alike ? last! : last = { orders, transfer };
}

function isAlike(one: Orders, other: Orders): boolean {
  for (const name in one) {
    if (one[name as keyof Orders] !== other[name as keyof Orders]) return false;
  }
  return true;
}
