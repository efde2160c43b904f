/**
 * The streams that one incarnation of an actor produces.
 *
 * @module
 */
import { ActorStoppedError } from "../../errors.ts";
import { isThenable } from "../is_thenable.ts";
import { type Methods, unknownMethod } from "../mail/methods.ts";
import { Outflow, type OutflowHost, type StreamReader } from "./outflow.ts";
import type { StreamDesk } from "./stream_desk.ts";
import type { OpenAnswer, OpenArgs } from "./stream_op.ts";
import { sourceOf } from "./stream_source.ts";

/** What streams need of the actor that produces them. */
export interface StreamHost {
  /** Its name. */
  readonly name: string;
  /** The instance of its class. */
  readonly instance: object;
  /** What it understands. */
  readonly methods: Methods;
  /** Does something as that actor. */
  run<T>(act: () => T): T;
  /** An error left its `method`: what the reader at `from` is told. */
  failed(error: unknown, method: string, from: number): Error;
  /** Something ran that may have changed its state. */
  changed(): void;
}

/** Why a stream ends when its actor stops. */
export function streamStopped(actor: string): ActorStoppedError {
  return new ActorStoppedError(
    `Cannot read on in a stream of "${actor}" as it stops: read it from the beginning elsewhere`,
    { actor, safeToRetry: false },
  );
}

/** The streams that one incarnation of an actor produces. */
export class OpenStreams {
  readonly #desk: StreamDesk;
  readonly #host: StreamHost;
  readonly #open: Set<Outflow> = new Set();

  /** Whether somebody read one when they ended. */
  told = false;

  /** None yet. */
  constructor(desk: StreamDesk, host: StreamHost) {
    this.#desk = desk;
    this.#host = host;
  }

  /** Handles the call that begins a stream; see stream_op.ts. */
  open(
    endpoint: number,
    [id, life, epoch, credit, hash, args]: OpenArgs,
  ): OpenAnswer | Promise<OpenAnswer> {
    const { instance, methods, name } = this.#host;
    const method = methods.get(hash);
    if (method === undefined) throw unknownMethod(name, methods);
    const reader = { endpoint, life, id };
    const begin = (value: unknown): OpenAnswer =>
      this.#begin(value, { reader, epoch, credit, method: method.name });
    const result = method.call.apply(instance, args);
    return isThenable(result)
      ? Promise.resolve(result).then(begin)
      : begin(result);
  }

  /** Ends all of them with `error`; resolves when their `finally` have run. */
  async end(error: Error): Promise<void> {
    this.told ||= this.#open.size > 0;
    await Promise.all([...this.#open].map((outflow) => outflow.fail(error)));
  }

  #begin(
    value: unknown,
    { reader, epoch, credit, method }: {
      reader: StreamReader;
      epoch: number;
      credit: number;
      method: string;
    },
  ): OpenAnswer {
    const source = sourceOf(value);
    if (source === undefined) return value === null ? "null" : typeof value;
    const host: OutflowHost = {
      run: (act) => this.#host.run(act),
      failed: (error) => this.#host.failed(error, method, reader.endpoint),
      changed: () => this.#host.changed(),
      over: (outflow) => {
        this.#open.delete(outflow);
        this.#desk.forget(reader);
      },
    };
    const outflow = new Outflow(this.#desk, reader, source, host);
    this.#open.add(outflow);
    this.#desk.produce(outflow);
    // The end of one that is gone by now was told before.
    if (this.#desk.epochOf(reader) === epoch) outflow.grant(credit);
    else void outflow.close();
    return undefined;
  }
}
