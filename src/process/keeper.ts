/**
 * The keeper of a process: an actor on a thread of this program, whose messages are handled in that process.
 *
 * All that is true of an actor is true of its keeper: mailbox, order, restarts, links, watches, deadlines. The process
 * has the instance of the user's class, and nothing that anybody else depends on.
 *
 *   starting → up       the process has connected, shown the key, and made the actor
 *   up → stopping       onStop() is called there, and the process is let go
 *   any → over          the process has ended: calls reject, and the report says how
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import { actor, type ActorClass } from "../actor/define.ts";
import { endsAs } from "../actor/ends_as.ts";
import { type Method, METHODS } from "../actor/mail/methods.ts";
import { rememberMethod } from "../actor/mail/method_names.ts";
import { askedForStream } from "../actor/stream/stream_method_error.ts";
import type { ProcessOrder } from "../actor/process_order.ts";
import { PUT_ASIDE } from "../actor/stash.ts";
import { SOURCE, type StreamSource } from "../actor/stream/stream_source.ts";
import type { WireError } from "../error_wire.ts";
import {
  ActorInitError,
  DataCloneError,
  MessageTooLargeError,
  TroupeError,
} from "../errors.ts";
import { passUnknownPortables, portable } from "../memory/portable.ts";
import { messageOf } from "../thrown.ts";
import type { Answer, Become, Element, Made } from "./keeper_protocol.ts";
import { childFor } from "./child_ahead.ts";
import type { ChildProcess, ProcessEnd } from "./child_process.ts";
import { Exports } from "../connection/exports.ts";
import { FrameError } from "../connection/frame.ts";
import { pack, packArgs, unpack } from "../connection/freight.ts";
import { HangGuard } from "./hang_guard.ts";
import { keeperHandlers } from "./keeper_handlers.ts";
import { passedError } from "../connection/known_errors.ts";
import { frameLimit, Link } from "../connection/link.ts";
// Refs of other programs go on to the process as any other.
import "../connection/gated_line.ts";

// The modules that define what is sent through this thread are loaded in the process.
passUnknownPortables();

/** How long a process that was let go may take to end, in milliseconds. */
const LEAVE_MS = 2_000;

/** Keeps one process. */
class KeeperActor {
  readonly #order: ProcessOrder;
  readonly #args: unknown[];
  readonly #border = new Exports();
  readonly #methods: Map<number, Method> = new Map();
  #context!: Context;
  #child!: ChildProcess;
  #link!: Link;
  #restore: { readonly state: unknown } | undefined;
  #state: "up" | "stopping" | "over" = "up";
  #over: Promise<void> | undefined;
  #hangs: HangGuard | undefined;
  /** Whether a signal ended it. */
  #killed = false;
  /** Why the process is being ended from here. */
  #fault: Error | undefined;
  checkpoint: (() => Promise<unknown>) | undefined;

  constructor(order: ProcessOrder, ...args: unknown[]) {
    this.#order = order;
    this.#args = args;
    Object.defineProperty(this, METHODS, { value: this.#methods });
  }

  restore(state: unknown): void {
    this.#restore = { state };
  }

  async onStart(context: Context): Promise<void> {
    this.#context = context;
    this.#child = await this.#startProcess(context.name);
    const { wire, frames } = this.#child;
    this.#link = new Link(
      wire,
      frames,
      this.#border,
      keeperHandlers({
        context,
        border: this.#border,
        permissions: this.#order.permissions,
        call: (name, ...args) => this.#link.call(name, ...args),
        say: (name, ...args) => this.#link.say(name, ...args),
      }),
      frameLimit(this.#order.maxBytes),
    );
    this.#over = this.#keep();
    const { signal } = context;
    const stop = () => this.#link.say("stopping", sendable(signal.reason));
    signal.addEventListener("abort", stop);
    await this.#starting(async () => {
      this.#begin(await this.#link.call("become", this.#become()) as Made);
    });
    // It may not have been there to hear it.
    if (signal.aborted) stop();
  }

  /** Says of what cannot be started that it is the process: the constructor and the hooks have no part in it. */
  async #startProcess(name: string): Promise<ChildProcess> {
    try {
      return await childFor(name, this.#order);
    } catch (cause) {
      throw new ActorInitError(
        `Cannot start "${name}" as its process cannot be started: ${
          messageOf(cause)
        }`,
        { actor: name, cause },
      );
    }
  }

