import type { Lost, Refused } from "../../channel/outlet.ts";
import type { Overflow } from "../../channel/overflow.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { DeadLetterReason } from "./dead_letter.ts";
import type { Isolate } from "../thread/isolate.ts";
import { type Address, KIND } from "./protocol.ts";
import { overflowOf } from "./policy_word.ts";
import { coreOf } from "./ref_core.ts";

/** How a lane for mail is made. */
export interface MailOptions {
  /** Messages that may wait in it; the lane's default if there is none. */
  readonly capacityMessages?: number;
  /** What becomes of a message that finds no room. */
  readonly overflow: Overflow;
  /** Told of tells that reach nobody. */
  readonly lost: Lost;
  /** Stops the actor, if its `overflow` says so. */
  readonly onOverflow?: () => void;
}

/** Why such an actor is stopped. */
export const FULL = "mailbox full";
/** How long an actor may take to stop whose mailbox is full, in milliseconds. */
export const STOP_MS = 5_000;

/** How `isolate` makes its lane for mail to `to`: as whoever opened that address wants it. */
export function mailOptions(isolate: Isolate, to: Address): MailOptions {
  const { table, endpoint: from } = isolate;
  const overflow = overflowOf(table.get(to.endpoint, ENDPOINT.POLICY));
  const capacityMessages = table.get(to.endpoint, ENDPOINT.CAPACITY);
  const lost: Lost = ({ kind, a: hash }, refused) => {
    if (kind !== KIND.TELL) return;
    const toName = coreOf(isolate, to)?.name;
    const why = reasonOf(refused, overflow);
    isolate.report({ why, kind: "tell", to: to.endpoint, toName, from, hash });
  };
  const onOverflow = (): void =>
    isolate.post({
      type: "stop",
      address: to,
      reason: FULL,
      drain: false,
      from: -1,
      deadlineMs: STOP_MS,
      asked: true,
    });
  return {
    lost,
    overflow,
    ...(capacityMessages === 0 ? {} : { capacityMessages }),
    ...(overflow === "stop" ? { onOverflow } : {}),
  };
}

/** What a dead letter says of a tell that was refused so. */
export function reasonOf(
  refused: Refused,
  overflow: Overflow,
): DeadLetterReason {
  if (refused === "sealed") return "stopped";
  const drops = overflow === "dropNewest" || overflow === "dropOldest";
  return refused === "overflow" && drops ? "dropped" : "full";
}
