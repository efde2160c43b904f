/**
 * Orders about streams, between threads: records of the kind `STREAM`, whose first word says which and whose fourth is
 * the number of the stream, given by who reads it.
 *
 *   word      from → to           value                     answer
 *   CREDIT    reader → producer   []; `b` more elements     none
 *   CLOSE     reader → producer   []; `b` is the ask        [error or null], when its `finally` has run
 *   ELEMENT   producer → reader   the element               none
 *   END       producer → reader   [error or null]           none
 *
 * A stream begins with a call of the method {@link OPEN}, a message like any other. Everything else goes through the
 * express lanes: it waits for no message, and no mailbox is ever too full for it.
 *
 * @module
 */
import { methodHash } from "../mail/protocol.ts";

/** Which order a record of the kind `STREAM` is. */
export const STREAM_OP: {
  readonly CREDIT: 1;
  readonly CLOSE: 2;
  readonly ELEMENT: 3;
  readonly END: 4;
} = { CREDIT: 1, CLOSE: 2, ELEMENT: 3, END: 4 };

/** The name on the wire of the call that begins a stream. No method can be written like that. */
export const OPEN: number = methodHash("open stream");

/** The arguments of that call. */
export type OpenArgs = [
  /** Number of the stream. */
  id: number,
  /** Owner count of the row of the thread that reads. */
  life: number,
  /** The incarnation of that thread. */
  epoch: number,
  /** Elements that may be produced at once. */
  credit: number,
  /** The method that is called, as named on the wire. */
  hash: number,
  /** Its arguments. */
  args: unknown[],
];

/** The answer to that call: what the method returned, if that is no stream. */
export type OpenAnswer = string | undefined;
