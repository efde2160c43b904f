import { nameError } from "../../name_error.ts";
import { methodNamed } from "../mail/method_names.ts";
import { TroupeError } from "../../errors.ts";

/** A stream was asked for, or what is no stream was to be streamed, code `TROUPE_STREAM_METHOD`; the actor goes on. */
export class StreamMethodError extends TroupeError {
  /** Name of the actor. */
  readonly actor: string;
  /** The method that was called. */
  readonly method: string;
  /** How it is to be called. */
  readonly use: "ask" | "stream";

  /** Makes the error. */
  constructor(
    message: string,
    options: {
      actor: string;
      method: string;
      use: "ask" | "stream";
      cause?: unknown;
    },
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.actor = options.actor;
    this.method = options.method;
    this.use = options.use;
  }
}

nameError(StreamMethodError, "StreamMethodError", "TROUPE_STREAM_METHOD");

/** The refusal of an ask whose answer would be a stream. */
export function askedForStream(
  actor: string,
  hash: number,
): StreamMethodError {
  const method = methodNamed(hash) ?? "unknown";
  return new StreamMethodError(
    `Cannot ask "${actor}" for ${method}() as it returns a stream: read it with ref.stream.${method}()`,
    { actor, method, use: "stream" },
  );
}

/** The refusal to stream what is none: a value of the type `found`. */
export function noStream(
  actor: string,
  method: string,
  found: string,
): StreamMethodError {
  return new StreamMethodError(
    `Cannot stream ${method}() of "${actor}" as it must return something that can be iterated: current value is of type ${found}, call it with ref.ask.${method}()`,
    { actor, method, use: "ask" },
  );
}
