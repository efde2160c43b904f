/** The part of an actor that the loop feeds with mail. */
export interface MailConsumer {
  /** Whether it would take a message now. */
  readonly ready: boolean;
  /** Whether nothing is handled that a notice would have to wait for. */
  readonly free: boolean;
  /** Handles messages until there is none, it is busy, or the slice is over. Returns how many. */
  consume(): number;
}
