import {
  ActorInitError,
  DataCloneError,
  InitTimeoutError,
  SystemClosedError,
} from "../errors.ts";
import { messageOf } from "../thrown.ts";
import type { CheckedPoolOptions } from "./pool_options.ts";

/** Why workers do not start, in the words of whoever made the pool: of actors that knows nothing. */
export function startFailure(
  error: unknown,
  { init, initTimeout }: CheckedPoolOptions,
): string {
  if (error instanceof SystemClosedError) return "their system is closed";
  if (error instanceof DataCloneError) {
    // It is the fifth of what a worker is given; the others have memory in common with the pool.
    return error.path.startsWith("args[4]")
      ? error.message.replace("args[4]", "initArgs")
      : "a process shares no memory with them: use a pool of the program that started it";
  }
  if (init !== undefined) {
    const cause = error instanceof ActorInitError ? error.cause : undefined;
    if ((cause ?? error) instanceof InitTimeoutError) {
      return `init "${init.task}" and its module took longer than ${initTimeout} ms: raise initTimeout, or look for what they wait for`;
    }
    if (cause !== undefined) {
      return `init "${init.task}" failed: ${messageOf(cause)}`;
    }
  }
  return messageOf(error);
}
