/**
 * Actors and tasks on threads of their own: how they are defined, started, asked and told.
 *
 * | what                             | default                                                        |
 * |----------------------------------|----------------------------------------------------------------|
 * | deadline of an ask               | 5,000 ms                                                       |
 * | wait of a message for room       | 5,000 ms, without blocking the sender's event loop             |
 * | messages that may wait           | 1,024 for each sending thread                                  |
 * | largest message                  | 64 MiB as encoded                                              |
 * | time to start                    | 5,000 ms for module, constructor and `onStart`                 |
 * | time to stop                     | 5,000 ms, then the actor is killed                             |
 * | messages handled at once         | 1                                                              |
 * | silence that counts as a hang    | none: long computation is no fault by itself                   |
 *
 * An actor of a {@linkcode System} that fails stays ended; `@troupe/actors/supervisor` restarts what fails. To place
 * actors elsewhere than on a thread, or in a test nowhere at all, implement {@linkcode Cell} and {@linkcode CellFactory}.
 *
 * ## Messages
 *
 * - **Order:** messages of one thread to one actor arrive in the order sent, at most once each.
 * - **Bounded:** each sending thread may have `mailbox.capacity` (1,024) messages wait at an actor. One that finds no room
 *   waits up to 5 s in its sender, without blocking the sender's loop. Then an ask rejects with `MailboxFullError`, and a tell
 *   is a dead letter. `mailbox.overflow` says otherwise: `"fail"`, `"dropNewest"`, `"dropOldest"` or `"stop"`. A sender that
 *   wants to know awaits `ref.send.method()`, which resolves when the message is in the receiver's mailbox, or calls
 *   `ref.trySend.method()`, which answers `false` when there is no room. A tell that still waits for room when its sender's
 *   thread ends, however it ends, is a dead letter (`unsent`).
 * - **Replies are never held up** by a full mailbox: they have lanes of their own. So have orders to stop.
 * - **Urgent messages:** to an actor started with `mailbox: { urgent: true }`, what is sent by `ref.with({ urgent: true })` is
 *   handled before all other messages that wait, after orders to stop; each kind keeps its order.
 * - **Put aside, not lost:** `context.stash()` puts the message in hand aside, and `context.unstash()` has all of those
 *   handled again, in the order in which they came and before what came later. They are bounded (`mailbox.stash`), outlive
 *   restarts, and are dead letters at the final end; asks among them are safe to repeat.
 * - **Received out of turn:** `await context.receive({ method: (…args) => … })` in a handler takes the first message for one
 *   of those methods, and leaves all others waiting in their order, bounded by `mailbox.stash`.
 * - **Every ask settles:** by its reply, its deadline (5 s unless said otherwise), its signal, or the actor's end, which
 *   rejects it at once. An ask that had not begun says that it is safe to repeat.
 * - **No ask waits for itself:** one whose actor waits, directly or through others, for the handler that asks rejects at once
 *   with `AskCycleError`, which names the chain. Every ask sent while the handler of an actor with `concurrency: 1` runs
 *   counts as its own; where actors share a thread, those sent before its first `await`. A circle over two host workers, or
 *   one that begins after an `await` of such an actor, waits for its deadline, and so does an ask of itself in `onStart`.
 * - **Streams are read on demand:** `for await (const x of ref.stream.rows())` reads what a method yields, in order and
 *   without loss, on whatever thread it runs. The method is at most `credit` (64) elements ahead of its reader and waits at
 *   its `yield`; the actor handles other messages meanwhile. Leaving the loop runs its `finally`, and the end of either side
 *   ends the stream at once.
 * - **Nothing is lost without a trace:** a tell that reaches nobody (its actor has ended, has no room or no such method), a
 *   reply that comes too late and what waits in a mailbox at the final end are dead letters: `system.deadLetters` counts and
 *   shows them with sender, receiver, method and reason, and the first ones are lines on stderr.
 * - **A transferred value** that waits at a receiver that restarts is lost, as it exists only once: its message is given back,
 *   safe to retry with another.
 *
 * ## Life
 *
 * - **Timers go off in turn:** those of `Context.after()`, `every()` and `idle()` are handled as messages are, never within a
 *   handler; never once they are cancelled or replaced, also when they were due; and they end with their incarnation.
 * - **Every end has a reason:** `done`, `stopped`, `killed`, `failed`, `crashed`, `hung` or `lost`, with the code and the
 *   error, whether the thread threw, called `self.close()` or `Deno.exit()`, or could not be loaded.
 * - **No failure is silent:** one of an actor without a supervisor that no ask, no stream, no `exited` and no `watch()` hears
 *   of, on any thread, is written to stderr, once, with its name. A supervisor's crash report names the message, its arguments
 *   up to 16 KiB, who sent it and the state that was kept last; a failure after which an actor goes on, as a rule says, is the
 *   event `resumed`.
 * - **Done is not stopped:** an actor that has nothing left to do calls `context.stop()` and ends as `done`; its supervisor
 *   restarts it if it is permanent. A stop through a ref is somebody's will, and lasts.
 * - **A stop overtakes what waits**, and never breaks into the handler that runs; a kill does. With `{ drain: true }` a stop
 *   comes after the messages that wait, and those that come later are refused.
 * - **Nobody outlives its owner:** what an actor starts ends with it, also at a restart, before the next incarnation begins;
 *   nothing can be detached. After an `await` a thread does not know which of the actors that share it runs: those start
 *   theirs by `context.spawn()`, `context.run()` and `supervise(options, context)`, as `spawn()`, `run()` and
 *   `supervise(options)` would start what ends with the thread.
 * - **An end is told once:** `watch(ref, handler)` calls the handler after the last message of the actor that ended, when its
 *   address is free again. A restart is no end. `monitor()` is a watch of one's own, which `using` ends.
 * - **Linked actors end together:** when one that was joined by `context.link(ref)` ends abnormally, so does the other, within
 *   5 s. `context.trapExits(handler)` tells it instead. Both may live anywhere; a link outlives restarts, and ends with the
 *   final end of one of them.
 * - **Fencing:** an incarnation that was replaced can no longer take a message or answer, even if its thread runs on, nor send
 *   from a thread of its own. Where actors share a thread, code of it that still runs (a `setInterval()`, an `await` without
 *   end) cannot be stopped: what it does by its `Context` has no effect or is refused, but for `context.self`, by which it can
 *   send, as by any ref. Timers of the `Context` end with it. Deno cannot stop a thread that is in synchronous code; such
 *   zombies are counted in `system.zombies`, and `System.run(main)` ends the program in spite of them.
 * - **Bad input costs nothing:** what cannot travel, is too large, is out of its bounds, is an option that there is not
 *   (`maxRestart`) or that can take no effect (a rule behind one that matches all of it), is refused where it is given, with
 *   its path, before anything has changed: by the compiler where it can, else by a typed error.
 * - **A forgotten actor keeps the program alive**, as an open server does; a task that fails and that nobody heeds ends it, as
 *   a rejected promise does. To read `exited` or `progress` of its job is to heed it, as is to await, cancel or end it.
 *
 * ## Placements
 *
 * A host worker starts when it is needed first, takes the next actor when it has the fewest, and is started again when it
 * ends. What it had read by then is lost with it: asks reject with `ActorCrashedError`, which may have run, and tells are dead
 * letters (`lost`), of which the one that was being handled names its actor and method; what it had not read waits for the
 * next incarnation of the actor.
 *
 * A shared or local actor has no row in the table of 8,192 addresses, no lane and no thread: a hundred thousand of them are
 * normal. What its own thread sends is moved, not copied: leave it alone afterwards. Tests find who does not with
 * `new System({ freeze: true })`, which freezes what was sent, and refuses what could not travel to another thread; otherwise
 * only arguments that are functions themselves are refused there. It takes turns of 64 messages. Its thread ends with it what
 * it cannot contain: errors outside of its handlers, and endless loops. Until the first `await` of a handler `current`,
 * `spawn()` and `AskCycleError` know whose handler it is; its `Context` always does: after an `await`, start by
 * `context.spawn()` and `supervise(options, context)` what is to end with the actor.
 *
 * ## What can be sent
 *
 * What `structuredClone` takes, cycles included, and more: errors keep their fields, cause and stack, and their class if it is
 * one of the language, of Deno or of Troupe, or both sides gave it to `registerError()` (else they arrive as the nearest such
 * ancestor, or as `RemoteError`, under their own `name`; what refers back to an error that it is part of arrives as
 * `"[Circular]"`); refs, Manager proxies and other handles arrive as themselves; buffers, ports and streams move. Instances of
 * your own classes arrive as plain objects, as they do from `structuredClone`. Functions, symbols, weak collections and
 * proxies are refused with their path. A handle of a part of the package that the receiver's module does not import, types
 * aside, can be sent on; to use it throws `UnknownHandleError`. At most 1,000 levels deep and `mailbox.maxMessageBytes` (64 MiB) long.
 *
 * ## What is not promised
 *
 * - **Hangs** are noticed only for actors with a `hangMs`: long computation is no fault by itself.
 * - **What only a thread knew is not counted** when that thread ends: messages between actors of one host worker, and the dead
 *   letters of its last turn.
 * - **The text of an error** is cut at 16,384 characters where it crosses threads.
 * - **Out of memory** in one thread ends the whole program: Deno gives workers no bound of their own.
 * - The number of spare workers (`new System({ spares })`) is how many starts in a row are fast. One more is made on the main
 *   thread, which blocks it for about 10 ms; in Deno 2.9 a worker made elsewhere needs a second to listen.
 *
 * @example Define an actor, start it, ask it
 * ```ts
 * import { actor, type ActorClass, System } from "@troupe/actors/actor";
 *
 * class CounterActor {
 *   #sum = 0;
 *   add(count: number): number {
 *     return this.#sum += count;
 *   }
 * }
 * export const Counter: ActorClass<[], CounterActor> = actor(
 *   import.meta,
 *   "Counter",
 *   CounterActor,
 * );
 *
 * // Threads import this module too: only the main one starts the actor.
 * if (import.meta.main) {
 *   await using system = new System();
 *   const counter = await system.spawn(Counter, []);
 *   counter.tell.add(1);
 *   console.log(await counter.ask.add(2)); // 3
 * }
 * ```
 *
 * @module
 */
