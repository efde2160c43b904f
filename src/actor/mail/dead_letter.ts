/**
 * Messages that reach nobody: what is known of one, and how it travels to the system.
 *
 * @module
 */

/**
 * Why a message reached nobody.
 *
 * | reason          | what                                                                                     |
 * |-----------------|------------------------------------------------------------------------------------------|
 * | `stopped`       | a tell to an actor that had ended for good, or a system that was closed                  |
 * | `full`          | a tell that found no room in the mailbox within its `timeout`                            |
 * | `dropped`       | a tell that a mailbox without room dropped, for it or for a newer one; see `Overflow`    |
 * | `lateReply`     | the reply to an ask that had been given up, by its deadline or its signal                |
 * | `unknownMethod` | a tell of a method that the actor does not have                                          |
 * | `undelivered`   | a tell or an ask that still waited in the mailbox when its actor ended for good          |
 * |                 | or a tell whose moved values went to an incarnation that ended before its turn came      |
 * | `emptied`       | a tell that waited when its actor was restarted with `mailbox.onRestart: "drop"`         |
 * | `poison`        | a tell that was in flight at a crash once more than its actor's `redeliver` allows       |
 * | `unsent`        | a tell that still waited at its sender's thread for room in the mailbox when that ended  |
 * | `lost`          | a tell that its host worker had read and not dealt with when it ended; it may have run   |
 */
export type DeadLetterReason =
  | "stopped"
  | "full"
  | "dropped"
  | "lateReply"
  | "unknownMethod"
  | "undelivered"
  | "emptied"
  | "poison"
  | "unsent"
  | "lost";

/** One side of a message. */
export interface Correspondent {
  /** Number of its address; 0 is the thread of the system. */
  readonly id: number;
  /** Its name; `""` when its actor is gone and nobody knows it any more. */
  readonly name: string;
}

/** A message that reached nobody. */
export interface DeadLetter {
  /** Why it reached nobody. */
  readonly why: DeadLetterReason;
  /** What kind of message it was. */
  readonly kind: "tell" | "ask" | "reply";
  /** Whom it was meant for. */
  readonly receiver: Correspondent;
  /** Whose thread sent it. */
  readonly sender: Correspondent;
  /** The method called, also that of a reply; `""` when only threads that loaded another module know its name. */
  readonly method: string;
}

/** A dead letter on its way to the system: names are filled in by whoever knows them. */
export interface LostMessage {
  /** See {@link DeadLetter.why}. */
  readonly why: DeadLetterReason;
  /** See {@link DeadLetter.kind}. */
  readonly kind: DeadLetter["kind"];
  /** The receiver's address. */
  readonly to: number;
  /** The receiver's name, where it is known. */
  readonly toName?: string | undefined;
  /** The sender's address. */
  readonly from: number;
  /** The sender's name, where it is known. */
  readonly fromName?: string | undefined;
  /** The method's name, where it is known. */
  readonly method?: string | undefined;
  /** The method's name on the wire. */
  readonly hash: number;
}

/** The dead letters of one turn of one thread. */
export interface DeadLetterBundle {
  readonly type: "deadLetters";
  /** The first of them. */
  readonly letters: readonly LostMessage[];
  /** How many more there were, by reason. */
  readonly more: Partial<Record<DeadLetterReason, number>>;
}

/** Letters that are described in one bundle: of a flood the rest is counted. */
export const BUNDLE_LETTERS = 256;

/**
 * Collects the dead letters of one thread and sends those of one turn together.
 *
 * - **Bounded:** a sender that floods an actor that is gone holds and posts {@linkcode BUNDLE_LETTERS} letters a turn.
 * - **Exact:** those beyond are counted, by reason.
 */
export class DeadLetterBatch {
  readonly #send: (bundle: DeadLetterBundle) => void;
  #letters: LostMessage[] = [];
  #more: Partial<Record<DeadLetterReason, number>> = {};
  #due = false;

  /** A batch that leaves through `send`, after the turn in which its first letter came. */
  constructor(send: (bundle: DeadLetterBundle) => void) {
    this.#send = send;
  }

  /** Adds a letter. */
  add(letter: LostMessage): void {
    if (this.#letters.length < BUNDLE_LETTERS) this.#letters.push(letter);
    else this.#more[letter.why] = (this.#more[letter.why] ?? 0) + 1;
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => this.flush());
  }

  /** Sends what there is. */
  flush(): void {
    this.#due = false;
    if (this.#letters.length === 0) return;
    const letters = this.#letters;
    const more = this.#more;
    this.#letters = [];
    this.#more = {};
    this.#send({ type: "deadLetters", letters, more });
  }
}
