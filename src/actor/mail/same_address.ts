import type { Address } from "./protocol.ts";

/** Whether two addresses are of the same actor. */
export function isSameAddress(one: Address, other: Address): boolean {
  return one.endpoint === other.endpoint && one.life === other.life &&
    one.local === other.local;
}