export { registerError } from "../error_wire.ts";
export {
  ActorCrashedError,
  ActorInitError,
  ActorStoppedError,
  AskCycleError,
  AskTimeoutError,
  DataCloneError,
  InitTimeoutError,
  InvalidOptionError,
  LinkedExitError,
  MailboxFullError,
  MessageTooLargeError,
  ModuleLoadError,
  Refusal,
  RemoteError,
  SystemClosedError,
  ThreadLimitError,
  TopLevelSpawnError,
  TroupeError,
  UnknownExportError,
  UnknownHandleError,
  UnknownMethodError,
  WorkerDiedError,
} from "../errors.ts";
export type { ExitKind, ExitReport } from "../exit_report.ts";
export type {
  Cell,
  CellFactory,
  CellSpec,
  CrashDetail,
  ResumedFailure,
  Tied,
} from "./cell.ts";
export { type Context, current } from "./current.ts";
export { defaultSystem, run, spawn } from "./default_system.ts";
export {
  actor,
  type ActorClass,
  type Remote,
  remote,
  type Task,
  task,
} from "./define.ts";
export { Job } from "./job.ts";
export type { Exit } from "./links.ts";
export type { Spawner, TreeNode } from "./offspring.ts";
export type { Asks, Hook, Method, Sends, Tells, Tries } from "./messages.ts";
export { NotInProcessError } from "./not_in_process_error.ts";
export type { ActorRef } from "./ref.ts";
export {
  asCompleted,
  type Settled,
  settleFirst,
  type SettleOptions,
} from "./settled.ts";
export type { SendOptions } from "./mail/send.ts";
export type { ActorStream } from "./stream/actor_stream.ts";
export { StreamMethodError } from "./stream/stream_method_error.ts";
export type {
  Askable,
  ElementOf,
  IsStream,
  Streams,
} from "./stream/streams.ts";
export type {
  Correspondent,
  DeadLetter,
  DeadLetterReason,
} from "./mail/dead_letter.ts";
export type { DeadLetters } from "./mail/dead_letters.ts";
export type { EveryOptions, Timer, TimerOptions, Timers } from "./timers.ts";
export type { Overflow } from "../channel/overflow.ts";
export type { Placement, SpawnOptions } from "./spawn_options.ts";
export type {
  Clauses,
  Received,
  ReceiveOptions,
  Receiving,
} from "./receive.ts";
export { ReceiveError } from "./receive_error.ts";
export type { Stashing } from "./stash.ts";
export { StashFullError } from "./stash_full_error.ts";
export type { StopOptions } from "./stop_options.ts";
export { System } from "./system.ts";
export type { OutputLine } from "./output_line.ts";
export type { SystemOptions } from "./system_options.ts";
export {
  type Down,
  monitor,
  type Restarted,
  watch,
  type WatchOptions,
} from "./watch.ts";
export type { ProcessOptions } from "./process_order.ts";
