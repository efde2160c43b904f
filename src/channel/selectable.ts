/** Key of the side of a source that `select()` and `merge()` see. */
export const selectable: unique symbol = Symbol.for("troupe.selectable");

/** What can be taken from as one of several: a queue, the receiving end of a channel. */
export interface Selectable<T> {
  /** What there is to take, and when. */
  readonly [selectable]: Selection<T>;
}

/** A message that was taken from a source. */
export interface Selected<T> {
  /** The message. */
  readonly value: T;
  /** Not there but where a message is to be acknowledged: says whether it was dealt with, or is to have its turn again. */
  readonly settle?: (whole: boolean) => void;
}

/** The side of a source by which it is one of several. */
export interface Selection<T> {
  /** Takes the next message if there is one, without waiting. */
  tryTake(): Selected<T> | undefined;
  /** Whether nothing comes any more. */
  readonly ended: boolean;
  /**
   * Calls `wake`, at most once and never before it returns, when there may be something to take or the source has ended;
   * soon when that is so already. Nothing is set aside: another may have it first, and `watch` is then called again.
   *
   * @param wake Must not throw.
   * @returns What takes it back, without a trace.
   */
  watch(wake: () => void): () => void;
}
