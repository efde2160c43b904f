import { type ActorRef, coreIn } from "../actor/ref.ts";
import { InvalidOptionError } from "../errors.ts";
import { NotPublishedError } from "./not_published_error.ts";

/** Actors by the names under which the other program may have them. */
export type Publications = Readonly<Record<string, ActorRef<unknown>>>;

/** What a program publishes. */
export class Published {
  readonly #byName: Map<string, ActorRef<unknown>> = new Map();

  /**
   * These actors, and those that are added later.
   *
   * @throws {InvalidOptionError} If one is no ref.
   */
  constructor(what: string, actors: Publications = {}) {
    if (typeof actors !== "object" || actors === null) {
      throw new InvalidOptionError(
        `${what} as 'publish' must be an object of refs: current value is ${
          Deno.inspect(actors, { depth: 1 })
        }`,
        { option: "publish", value: actors },
      );
    }
    for (const [name, ref] of Object.entries(actors)) this.add(name, ref);
  }

  /** Adds an actor, or has a name stand for another one. Disposing what it returns takes that back. */
  add(name: string, ref: ActorRef<unknown>): Disposable {
    if (coreIn(ref) === undefined) {
      throw new InvalidOptionError(
        `Cannot publish "${name}" as it must be the ref of an actor: current value is ${
          Deno.inspect(ref, { depth: 1 })
        }`,
        { option: name, value: ref },
      );
    }
    this.#byName.set(name, ref);
    return {
      [Symbol.dispose]: () => {
        if (this.#byName.get(name) === ref) this.#byName.delete(name);
      },
    };
  }

  /**
   * The actor of that name.
   *
   * @throws {NotPublishedError} If there is none.
   */
  get(name: unknown): ActorRef<unknown> {
    const key = String(name);
    const ref = this.#byName.get(key);
    if (ref !== undefined) return ref;
    throw new NotPublishedError(
      `Cannot find the actor "${key}" as the other program publishes none of that name`,
      { key },
    );
  }
}
