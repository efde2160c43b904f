/**
 * Classes whose objects stay where they are: a copy of their fields would be nothing.
 *
 * @module
 */

const reasons: Map<object, string> = new Map();

/**
 * Has every object of `Class` refused that is sent.
 *
 * @param Class A class without a `portable` method.
 * @param reason Ends "Cannot send x as it is …", with the way out.
 */
export function keepHere(
  Class: { readonly prototype: object },
  reason: string,
): void {
  reasons.set(Class.prototype, reason);
}

/** Why an object stays here, as {@linkcode keepHere} was told of its class or one that this extends; the empty string if it does not. */
export function reasonToStay(value: object): string {
  let prototype: object | null = Object.getPrototypeOf(value);
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const reason = reasons.get(prototype);
    if (reason !== undefined) return reason;
  }
  return "";
}
