/**
 * Sends whose sender is told whether the message has found its place.
 *
 * @module
 */
import type { Delivery, Refused } from "../../channel/outlet.ts";
import { ActorStoppedError, MailboxFullError } from "../../errors.ts";
import { ENDPOINT } from "../../memory/endpoints.ts";
import type { Parts } from "./parts.ts";
import { KIND } from "./protocol.ts";
import type { RefCore } from "./ref_core.ts";
import {
  DEFAULT_TIMEOUT_MS,
  encodeMessage,
  isUrgent,
  type MethodName,
  NO_TRANSFER,
  refuseIfOver,
  type SendOptions,
} from "./send.ts";

/** A message that waits for its place, and the promise of it. */
class Sending implements Delivery {
  #onAbort: (() => void) | undefined;
  #settled = false;

  constructor(
    readonly core: RefCore,
    readonly method: string,
    readonly args: readonly unknown[],
    readonly options: SendOptions,
    readonly resolve: () => void,
    readonly reject: (error: unknown) => void,
  ) {}

  /** Gives the message up when the signal aborts, if it waits for its place. */
  listen(): void {
    const { signal } = this.options;
    if (signal === undefined || this.#settled) return;
    this.#onAbort = () => {
      const { isolate, address, line } = this.core;
      const taken = line === undefined
        ? isolate.withdraw(address, this)
        : line.withdraw(this);
      if (taken) this.reject(signal.reason);
    };
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  sent(): void {
    this.#unlisten();
    this.resolve();
  }

  refused(why: Refused): void {
    this.#unlisten();
    this.reject(this.#errorOf(why));
  }

  #unlisten(): void {
    this.#settled = true;
    if (this.#onAbort === undefined) return;
    this.options.signal!.removeEventListener("abort", this.#onAbort);
  }

  #errorOf(why: Refused): Error {
    const { method, args: unsent } = this;
    const { name: actor, isolate, address, line } = this.core;
    if (why === "sealed") {
      const over = refuseIfOver(this.core, "send to");
      return over ?? new ActorStoppedError(
        `Cannot send ${method}() to "${actor}" as it has stopped: the message was not delivered, it is safe to send it to a successor`,
        { actor, safeToRetry: true },
      );
    }
    const { timeout = DEFAULT_TIMEOUT_MS } = this.options;
    const how = why === "full" ? `stayed full for ${timeout} ms` : "is full";
    const capacity = line?.capacity ??
      isolate.table.get(address.endpoint, ENDPOINT.CAPACITY);
    return new MailboxFullError(
      `Cannot send ${method}() to "${actor}" as its mailbox ${how}: the message was not delivered, send less, raise the timeout or its mailbox.capacity`,
      { actor, capacity, unsent },
    );
  }
}

/** Sends a call; the promise resolves when it is in the memory of its receiver. */
export function send(
  core: RefCore,
  method: MethodName,
  args: unknown[],
  options: SendOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = refuseIfOver(core, "send to");
    if (over !== undefined) throw over;
    const { signal, timeout = DEFAULT_TIMEOUT_MS } = options;
    if (signal?.aborted) throw signal.reason;
    const { name } = method;
    const sending = new Sending(core, name, args, options, resolve, reject);
    if (core.line !== undefined) {
      core.line.tell(core, method, args, options, sending);
    } else {
      const parts = partsOf(core, method, args, options);
      core.isolate.send(core.address, false, parts, timeout, sending);
    }
    sending.listen();
  });
}

/** Sends a call if there is room for it now. Returns whether it was sent. */
export function trySend(
  core: RefCore,
  method: MethodName,
  args: unknown[],
  options: SendOptions,
): boolean {
  const over = refuseIfOver(core, "send to") !== undefined;
  if (core.line !== undefined) {
    return !over && core.line.trySend(core, method, args, options);
  }
  // What cannot be sent at all is refused first, whatever becomes of it.
  const parts = partsOf(core, method, args, options);
  return !over && core.isolate.trySend(core.address, parts);
}

function partsOf(
  core: RefCore,
  { name, hash }: MethodName,
  args: unknown[],
  options: SendOptions,
): Parts {
  const encoded = encodeMessage(core, name, args, options);
  const transfer = options.transfer ?? NO_TRANSFER;
  const urgent = isUrgent(core, options);
  return { kind: KIND.TELL, a: hash, b: 0, urgent, encoded, transfer };
}
