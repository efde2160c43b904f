/**
 * How a mailbox takes messages, as one number: for the table of endpoints, and for refs that travel.
 *
 *   bits 0-2   what becomes of a message without room: an index of OVERFLOWS
 *   bit 3      whether urgent messages come before the others
 *
 * @module
 */
import { type Overflow, OVERFLOWS } from "../../channel/overflow.ts";

const URGENT = 8;

/** The number for a mailbox with that policy. */
export function policyWord(overflow: Overflow, urgent: boolean): number {
  return OVERFLOWS.indexOf(overflow) | (urgent ? URGENT : 0);
}

/** What becomes of a message without room. */
export function overflowOf(word: number): Overflow {
  return OVERFLOWS[word & ~URGENT] ?? "wait";
}

/** Whether urgent messages come before the others. */
export function takesUrgent(word: number): boolean {
  return (word & URGENT) !== 0;
}
