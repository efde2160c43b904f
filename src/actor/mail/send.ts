/**
 * How a call becomes a message: checked, encoded, published.
 *
 * @module
 */
import {
  ActorStoppedError,
  AskCycleError,
  MessageTooLargeError,
  SystemClosedError,
} from "../../errors.ts";
import { ENDPOINT, STATE } from "../../memory/endpoints.ts";
import type { Encoded } from "../../memory/codec.ts";
import { takeBack } from "../../memory/moved_handles.ts";
import { runningLight } from "../current.ts";
import { Ask } from "./ask_book.ts";
import { encodeFor } from "../thread/leaving.ts";
import { KIND } from "./protocol.ts";
import { isApart, takesUrgent } from "./policy_word.ts";
import { refuseShared } from "./refuse_shared.ts";
import { coreOf, type RefCore } from "./ref_core.ts";

/**
 * How a message is sent; see `ActorRef.with()`.
 *
 * @example Move a buffer, with a deadline of a second
 * ```ts
 * import { System } from "@troupe/actors";
 * import { VaultActor } from "@troupe/actors/manager";
 * import { assertEquals } from "@std/assert";
 *
 * await using system = new System();
 * const vault = await system.spawn(VaultActor, []);
 *
 * const pixels = new ArrayBuffer(1024);
 * await vault.with({ timeout: 1_000, transfer: [pixels] })
 *   .ask.set("images", "a", pixels);
 * assertEquals(pixels.byteLength, 0);
 * ```
 */
export interface SendOptions {
  /**
   * Deadline of an ask, and how long a message may wait for room, in milliseconds; 0 or more, `Infinity` for none.
   *
   * @default {5000}
   */
  readonly timeout?: number;
  /** Gives an ask up, which rejects with the signal's reason; the call may still run. A tell does not look at it. */
  readonly signal?: AbortSignal;
  /**
   * Objects among the arguments that are moved instead of copied, such as an `ArrayBuffer`. A ref with this option
   * serves one call: what was moved cannot be moved again. One that is under way when its receiver restarts is lost.
   */
  readonly transfer?: Transferable[];
  /**
   * Elements that a stream's producer may be ahead of its reader; a whole number from 1 to 65,536.
   *
   * @default {64}
   */
  readonly credit?: number;
  /**
   * Has the message handled before all that wait and are not urgent, if the actor was started with `mailbox.urgent`;
   * else it is a message like others.
   *
   * - **In order:** urgent messages of one thread are handled in the order sent, and so are the others.
   * - **After what has begun:** the handler that runs ends first, and a stop comes before any message.
   * - **Room of its own:** `mailbox.capacity` holds for the urgent messages of a thread by themselves. One that finds no
   *   room overtakes others from when it has found it.
   *
   * @default {false}
   */
  readonly urgent?: boolean;
}

/** How long a message may wait, unless said otherwise, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 5_000;
export const NO_TRANSFER: readonly Transferable[] = [];
/** A method as it is called and as it travels. */
export interface MethodName {
  /** Its name. */
  readonly name: string;
  /** Its name on the wire; see protocol.ts. */
  readonly hash: number;
}

/** Why nothing can be sent to an actor any more, if it has ended or is about to. */
export function refuseIfOver(
  core: RefCore,
  verb: "ask" | "send to",
): Error | undefined {
  if (core.report !== undefined) {
    return new ActorStoppedError(
      `Cannot ${verb} "${core.name}" as it has stopped (${core.report.kind}): spawn a new one, or let a supervisor restart it`,
      {
        actor: core.name,
        safeToRetry: true,
        cause: core.report.error,
      },
    );
  }
  if (isDraining(core)) {
    return new ActorStoppedError(
      `Cannot ${verb} "${core.name}" as it takes no more messages: it is stopping after those that wait, spawn a new one`,
      { actor: core.name, safeToRetry: true },
    );
  }
  if (!core.isolate.closed) return undefined;
  return new SystemClosedError(
    `Cannot ${verb} "${core.name}" as its system is closed: spawn it in a new one`,
  );
}

function isDraining({ isolate, address, line }: RefCore): boolean {
  if (line !== undefined) return line.draining;
  return isolate.table.get(address.endpoint, ENDPOINT.STATE) ===
    STATE.DRAINING;
}

/** Whether a message goes before others: who sends it and who takes it must both want that. */
export function isUrgent(
  { isolate, address: { endpoint } }: RefCore,
  { urgent = false }: SendOptions,
): boolean {
  return urgent && takesUrgent(isolate.table.get(endpoint, ENDPOINT.POLICY));
}

