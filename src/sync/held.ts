/** What a thread holds until it is disposed, by `using` at the end of the scope. */
export interface Held extends Disposable {
  /**
   * Whether the one who held it before died without giving it back: what it guards may be half-changed.
   */
  readonly ownerDied: boolean;
}
