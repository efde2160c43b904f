/**
 * Shows the objects of a class as they stand, in `console.log` and `Deno.inspect`.
 *
 * @param prototype That of the class.
 * @param show How one of them stands; must not throw.
 */
export function showAs<T extends object>(
  prototype: T,
  show: (object: T) => string,
): void {
  Object.defineProperty(prototype, Symbol.for("Deno.customInspect"), {
    configurable: true,
    writable: true,
    value(this: T): string {
      return show(this);
    },
  });
}
