import type { LightStop } from "./light_stop.ts";
import type { ExitReport } from "../../exit_report.ts";
import { enterLight, type LightRunning } from "../current.ts";
import type { Checkpoints } from "../thread/checkpoints.ts";
import type { WireCrash } from "../thread/last_call.ts";
import type { LightActor } from "./light_actor.ts";
import type { RefCore } from "../mail/ref_core.ts";
import { lightCycle } from "./light_cycle.ts";
import type { LightHome } from "./light_home.ts";
import type { LightContext } from "./light_context.ts";
import type { LightMessage } from "./light_message.ts";
import type { LightBonds } from "./light_ties.ts";
import type { OpenStreams } from "../stream/open_streams.ts";
import type { Method } from "../mail/methods.ts";
import type { LightReceiving } from "./light_receiving.ts";
import type { LightOrder, LightOwner } from "./light_order.ts";

/**
 * One incarnation of a light actor. What a former one left running finds its own life over, and has no effect.
 *
 *   starting → up                      constructor and hooks are done
 *   up       → stopping → over         it failed, or was asked to stop and its handlers are done
 *   any      → over                    killed, or its start failed
 */
export class LightLife implements LightRunning {
  /** Where it stands. */
  state: "starting" | "up" | "stopping" | "over" = "starting";
  /** The instance of the actor's class, once constructed. */
  instance: object | undefined;
  /** What it understands. */
  methods: ReadonlyMap<number, Method> | undefined;
  /** What it is told about itself, once somebody looked. */
  context: LightContext | undefined;
  /** The streams that it produces. */
  streams: OpenStreams | undefined;
  /** What it holds elsewhere, to be let go when it is over. */
  held: Set<() => void> | undefined;
  /** What lets others keep its state, if somebody does. */
  checkpoints: Checkpoints | undefined;
  /** The message whose handler threw. */
  crash: WireCrash | undefined;
  /** See {@link LightRunning.handling}. */
  handling: LightMessage | undefined;
  #home: LightHome | undefined;
  /** Whether it does right now what it is to do between two messages. */
  between = false;
  /** Its links, once it has looked at its context. */
  bonds: LightBonds | undefined;
  /** What its handler receives, once one has. */
  receiving: LightReceiving | undefined;
  /** Handlers that run. */
  running = 0;
  /** The message that was begun last, if it is a call and no other runs beside it. */
  inHand: LightMessage | undefined;
  /** Their messages, if they are asynchronous. */
  flying: Set<LightMessage> | undefined;
  /** How it was asked to stop. */
  stop: LightStop | undefined;
  /** Whether somebody but its owner asked for the end. */
  asked = false;
  /** Who waits for its end. */
  waiters: ((report: ExitReport) => void)[] | undefined;
  /** The deadline of its start, its stop or its last hook. */
  timer: ReturnType<typeof setTimeout> | undefined;

  /** A life that begins as `order` says. */
  constructor(
    readonly order: LightOrder,
    readonly owner: LightOwner,
    /** Whose life it is. */
    readonly actor: LightActor,
  ) {}

  /** See {@link LightRunning.home}. */
  get home(): LightHome | undefined {
    if (this.#home === undefined) {
      this.#home = this.actor.homeOf();
      if (this.state === "over") this.#home?.close();
    }
    return this.#home;
  }

  /** Ends what it started; resolves when that is done. */
  endChildren(how: "stop" | "kill"): Promise<void> | undefined {
    return this.#home?.end(how);
  }

  /** Whether somebody hears of its end who wanted it, waits for an answer, or read a stream; see unheard_end.ts. */
  get heard(): boolean {
    return this.asked || this.crash?.ask === true ||
      this.streams?.told === true ||
      this.flying?.values().some(({ asks }) => asks) === true;
  }

  /** See {@link LightRunning.cycleTo}. */
  cycleTo(to: RefCore): readonly string[] | undefined {
    const waiting = lightCycle(this, to);
    return waiting && [...waiting.map(({ current }) => current.name), to.name];
  }

  /** Does something as this actor: it is the current one until `act` returns. */
  within<T>(act: () => T): T {
    const before = enterLight(this);
    try {
      return act();
    } finally {
      enterLight(before);
    }
  }

  /** What it is told about itself. */
  get current(): LightContext {
    return this.context ??= this.actor.contextOf(this);
  }

  /** It is over: nothing of it has its turn any more. */
  finish(): void {
    this.state = "over";
    clearTimeout(this.timer);
    this.context?.end();
    this.checkpoints?.close();
    this.receiving?.stop();
  }

  /** See {@link LightRunning.hold}. */
  hold(letGo: () => void): () => void {
    if (this.state === "over") {
      letGo();
      return () => {};
    }
    (this.held ??= new Set()).add(letGo);
    return () => this.held?.delete(letGo);
  }

  /** Lets go of what it holds: it is over. */
  letGo(): void {
    const { held } = this;
    this.held = undefined;
    for (const each of held ?? []) each();
  }
}

/** The hooks that an actor may have. */
export interface LightHooks {
  /** See `actor()`. */
  restore?(state: unknown): unknown;
  /** See `actor()`. */
  onStart?(context: unknown): unknown;
  /** See `actor()`. */
  onRestart?(error: unknown): unknown;
  /** See `actor()`. */
  onStop?(reason: unknown): unknown;
}
