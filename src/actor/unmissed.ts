const UNMISSED: WeakSet<object> = new WeakSet();

/**
 * Says of a definition that who asks its actors acts on each rejection: the asks that the end of one leaves behind are no dead
 * letters.
 *
 * @returns The definition.
 */
export function unmissed<D extends object>(definition: D): D {
  UNMISSED.add(definition);
  return definition;
}

/** Whether {@linkcode unmissed} was said of a definition. */
export function isUnmissed(definition: unknown): boolean {
  return typeof definition === "object" && definition !== null &&
    UNMISSED.has(definition);
}
