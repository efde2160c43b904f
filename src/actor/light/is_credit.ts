import { KIND } from "../mail/protocol.ts";
import { LIGHT_OP } from "./light_control.ts";

/** Whether a record says that messages were dealt with. */
export function isCredit(kind: number, op: number): boolean {
  return kind === KIND.LIGHT &&
    (op === LIGHT_OP.CREDIT || op === LIGHT_OP.CREDIT_URGENT);
}
