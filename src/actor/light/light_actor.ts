/**
 * A light actor: a queue and an instance, on a thread that it shares with others.
 *
 * The queue outlives the incarnations, as a mailbox in shared memory does.
 *
 * @module
 */
import { readableError } from "../../error_wire.ts";
import type { ExitReport } from "../../exit_report.ts";
import type { Overflow } from "../../channel/overflow.ts";
import { bear } from "./light_birth.ts";
import { checkpointsOf, keepIfDue } from "./light_checkpoints.ts";
import { LightContext } from "./light_context.ts";
import { endOfStart, endOfStop } from "./light_errors.ts";
import { lastHooks } from "./light_last_hooks.ts";
import { LightLife } from "./light_life.ts";
import { LightMessage, type LightSender } from "./light_message.ts";
import { methodsOf } from "../mail/methods.ts";
import type { LightOrder, LightOwner } from "./light_order.ts";
import type { LocalLine } from "./light_local_line.ts";
import type { LightHome } from "./light_home.ts";
import { LightReceiving } from "./light_receiving.ts";
import { LightQueue } from "./light_queue.ts";
import { LightStash } from "./light_stash.ts";
import type { LightStage } from "./light_stage.ts";
import type { LightStop } from "./light_stop.ts";
import type { RefCore } from "../mail/ref_core.ts";

/** Messages that one handles while others wait. */
const TURN = 64;
/** How long `onStop` may take after a failure, in milliseconds. */
const CLEAN_UP_MS = 5_000;
const STOPPED: ExitReport = { kind: "stopped", code: 0 };
const DONE: ExitReport = { kind: "done", code: 0 };
const KILLED: ExitReport = { kind: "killed", code: 1 };
/** What the owner of one is told that does not run, and is not to. */
const ASKED = { report: STOPPED, asked: true, crash: undefined, heard: true };

/** A light actor: its queue, and the incarnation that works on it. */
export class LightActor {
  /** Whether it waits for its turn. */
  queued = false;
  /** Messages it has handled, over all incarnations. */
  handled = 0;
  /** Name of the actor, as of its last start. */
  name = "";
  /** The refs of its own thread to it. */
  core: RefCore | undefined;
  /** The way of its own thread to it. */
  line: LocalLine | undefined;
  /** Other threads that sent to it, by their endpoint. */
  senders: Map<number, LightSender> | undefined;
  /** Other threads that want to know of its end. */
  watchers: Set<number> | undefined;
  /** Messages of each sending thread that may wait. */
  capacity = 0;
  /** What becomes of a message that finds no room. */
  overflow: Overflow = "wait";
  /** Whether urgent messages come before the others. */
  urgent = false;
  /** Who started it last. */
  owner: LightOwner | undefined;
  readonly #queue: LightQueue = new LightQueue();
  /** Made when it puts its first message aside: most never do. */
  #stash: LightStash | undefined;
  #life: LightLife | undefined;
  readonly #stage: LightStage;

  /** A light actor of that number, without an incarnation. */
  constructor(stage: LightStage, readonly id: number) {
    this.#stage = stage;
  }

  /** The incarnation that starts, runs or ends, if there is one. */
  get life(): LightLife | undefined {
    return this.#life;
  }

  /** Messages that wait. */
  get depth(): number {
    return this.#queue.size;
  }

  /** The incarnation that starts or runs; 0 if none does. */
  get incarnation(): number {
    return this.#life?.order.incarnation ?? 0;
  }

  /** Whether it takes no more messages, as it stops after those that wait. */
  get draining(): boolean {
    return this.#life?.stop?.drain === true;
  }

  /** The incarnation that is up; 0 if none is. */
  get up(): number {
    return this.#life?.state === "up" ? this.incarnation : 0;
  }

  /** Whether its incarnation was asked to stop. */
  get stopping(): boolean {
    return this.#life?.stop !== undefined;
  }

  /** Whether there is an incarnation, or one is being made. */
  get active(): boolean {
    return this.#life !== undefined;
  }

  /** Puts a message behind those that wait; an urgent one behind the urgent ones. */
  push(message: LightMessage): void {
    this.#queue.push(message);
    if (message.urgent) this.#life?.receiving?.lookAgain();
    this.stir();
  }

  /** Puts a message before all others: it is to be handled once more. */
  putBack(message: LightMessage): void {
    this.#queue.unshift(message);
  }

  /** Takes the first message out that waits and that `isIt` says so of. */
  takeOne(isIt: (message: LightMessage) => boolean): LightMessage | undefined {
    return this.#queue.takeOne(isIt);
  }

