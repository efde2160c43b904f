/**
 * Runs one actor: takes its messages one at a time, calls its methods, answers.
 *
 *   idle → busy → idle          a message was handled (or refused)
 *   idle, busy → failed         an error left a handler or a hook
 *   idle, busy → stopping → stopped   asked to stop: after the handler that runs, before any other message
 *
 * The message in flight stays in its lane until its handler ended, so that
 * whoever sent it learns that it was begun, however this thread ends.
 *
 * @module
 */
import {
  ActorCrashedError,
  errorToWire,
  Refusal,
  UnknownMethodError,
} from "../errors.ts";
import { encode } from "../memory/codec.ts";
import { ENDPOINT, STATE } from "../memory/endpoints.ts";
import type { LaneReader } from "../memory/lane.ts";
import type { Isolate, MailConsumer } from "./isolate.ts";
import { KIND, methodHash, type WireReport } from "./protocol.ts";

/** Names that are hooks of the runtime, never messages. */
const HOOKS: ReadonlySet<string> = new Set([
  "constructor",
  "onStart",
  "onStop",
  "onRestart",
  "checkpoint",
  "restore",
]);

/** The hooks an actor may have. */
interface Hooks {
  onStop?(reason: unknown): unknown;
}

/** Messages handled in one go before the loop looks around. */
const BATCH = 256;

type Handler = (...args: unknown[]) => unknown;

/** The methods of `instance` that are messages, by their name on the wire. */
function methodsOf(
  instance: object,
): Map<number, { name: string; call: Handler }> {
  const methods = new Map<number, { name: string; call: Handler }>();
  for (
    let proto = instance;
    proto !== null && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto)
  ) {
    for (const name of Object.getOwnPropertyNames(proto)) {
      const call = Object.getOwnPropertyDescriptor(proto, name)?.value;
      if (typeof call !== "function" || HOOKS.has(name)) continue;
      const hash = methodHash(name);
      if (!methods.has(hash)) methods.set(hash, { name, call });
    }
  }
  return methods;
}

/** The loop of one actor. */
export class ActorLoop implements MailConsumer {
  readonly #isolate: Isolate;
  readonly #instance: object;
  readonly #name: string;
  readonly #incarnation: number;
  readonly #methods: Map<number, { name: string; call: Handler }>;
  readonly #report: (report: WireReport) => void;
  readonly #concurrency: number;
  #state: "idle" | "stopping" | "over" = "idle";
  #running = 0;
  #stop: { reason: unknown; drain: boolean } | undefined;

  /** A loop for `instance`; `report` is called once, with its end. */
  constructor(
    isolate: Isolate,
    instance: object,
    facts: { name: string; incarnation: number; concurrency: number },
    report: (report: WireReport) => void,
  ) {
    this.#isolate = isolate;
    this.#instance = instance;
    this.#name = facts.name;
    this.#incarnation = facts.incarnation;
    this.#concurrency = facts.concurrency;
    this.#report = report;
    this.#methods = methodsOf(instance);
  }

  /** See {@link MailConsumer.ready}. */
  get ready(): boolean {
    return this.#state === "idle" && this.#running < this.#concurrency;
  }

