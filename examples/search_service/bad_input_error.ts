/** What the person gave cannot be used. They are told in one line, and the program ends with 2. */
export class BadInputError extends Error {
  override readonly name = "BadInputError";
}
