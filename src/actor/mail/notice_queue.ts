/**
 * What an actor is told in its turn, between two messages.
 *
 * @module
 */

/** Does what there is to do; what it returns is awaited as that of a handler is. */
export type Notice = () => unknown;

/** A notice, and the lanes that must be read to their end before it is due. */
interface Held {
  readonly lanes: Set<SharedArrayBuffer>;
  readonly notice: Notice;
}

/**
 * The notices of one thread.
 *
 *   held → due     the last of its lanes was read to its end
 *   due → (taken)  the actor has time for it
 *
 * A lane whose writer ended is sealed: what was published stays readable, and
 * behind it comes the end. A notice of that end waits for it here, so that it
 * cannot overtake a message.
 */
export class NoticeQueue {
  readonly #held: Set<Held> = new Set();
  /** Those that wait for messages of senders that live on, with how to tell that these were handled. */
  #behind: { readonly isDue: () => boolean; readonly notice: Notice }[] = [];
  #due: Notice[] = [];

  /** Whether {@link take} would return one. */
  get due(): boolean {
    if (this.#behind.length > 0) this.#sift();
    return this.#due.length > 0;
  }

  /** Enters a notice that is due when all of `lanes` were read to their end. */
  put(lanes: readonly SharedArrayBuffer[], notice: Notice): void {
    if (lanes.length === 0) this.#due.push(notice);
    else this.#held.add({ lanes: new Set(lanes), notice });
  }

  /** Enters a notice that is due when `isDue` says so. */
  putBehind(isDue: () => boolean, notice: Notice): void {
    this.#behind.push({ isDue, notice });
  }

  /** The lane was read to its end. */
  drained(lane: SharedArrayBuffer): void {
    for (const held of this.#held) {
      if (!held.lanes.delete(lane) || held.lanes.size > 0) continue;
      this.#held.delete(held);
      this.#due.push(held.notice);
    }
  }

  /** Takes the notice that has been due for longest. */
  take(): Notice | undefined {
    return this.due ? this.#due.shift() : undefined;
  }

  #sift(): void {
    this.#behind = this.#behind.filter(({ isDue, notice }) => {
      if (!isDue()) return true;
      this.#due.push(notice);
      return false;
    });
  }
}