  /** See {@link MailConsumer.consume}. */
  consume(): number {
    let count = 0;
    while (this.ready && count < BATCH) {
      if (this.#stop?.drain === false) break;
      const lane = this.#isolate.mailbox.takeMail();
      if (lane === undefined) break;
      if (lane === "fenced") {
        this.#state = "over";
        return count;
      }
      count++;
      this.#accept(lane);
      // A stop overtakes the messages that wait.
      const { table, endpoint } = this.#isolate;
      if (table.get(endpoint, ENDPOINT.STATE) === STATE.STOPPING) break;
    }
    if (this.#stop !== undefined) this.#maybeStop(count);
    return count;
  }

  /** Asks the actor to end; with `drain`, after all messages that wait. */
  stop(reason: unknown, drain: boolean): void {
    this.#stop ??= { reason, drain };
    if (!drain) this.#stop = { reason, drain };
    this.#isolate.wake();
  }

  /** Ends the actor because of an error outside of its messages. */
  crash(error: unknown): void {
    void this.#fail(error, "crashed");
  }

  #maybeStop(handled: number): void {
    if (this.#state !== "idle" || this.#running > 0) return;
    const { reason, drain } = this.#stop!;
    if (drain && (handled > 0 || this.#isolate.mailbox.hasMore(true))) return;
    this.#state = "stopping";
    void this.#end(reason);
  }

  async #end(reason: unknown): Promise<void> {
    try {
      await (this.#instance as Hooks).onStop?.(reason);
      this.#finish({ kind: "stopped", code: 0 });
    } catch (error) {
      this.#finish({
        kind: "failed",
        code: 1,
        error: errorToWire(error, `${this.#name}.onStop`),
      });
    }
  }

  #finish(report: WireReport): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#report(report);
  }

  /** Handles a record now, or when its parcel has arrived: it keeps its place in the order. */
  #accept(lane: LaneReader): void {
    if (this.#isolate.complete(lane)) return this.#handle(lane);
    this.#running += this.#concurrency;
    this.#isolate.whenParcel(lane.e, () => {
      this.#running -= this.#concurrency;
      this.#handle(lane);
      this.#isolate.wake();
    });
  }

  #handle(lane: LaneReader): void {
    const { kind, b: askId, c: sender, e: parcel } = lane;
    const method = this.#methods.get(lane.a);
    const finish = () => this.#done(lane, parcel);
    let result: unknown;
    try {
      if (method === undefined) throw unknownMethod(this.#name, this.#methods);
      const args = this.#isolate.read(lane) as unknown[];
      if (this.#concurrency > 1) finish();
      result = method.call.apply(this.#instance, args);
    } catch (error) {
      return this.#refuseOrFail(error, lane, kind, askId, sender, parcel);
    }
    if (!isThenable(result)) {
      this.#reply(kind, askId, sender, result);
      if (this.#concurrency === 1) finish();
      return;
    }
    this.#running++;
    result.then((value) => {
      this.#running--;
      this.#reply(kind, askId, sender, value);
      if (this.#concurrency === 1) finish();
      this.#isolate.wake();
    }, (error) => {
      this.#running--;
      this.#refuseOrFail(error, lane, kind, askId, sender, parcel);
      this.#isolate.wake();
    });
  }

  #done(lane: LaneReader, parcel: number): void {
    const isolate = this.#isolate;
    if (parcel !== 0) isolate.parcelDone(parcel);
    isolate.mailbox.finish(lane);
    isolate.table.bump(isolate.endpoint, ENDPOINT.HANDLED);
  }

  #refuseOrFail(
    error: unknown,
    lane: LaneReader,
    kind: number,
    askId: number,
    sender: number,
    parcel: number,
  ): void {
    if (error instanceof Refusal || error instanceof UnknownMethodError) {
      this.#replyError(kind, askId, sender, error);
      if (this.#concurrency === 1) this.#done(lane, parcel);
      return;
    }
    const crash = new ActorCrashedError(
      `"${this.#name}" failed: ${
        error instanceof Error ? error.message : String(error)
      }`,
      { actor: this.#name, incarnation: this.#incarnation, cause: error },
    );
    this.#replyError(kind, askId, sender, crash);
    if (this.#concurrency === 1) this.#done(lane, parcel);
    void this.#fail(error, "failed");
  }

  async #fail(error: unknown, kind: "failed" | "crashed"): Promise<void> {
    if (this.#state === "over") return;
    this.#state = "stopping";
    try {
      await (this.#instance as Hooks).onStop?.(error);
    } catch {
      // The first error is the reason of the end.
    }
    this.#finish({ kind, code: 1, error: errorToWire(error, this.#name) });
  }

  #reply(kind: number, askId: number, sender: number, value: unknown): void {
    if (kind !== KIND.ASK) return;
    let encoded;
    try {
      encoded = encode(value, { root: "result" });
    } catch (error) {
      // The handler ran; only its answer cannot travel.
      return this.#replyError(kind, askId, sender, error);
    }
    this.#send(KIND.REPLY, askId, sender, encoded);
  }

  #replyError(
    kind: number,
    askId: number,
    sender: number,
    error: unknown,
  ): void {
    if (kind !== KIND.ASK) return;
    this.#send(
      KIND.ERROR,
      askId,
      sender,
      encode(errorToWire(error, this.#name)),
    );
  }

  #send(
    kind: number,
    askId: number,
    sender: number,
    encoded: ReturnType<typeof encode>,
  ): void {
    const { table } = this.#isolate;
    this.#isolate.send(
      { endpoint: sender, life: table.get(sender, ENDPOINT.LIFE) },
      true,
      { kind, a: 0, b: askId, encoded, transfer: [] },
      Infinity,
      undefined,
      () => {},
    );
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null &&
    typeof (value as PromiseLike<unknown>).then === "function";
}

function unknownMethod(
  actor: string,
  methods: Map<number, { name: string }>,
): UnknownMethodError {
  const names = [...methods.values()].map((m) => m.name).join(", ") || "none";
  return new UnknownMethodError(
    `Cannot call a method that "${actor}" does not have: its methods are ${names}`,
    { actor, method: "" },
  );
}
