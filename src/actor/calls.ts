/**
 * What `ref.ask`, `ref.tell` and their like are.
 *
 * @module
 */
import { rememberMethod } from "./mail/method_names.ts";
import type { RefCore } from "./mail/ref_core.ts";
import type { MethodName, SendOptions } from "./mail/send.ts";

/** How a call is sent. */
export type Send = (
  core: RefCore,
  method: MethodName,
  args: unknown[],
  options: SendOptions,
) => unknown;

type Call = (...args: unknown[]) => unknown;

/** More names are not shared: a program has no more methods, unless it makes their names up. */
const MOST_NAMES = 10_000;
let names = 0;

/**
 * An object whose every property is a function that sends a message of that name.
 *
 * A name is found on the object itself, if it was used there before; else on the prototype, if it was used with any ref;
 * else by the proxy behind that, which learns it. So all of these objects have one shape, and a ref costs what was called
 * through it.
 */
export class Calls {
  readonly #core: RefCore;
  readonly #options: SendOptions;
  readonly #send: Send;

  /** The calls to `core` by `send`. */
  constructor(core: RefCore, options: SendOptions, send: Send) {
    this.#core = core;
    this.#options = options;
    this.#send = send;
  }

  static #make(calls: Calls, method: MethodName): Call {
    const core = calls.#core;
    const options = calls.#options;
    const send = calls.#send;
    const value = (...args: unknown[]) => send(core, method, args, options);
    Object.defineProperty(calls, method.name, { value });
    return value;
  }

  static {
    const { prototype } = this;
    const learn = (name: string, calls: Calls): Call => {
      const method = { name, hash: rememberMethod(name) };
      if (names++ < MOST_NAMES) {
        Object.defineProperty(prototype, name, {
          get(this: Calls) {
            return Calls.#make(this, method);
          },
        });
      }
      return Calls.#make(calls, method);
    };
    Object.setPrototypeOf(
      prototype,
      new Proxy(Object.create(null), {
        get: (_, name, calls) =>
          // Not thenable: a ref may be returned from an async function.
          typeof name !== "string" || name === "then"
            ? undefined
            : learn(name, calls),
      }),
    );
    // A name like any other.
    Reflect.deleteProperty(prototype, "constructor");
  }
}
