/**
 * A generator that can be left while a `next()` is under way.
 *
 * By itself it would be left when that has come to its end, which may be never.
 *
 * @param leave Has what is under way end soon. May be called more than once.
 */
export function leavable<T>(
  generator: AsyncGenerator<T, void, void>,
  leave: () => void,
): AsyncGenerator<T, void, void> {
  const left: AsyncGenerator<T, void, void> = {
    next: () => generator.next(),
    return: (value) => {
      leave();
      return generator.return(value);
    },
    throw: (error) => {
      leave();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]: () => left,
    [Symbol.asyncDispose]: async () => {
      await left.return();
    },
  };
  return left;
}
