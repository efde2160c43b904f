import { errorToWire } from "../../error_wire.ts";
import { encode, type Encoded } from "../../memory/codec.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { DeadLetterReason } from "../mail/dead_letter.ts";
import type { Call } from "../mail/flight.ts";
import type { Isolate } from "./isolate.ts";
import { KIND } from "../mail/protocol.ts";
import { droppedBy } from "./unhandled.ts";
import { askedForStream } from "../stream/stream_method_error.ts";
import { isStream } from "../stream/stream_source.ts";

const RESULT = { root: "result" };
const NO_TRANSFER: readonly Transferable[] = [];

/** What an actor says of the messages it took: an ask gets one answer, a lost tell is reported. */
export class Answers {
  readonly #isolate: Isolate;
  readonly #name: string;

  /** The answers of the actor `name` that runs in `isolate`. */
  constructor(isolate: Isolate, name: string) {
    this.#isolate = isolate;
    this.#name = name;
  }

  /** Answers an ask with what its handler returned. */
  reply(call: Call, value: unknown): void {
    if (call.kind !== KIND.ASK) return;
    let encoded;
    try {
      encoded = encode(value, RESULT);
    } catch (error) {
      // The handler ran; only its answer cannot travel.
      return this.refuse(
        call,
        isStream(value) && !this.#isolate.turnless
          ? askedForStream(this.#name, call.a)
          : error,
      );
    }
    this.#send(KIND.REPLY, call, encoded);
  }

  /** Answers an ask with an error. */
  refuse(call: Call, error: unknown): void {
    if (call.kind !== KIND.ASK) return;
    this.#send(KIND.ERROR, call, encode(errorToWire(error, this.#name)));
  }

  /** A newer message found no room: this one, the oldest, is not handled. */
  drop(call: Call): void {
    const { endpoint, table } = this.#isolate;
    const capacity = table.get(endpoint, ENDPOINT.CAPACITY);
    this.turnAway(call, droppedBy(this.#name, capacity), "dropped");
  }

  /** A message is not handled. */
  turnAway(call: Call, error: Error, why: DeadLetterReason): void {
    this.refuse(call, error);
    this.lose(call, why);
  }

  /** Reports a tell that nobody will handle; of an ask, who asked is told. */
  lose(call: Call, why: DeadLetterReason): void {
    if (call.kind !== KIND.TELL) return;
    this.#isolate.report({
      why,
      kind: "tell",
      to: this.#isolate.endpoint,
      toName: this.#name,
      from: call.c,
      hash: call.a,
    });
  }

  #send(kind: number, call: Call, encoded: Encoded): void {
    const { b: askId, c: sender } = call;
    const life = this.#isolate.table.get(sender, ENDPOINT.LIFE);
    this.#isolate.send(
      { endpoint: sender, life },
      true,
      { kind, a: 0, b: askId, encoded, transfer: NO_TRANSFER },
      Infinity,
    );
  }
}