  /** Asks for a turn, if there is something that it could do. */
  stir(): void {
    if (this.queued || !this.#canTake()) return;
    this.queued = true;
    this.#stage.enqueue(this);
  }

  /** Handles messages for one turn. Returns how many. */
  run(): number {
    this.queued = false;
    let count = 0;
    while (this.#canTake()) {
      const life = this.#life!;
      const { receiving } = life;
      const { handling } = this.#stage;
      if (receiving?.waits) {
        const found = receiving.take(this.#stash?.size ?? 0);
        if (found !== undefined) handling.receive(life, found);
      } else handling.handle(life, this.#queue.shift());
      if (this.#life?.checkpoints?.due) keepIfDue(this.#life);
      if (++count >= TURN || this.#stage.sliceOver()) break;
    }
    const life = this.#life;
    if (life?.checkpoints !== undefined) keepIfDue(life);
    if (life?.stop !== undefined) this.#maybeStop(life);
    this.stir();
    return count;
  }

  /**
   * Starts an incarnation; its owner is told how that went, at once if nothing had to be waited for.
   *
   * @param args Answers the arguments of the constructor; it may throw.
   * @param after The end it recovers from.
   * @param restore Answers the state that it is to restore.
   */
  start(
    order: LightOrder,
    owner: LightOwner,
    args: () => unknown[],
    after: ExitReport | undefined,
    restore?: () => unknown,
  ): void {
    const life = new LightLife(order, owner, this);
    this.#life = life;
    this.name = order.name;
    this.owner = owner;
    bear(life, { args, after, restore }, {
      up: () => this.#up(life),
      failed: (error) => this.#abandonStart(life, error),
    });
  }

  /**
   * Asks the incarnation to end; `done` is told how it did.
   */
  stop(
    how: LightStop,
    done: (report: ExitReport) => void,
  ): void {
    const life = this.#life;
    if (life === undefined) {
      if (how.asked) this.owner?.ended(ASKED);
      return done(STOPPED);
    }
    (life.waiters ??= []).push(done);
    life.asked = how.asked;
    if (how.deadlineMs <= 0) {
      return this.#end(life, KILLED);
    }
    if (life.stop === undefined || !how.drain) life.stop = how;
    if (life.stop.drain) this.#stage.draining(this);
    if (!life.stop.drain) life.receiving?.stop();
    life.context?.abort(how.reason);
    this.#maybeStop(life);
    if (life.state === "over" || how.deadlineMs >= 2 ** 31) return;
    clearTimeout(life.timer);
    life.timer = setTimeout(
      () => this.#end(life, KILLED),
      how.deadlineMs,
    );
  }

  /** Ends it at once, whatever it does, and takes all messages that wait. */
  empty(report: ExitReport): readonly LightMessage[] {
    if (this.#life !== undefined) this.#end(this.#life, report);
    this.#stash?.release();
    return this.#queue.takeAll();
  }

  /** What starts actors that end with an incarnation of it; `undefined` on a thread that starts none. */
  homeOf(): LightHome | undefined {
    return this.#stage.homeOf(this);
  }

  /** Makes what an incarnation is told about itself. */
  contextOf(life: LightLife): LightContext {
    const context = new LightContext(
      life,
      this.#stage.refTo(this, life.order),
      (notice) => this.push(this.#notice(life, notice)),
      (notice) => this.behind(life, notice),
      () => life.running === (life.between ? 1 : 0) && this.#queue.size === 0,
      {
        stop: (how) => this.#leave(life, how),
        size: () => this.#stash?.size ?? 0,
        add: () => (this.#stash ??= new LightStash(this.#queue)).add(life),
        release: () => this.#unstash(life),
        receive: (...args) => this.#receivingOf(life).begin(...args),
      },
      life.bonds = this.#stage.ties.bondsOf(life),
    );
    if (life.stop !== undefined) context.abort(life.stop.reason);
    return context;
  }

  /** Has an incarnation do something in its turn, after all that its thread has sent to it so far. */
  behind(life: LightLife, notice: () => unknown): void {
    this.line!.behind(this.#notice(life, notice));
  }

  #leave(life: LightLife, how: LightStop): void {
    if (this.#life !== life || life.stop !== undefined) return;
    if (life.state !== "starting" || how.deadlineMs <= 0) {
      return this.stop(how, () => {});
    }
    // It is up first.
    life.stop = how;
    life.context?.abort(how.reason);
  }

  #receivingOf(life: LightLife): LightReceiving {
    return life.receiving ??= new LightReceiving(
      life,
      this.#queue,
      (message) => this.#stage.finished(this, message),
    );
  }

  #unstash(life: LightLife): number {
    if (this.#life !== life) return 0;
    life.receiving?.lookAgain();
    const count = this.#stash?.release() ?? 0;
    this.stir();
    return count;
  }

  #notice(life: LightLife, notice: () => unknown): LightMessage {
    const message = new LightMessage(false, 0, [], undefined, undefined, 0);
    message.notice = () => life === this.#life ? notice() : undefined;
    return message;
  }

  #canTake(): boolean {
    const life = this.#life;
    if (life?.receiving?.waits) return life.receiving.due;
    const { head } = this.#queue;
    return head !== undefined && head.complete &&
      life !== undefined && life.state === "up" &&
      life.running < life.order.concurrency && life.stop?.drain !== false;
  }

  #up(life: LightLife): void {
    if (life.state === "over") return;
    // The deadline of a stop by others goes on: it began when they asked.
    const { stop, waiters } = life;
    if (waiters === undefined) clearTimeout(life.timer);
    life.methods = methodsOf(life.instance!);
    life.state = "up";
    life.checkpoints = checkpointsOf(life, () => this.goOn(life));
    if (life.order.incarnation > 1) this.#stage.restarted(this);
    life.owner.started();
    if (stop !== undefined && waiters === undefined) this.stop(stop, () => {});
    else if (stop !== undefined) this.#maybeStop(life);
    this.stir();
  }

  #abandonStart(life: LightLife, error: Error): void {
    life.finish();
    this.#life = undefined;
    void life.endChildren("kill");
    life.letGo();
    life.owner.notStarted(error);
    for (const done of life.waiters ?? []) done(endOfStart(error));
  }

  /** Ends an incarnation by an error that left a handler. */
  fail(life: LightLife, thrown: unknown): void {
    const error = readableError(thrown, this.name);
    const report: ExitReport = { kind: "failed", code: 1, error };
    this.#fail(life, thrown, report, report);
  }

  /** Ends an incarnation by an error outside of its handlers. */
  crash(life: LightLife, error: Error): void {
    if (life.state === "starting") return this.#abandonStart(life, error);
    this.#fail(life, error, { kind: "crashed", code: 1, error }, KILLED);
  }

  /** Ends an incarnation, after its last hooks, with `report`; with `late` if those take too long. */
  #fail(
    life: LightLife,
    thrown: unknown,
    report: ExitReport,
    late: ExitReport,
  ): void {
    if (life.state !== "up") return;
    lastHooks(life, {
      reason: thrown,
      children: "kill",
      // What cannot be kept now leaves what was kept before; so does a message that may come again.
      keep: async (checkpoints) => {
        if (life.order.redeliver === 0) {
          await checkpoints.last().catch(() => {});
        }
      },
      endStreams: () => this.#stage.handling.endStreams(life, thrown),
      end: () => this.#end(life, report),
    });
    if (this.#life !== life) return;
    // Its owner waits to restart it: a hook that never ends must not hold that up.
    clearTimeout(life.timer);
    life.timer = setTimeout(() => this.#end(life, late), CLEAN_UP_MS);
  }

  /** An asynchronous handler is done: others may have their turn. */
  goOn(life: LightLife): void {
    if (life.checkpoints !== undefined) keepIfDue(life);
    if (life.stop !== undefined) this.#maybeStop(life);
    this.stir();
  }

  #maybeStop(life: LightLife): void {
    if (life.state !== "up") return;
    const { reason, drain, own } = life.stop!;
    if (drain && life.receiving?.inVain) return life.receiving.stop();
    if (life.running > 0) return;
    if (drain && this.#queue.size > 0) return;
    lastHooks(life, {
      reason,
      children: "stop",
      keep: (checkpoints) => checkpoints.last(),
      endStreams: () => this.#stage.handling.endStreams(life, reason),
      end: (error) =>
        this.#end(
          life,
          error === undefined
            ? own ? DONE : STOPPED
            : endOfStop(this.name, error.thrown),
        ),
    });
  }

  #end(life: LightLife, report: ExitReport): void {
    if (life.state === "over") return;
    const wasUp = life.state !== "starting";
    life.finish();
    this.#life = undefined;
    life.handling = undefined;
    void life.endChildren("kill");
    this.#stash?.release();
    life.crash ??= this.#stage.handling.inFlight(life);
    const heard = life.heard || this.#queue.asked ||
      this.core?.heard === true || (this.watchers?.size ?? 0) > 0 ||
      this.#stage.ties.has(this.id);
    if (life.order.dropMail) {
      this.#stage.losses.drop(this, this.#queue.takeAll(), report.error);
    }
    this.#stage.handling.cut(life, report);
    this.#stash?.release();
    const { asked, crash } = life;
    const { waiters = [] } = life;
    if (wasUp || asked || waiters.length > 0) {
      life.owner.ended({ report, asked, crash, heard });
    } else life.owner.notStarted(undefined);
    for (const done of waiters) done(report);
  }
}