/** Sends a call and promises its result. */
export function ask(
  core: RefCore,
  { name: method, hash }: MethodName,
  args: unknown[],
  options: SendOptions,
): Promise<unknown> {
  const refused = refuseIfOver(core, "ask");
  if (refused !== undefined) return Promise.reject(refused);
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const cycle = cycleTo(core);
  if (cycle !== undefined) {
    return Promise.reject(cycleError(core, method, cycle));
  }
  if (core.line !== undefined) {
    return core.line.ask(core, { name: method, hash }, args, options);
  }
  return new Promise((resolve, reject) => {
    const { isolate, address } = core;
    const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
    const encoded = encodeMessage(core, method, args, options);
    const question = new Ask(
      isolate.asks,
      core,
      method,
      args,
      timeoutMs,
      resolve,
      reject,
    );
    const urgent = isUrgent(core, options);
    question.urgent = urgent;
    isolate.asks.add(question);
    if (signal !== undefined) question.listen(signal);
    isolate.send(
      address,
      false,
      {
        kind: KIND.ASK,
        a: hash,
        b: question.id,
        urgent,
        encoded,
        transfer: options.transfer ?? NO_TRANSFER,
      },
      timeoutMs,
      question,
    );
    isolate.wake();
  });
}

/** Names of those that wait for one another, from `core` to it again, if an ask of it would wait for itself. */
function cycleTo(core: RefCore): readonly string[] | undefined {
  const light = runningLight();
  if (light !== undefined) return light.cycleTo(core);
  if (core.line !== undefined) return undefined;
  const { isolate, address } = core;
  const waiting = isolate.chain.cycleTo(address.endpoint);
  return waiting && [...waiting, waiting[0]!].map((endpoint) => {
    const life = isolate.table.get(endpoint, ENDPOINT.LIFE);
    return coreOf(isolate, { endpoint, life })?.name ?? `#${endpoint}`;
  });
}

/** The ask that could only wait for itself. */
function cycleError(
  { name }: RefCore,
  method: string,
  chain: readonly string[],
): AskCycleError {
  return new AskCycleError(
    `Cannot ask "${name}" for ${method}() as it waits for the handler that asks: ${
      chain.map((actor) => `"${actor}"`).join(" waits for ")
    }; tell it instead, ask after the handler, or raise its concurrency`,
    { actor: name, method, chain },
  );
}

/** Encodes a call, after every check that may refuse it: nothing has changed if this throws. */
export function encodeMessage(
  core: RefCore,
  method: string,
  args: unknown[],
  options: SendOptions,
): Encoded {
  const encoded = encodeFor(core.isolate, args, options);
  if (encoded.attachments !== undefined && core.line === undefined) {
    const { isolate: { table }, address: { endpoint } } = core;
    const apart = isApart(table.get(endpoint, ENDPOINT.POLICY));
    if (apart) refuseShared(encoded.attachments, args, "args");
  }
  const limit = core.maxBytes;
  if (encoded.length <= limit || limit === 0) return encoded;
  takeBack(encoded.attachments);
  throw tooLarge(core, method, encoded.length);
}

/** The refusal of a message that is larger than its receiver takes. */
export function tooLarge(
  { name: actor, maxBytes: limit }: RefCore,
  method: string,
  bytes: number,
): MessageTooLargeError {
  return new MessageTooLargeError(
    `Cannot send ${method}() to "${actor}" as the message is too large: current size is ${bytes} bytes, the limit is ${limit}; transfer buffers, share memory, or raise mailbox.maxMessageBytes`,
    { actor, bytes, limit },
  );
}

/** Sends a call and forgets it. */
export function tell(
  core: RefCore,
  { name: method, hash }: MethodName,
  args: unknown[],
  options: SendOptions,
): void {
  // A tell never throws for the receiver's sake: to an ended actor it is a dead letter.
  if (
    core.report !== undefined || core.isolate.closed || isDraining(core)
  ) {
    const sender = runningLight()?.current;
    return core.isolate.report({
      why: "stopped",
      kind: "tell",
      to: core.id,
      toName: core.name,
      from: sender?.self.id ?? core.isolate.endpoint,
      fromName: sender?.name,
      method,
      hash,
    });
  }
  if (core.line !== undefined) {
    return core.line.tell(core, { name: method, hash }, args, options);
  }
  core.isolate.send(
    core.address,
    false,
    {
      kind: KIND.TELL,
      a: hash,
      b: 0,
      urgent: isUrgent(core, options),
      encoded: encodeMessage(core, method, args, options),
      transfer: options.transfer ?? NO_TRANSFER,
    },
    options.timeout ?? DEFAULT_TIMEOUT_MS,
  );
}
