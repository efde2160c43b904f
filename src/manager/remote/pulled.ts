/**
 * A stream of what `next` gives, each time that its reader wants one more.
 *
 * @param end Called when the reader leaves, also while `next` has not given anything.
 */
export function pulled<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
  end: () => Promise<void>,
): ReadableStream<T> {
  return new ReadableStream<T>({
    async pull(controller) {
      const step = await next();
      if (step.done) controller.close();
      else controller.enqueue(step.value);
    },
    cancel: end,
  }, { highWaterMark: 0 });
}
