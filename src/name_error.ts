import { registerError } from "./error_wire.ts";

/** Gives an error class its name and its code, on the prototype so that own fields are the data alone, and lets it travel. */
export function nameError(
  // deno-lint-ignore no-explicit-any -- any constructor signature is welcome
  Class: abstract new (...args: any[]) => Error,
  name: string,
  code: string,
): void {
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(Class.prototype, "name", { ...hidden, value: name });
  Object.defineProperty(Class.prototype, "code", { ...hidden, value: code });
  registerError(Class);
}
