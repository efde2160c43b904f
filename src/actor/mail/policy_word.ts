/**
 * How a mailbox takes messages, as one number: for the table of endpoints, and for refs that travel.
 *
 *   bits 0-2   what becomes of a message without room: an index of OVERFLOWS
 *   bit 3      whether urgent messages come before the others
 *   bit 4      whether its actor shares no memory with its senders
 *
 * @module
 */
import { type Overflow, OVERFLOWS } from "../../channel/overflow.ts";

const WITHOUT_ROOM = 7;
const URGENT = 8;
const APART = 16;

/** The number for a mailbox with that policy; `apart` if what its actor is sent must be bytes. */
export function policyWord(
  overflow: Overflow,
  urgent: boolean,
  apart: boolean = false,
): number {
  return OVERFLOWS.indexOf(overflow) | (urgent ? URGENT : 0) |
    (apart ? APART : 0);
}

/** What becomes of a message without room. */
export function overflowOf(word: number): Overflow {
  return OVERFLOWS[word & WITHOUT_ROOM] ?? "wait";
}

/** Whether its actor shares no memory with its senders. */
export function isApart(word: number): boolean {
  return (word & APART) !== 0;
}

/** Whether urgent messages come before the others. */
export function takesUrgent(word: number): boolean {
  return (word & URGENT) !== 0;
}
