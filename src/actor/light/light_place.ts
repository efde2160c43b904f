import type { ExitReport } from "../../exit_report.ts";
import type { LightActor } from "./light_actor.ts";
import type { Lights } from "./light_host.ts";
import type { LightOrder, LightOwner } from "./light_order.ts";
import type { WireState } from "../mail/protocol.ts";
import { decode } from "../../memory/codec.ts";
import { enterIsolate, type Isolate } from "../thread/isolate.ts";
import type { RefCore } from "../mail/ref_core.ts";
import type { LightStop } from "./light_stop.ts";

/** What an actor is made with: `values` for its constructor, made anew each time. */
export interface LightStart {
  /** How it is made. */
  readonly order: LightOrder;
  /** Answers the arguments of the constructor. */
  readonly args: () => unknown[];
  /** Those arguments as they were given. */
  readonly values: readonly unknown[];
  /** What of them is moved. */
  readonly transfer: readonly Transferable[];
  /** The end it recovers from. */
  readonly after: ExitReport | undefined;
  /** The state that it is to restore. */
  readonly restore: WireState | undefined;
}

/** Where a light actor lives, as its owner sees it. */
export interface LightPlace {
  /** The refs to it. */
  readonly core: RefCore;
  /** Messages that wait there. */
  readonly depth: number;
  /** Messages it has handled. */
  readonly handled: number;
  /** Starts an incarnation. */
  start(start: LightStart, owner: LightOwner): void;
  /** Ends it. */
  stop(how: LightStop, done: (report: ExitReport) => void): void;
  /** Gives it up for good. */
  retire(report: ExitReport): void;
}

/** A state that was kept, as it is restored. */
export function readState(isolate: Isolate, state: WireState): unknown {
  const { bytes, attachments } = state;
  enterIsolate(isolate);
  return decode(bytes, 0, bytes.length, attachments);
}

/** A light actor on the thread of its owner. */
export class LocalPlace implements LightPlace {
  readonly #lights: Lights;
  readonly #actor: LightActor;

  /** The place of `actor`, one of `lights`. */
  constructor(lights: Lights, actor: LightActor) {
    this.#lights = lights;
    this.#actor = actor;
  }

  /** See {@link LightPlace.core}. */
  get core(): RefCore {
    return this.#actor.core!;
  }

  /** See {@link LightPlace.depth}. */
  get depth(): number {
    return this.#actor.depth;
  }

  /** See {@link LightPlace.handled}. */
  get handled(): number {
    return this.#actor.handled;
  }

  /** See {@link LightPlace.start}. */
  start({ order, args, after, restore }: LightStart, owner: LightOwner): void {
    const { isolate } = this.#lights;
    const read = restore && (() => readState(isolate, restore));
    this.#actor.start(order, owner, args, after, read);
  }

  /** See {@link LightPlace.stop}. */
  stop(how: LightStop, done: (report: ExitReport) => void): void {
    this.#actor.stop(how, done);
  }

  /** See {@link LightPlace.retire}. */
  retire(report: ExitReport): void {
    this.#lights.retire(this.#actor, report);
  }
}
