/**
 * What becomes of a message that finds no room in a mailbox.
 *
 * | policy         | the message                                                         | its sender is told            |
 * |----------------|---------------------------------------------------------------------|-------------------------------|
 * | `"wait"`       | waits in its sender for room, for its `timeout`                     | then, by `MailboxFullError`   |
 * | `"fail"`       | is refused                                                          | at once, by `MailboxFullError` |
 * | `"dropNewest"` | is dropped                                                          | at once, by `MailboxFullError` |
 * | `"dropOldest"` | takes the place of the oldest of its thread, which is dropped       | by when its turn would have come |
 * | `"stop"`       | is refused, and the actor is stopped                                | at once, by `MailboxFullError` |
 *
 * With `"dropOldest"` a tell is kept until a newer message takes its place, whatever its `timeout`; a send or an ask that
 * still waits for room at its own gives up.
 *
 * Only asks are told. A tell is a dead letter: `dropped` with `"dropNewest"` and `"dropOldest"`, else `full`.
 */
export type Overflow =
  | "wait"
  | "fail"
  | "dropNewest"
  | "dropOldest"
  | "stop";

/** The policies by their number in the table of endpoints. */
export const OVERFLOWS: readonly Overflow[] = [
  "wait",
  "fail",
  "dropNewest",
  "dropOldest",
  "stop",
];