  /** Does a part of the start: nothing is left of one that fails, and nothing more to be told of. */
  async #starting(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (this.#state === "up") this.#state = "stopping";
      this.#child.kill();
      throw error;
    }
  }

  #begin(made: Made): void {
    for (const name of made.methods) {
      const call = (...args: unknown[]) => this.#forward(name, args);
      this.#methods.set(rememberMethod(name), { name, call });
    }
    if (made.checkpoints) {
      this.checkpoint = () => this.#checkpoint();
    }
    this.#guard();
  }

  async onRestart(error: unknown): Promise<void> {
    await this.#starting(async () => {
      await this.#link.call("hook", "onRestart", [error]);
    });
  }

  async onStop(reason: unknown): Promise<void> {
    if (this.#state === "over") return;
    this.#state = "stopping";
    this.#hangs?.end();
    try {
      await this.#link.call("hook", "onStop", [sendable(reason)]);
    } catch (error) {
      // One that ended itself meanwhile has stopped; one that was ended has not.
      if ((this.#state as string) !== "over" || this.#killed) throw error;
    } finally {
      await this.#leave();
    }
  }

  #become(): Become {
    const { name, incarnation, parent, self } = this.#context;
    const restore = this.#restore;
    return {
      order: this.#order,
      name,
      incarnation,
      parent,
      self,
      args: packArgs(this.#border, this.#args),
      restore: restore && pack(this.#border, restore.state, "state"),
    };
  }

  /** Has the process handle a message. */
  #forward(method: string, args: unknown[]): unknown {
    let packed;
    try {
      packed = this.#link.fitting(packArgs(this.#border, args));
    } catch (error) {
      if (
        error instanceof DataCloneError || error instanceof MessageTooLargeError
      ) return unanswerable(error);
      throw error;
    }
    return this.#link.call("message", method, packed, this.#context.stashed)
      .then((answer) => this.#finish(method, answer as Answer));
  }

  #finish(method: string, answer: Answer): unknown {
    if (answer.type === "aside") {
      this.#context.stash();
      throw PUT_ASIDE;
    }
    if (answer.type === "value") return unpack(this.#border, answer.value);
    if (answer.type === "stream") {
      const { name } = this.#context;
      const asked = askedForStream(name, rememberMethod(method));
      return unanswerable(asked, this.#source(answer.stream));
    }
    const error = passedError(answer.error as WireError);
    if (answer.type === "error") throw error;
    const { stream } = answer;
    return unanswerable(
      error,
      stream === undefined ? undefined : this.#source(stream),
    );
  }

  async #checkpoint(): Promise<unknown> {
    const state = await this.#link.call("checkpoint");
    return state === undefined
      ? undefined
      : unpack(this.#border, state as Uint8Array);
  }

  /** The elements of a stream that the process makes, on demand. */
  #source(id: number): StreamSource {
    return {
      // What it waits for itself is not waited for there.
      interruptible: true,
      next: async () => {
        const step = await this.#link.call("next", id) as Element;
        if (step.done) return { done: true, value: undefined };
        const value = step.unsent === undefined
          ? unpack(this.#border, step.value!)
          : unanswerable(passedError(step.unsent as WireError));
        return { done: false, value };
      },
      close: () => this.#link.call("close", id),
    };
  }

  /** Reads what the process says until it has ended. */
  async #keep(): Promise<void> {
    try {
      await this.#link.run();
    } catch (error) {
      // Any other is the end of the connection, of which the process has more to tell.
      if (error instanceof FrameError) this.#fault ??= error;
      this.#child.kill();
    }
    const late = setTimeout(() => this.#child.kill(), LEAVE_MS);
    const end = await this.#child.ended();
    clearTimeout(late);
    this.#hearLastWords();
    this.#child.letGo();
    this.#ended(end);
  }

  #hearLastWords(): void {
    try {
      this.#link.receive(this.#child.lastWords);
    } catch { /* What is none of it says nothing. */ }
  }

  #ended({ code, signal, oom, error }: ProcessEnd): void {
    const wanted = this.#state === "stopping";
    this.#state = "over";
    this.#killed = signal !== undefined;
    this.#hangs?.end();
    if (!wanted && code === 0 && this.#fault === undefined) {
      // It is the end that the actor wants, as that of a thread is: the keeper goes with it.
      return void setImmediate(() => Deno.exit(0));
    }
    const cause = this.#fault ?? error;
    if (this.#fault === undefined) {
      endsAs(error, {
        kind: oom ? "oom" : "crashed",
        code,
        ...signal === undefined ? {} : { signal },
      });
    }
    const told = this.#link.waiting > 0;
    this.#link.end(cause);
    if (wanted) return;
    // A handler that waited tells of it first, with the message that it handled.
    if (told) setImmediate(() => reportError(cause));
    else reportError(cause);
  }

  /** Lets the process go, and waits until it has ended. */
  async #leave(): Promise<void> {
    if (this.#state === "over") return;
    this.#link.say("leave");
    const late = setTimeout(() => this.#child.kill("SIGTERM"), LEAVE_MS / 2);
    const later = setTimeout(() => this.#child.kill(), LEAVE_MS);
    await this.#over;
    clearTimeout(late);
    clearTimeout(later);
  }

  #guard(): void {
    const { hangMs } = this.#order;
    if (hangMs === 0) return;
    const { name } = this.#context;
    this.#hangs = new HangGuard(hangMs, () => this.#link.call("ping"), () => {
      this.#fault = endsAs(
        new TroupeError(
          `"${name}" did not return to its event loop for ${hangMs} ms: split long work, or raise hangMs`,
        ),
        { kind: "hung", code: 1 },
      );
      this.#child.kill();
    });
  }
}

/** A value that cannot be answered: whoever asked gets `error`, and the actor goes on. It may be read as a stream. */
function unanswerable(error: Error, source?: StreamSource): object {
  return {
    [portable]() {
      throw error;
    },
    ...source === undefined ? {} : { [SOURCE]: source },
  };
}

/** `reason`, or what it says if it cannot be sent to another process. */
function sendable(reason: unknown): unknown {
  try {
    const border = new Exports();
    pack(border, reason, "reason");
    return reason;
  } catch {
    return messageOf(reason);
  }
}

/** Keeps a process; see process_order.ts. */
export const Keeper: ActorClass<
  [order: ProcessOrder, ...args: unknown[]],
  KeeperActor
> = actor(import.meta, "Keeper", KeeperActor);
