/**
 * What a process may ask of its keeper: all that an actor does beside answering.
 *
 * @module
 */
import type { Context } from "../actor/current.ts";
import type { ActorRef } from "../actor/ref.ts";
import { serviceOf } from "../actor/services.ts";
import { currentIsolate } from "../actor/thread/isolate.ts";
import type { SpawnOptions } from "../actor/spawn_options.ts";
import type { StopOptions } from "../actor/stop_options.ts";
import type { Timer } from "../actor/timers.ts";
import type { WireError } from "../error_wire.ts";
import { InvalidOptionError } from "../errors.ts";
import { cellHandlers } from "./cell_handlers.ts";
import type { Exports } from "../connection/exports.ts";
import { packArgs, unpack } from "../connection/freight.ts";
import { passedError } from "../connection/known_errors.ts";
import type { Handlers } from "../connection/link.ts";
import { sendHandlers } from "../connection/send_handlers.ts";
import { streamHandlers } from "../connection/stream_handlers.ts";
import { permitted } from "./permitted.ts";

/** What the keeper has for it. */
export interface KeeperSide {
  readonly context: Context;
  readonly border: Exports;
  /** What the process may do; `undefined` if that is as much as this program. */
  readonly permissions: Deno.PermissionOptions | undefined;
  call(name: string, ...args: unknown[]): Promise<unknown>;
  say(name: string, ...args: unknown[]): void;
}

/** A definition. */
type Handle = { readonly module: string; readonly name: string };

/** Where the modules are whose actors serve a whole system, with its permissions. */
const LIBRARY = new URL("../", import.meta.url).href;

/** The handlers of a keeper. */
export function keeperHandlers(side: KeeperSide): Handlers {
  return {
    ...ownHandlers(side),
    ...tieHandlers(side),
    ...sendHandlers(side),
    ...streamHandlers(side),
    ...startHandlers(side),
    ...cellHandlers(side),
  };
}

/** What it does about its own life and mailbox. */
function ownHandlers({ context, border, call }: KeeperSide): Handlers {
  let idle: Timer | undefined;
  let receiving: AbortController | undefined;
  return {
    stopSelf: (reason: unknown, options: StopOptions) =>
      context.stop(reason, options),
    stray: (error: WireError) => reportError(passedError(error)),
    release: (id: number, times: number) => border.release(id, times),
    unstash: () => void context.unstash(),
    turn: (id: number) => void context.after(0, () => call("turn", id)),
    idle: (ms: number, id: number) => {
      idle?.cancel();
      idle = ms < 0 ? undefined : context.idle(ms, () => call("turn", id));
    },
    receive: (names: string[], options: { timeout?: number }) => {
      const clauses = Object.fromEntries(names.map((name) => [
        name,
        (...args: unknown[]) => call("clause", name, packArgs(border, args)),
      ]));
      receiving = new AbortController();
      const { signal } = receiving;
      return context.receive(clauses as never, { ...options, signal });
    },
    receiveNoMore: () => receiving?.abort(),
  };
}

/** Whose ends it is told of. */
function tieHandlers({ context, call }: KeeperSide): Handlers {
  const watches: Map<number, Disposable> = new Map();
  let trap: Disposable | undefined;
  return {
    watch: (
      how: "watch" | "monitor",
      id: number,
      ref: ActorRef<unknown>,
      restarts: boolean,
    ) => {
      const handler = ({ report }: { report: unknown }) => {
        watches.delete(id);
        return call("down", id, report);
      };
      const options = restarts
        ? {
          onRestart: ({ incarnation }: { incarnation: number }) =>
            call("restarted", id, incarnation),
        }
        : {};
      watches.set(id, context[how](ref, handler, options));
    },
    unwatch: (id: number) => {
      watches.get(id)?.[Symbol.dispose]();
      watches.delete(id);
    },
    link: (ref: ActorRef<unknown>) => context.link(ref),
    unlink: (ref: ActorRef<unknown>) => context.unlink(ref),
    trap: (on: boolean) => {
      trap?.[Symbol.dispose]();
      trap = on
        ? context.trapExits(({ from, reason }) => call("exit", from, reason))
        : undefined;
    },
  };
}

/** What it starts: in this program, and with no more permissions than it has itself. */
function startHandlers(
  { context, border, permissions }: KeeperSide,
): Handlers {
  const jobs: Map<number, ReturnType<Context["run"]>> = new Map();
  const checked = (options: SpawnOptions) => permitted(permissions, options);
  const argsOf = (bytes: Uint8Array): unknown[] =>
    unpack(border, bytes) as unknown[];
  return {
    service: (module: string, name: string, options: SpawnOptions) => {
      if (module.startsWith(LIBRARY)) {
        const handle = { module, actor: name } as never;
        return serviceOf(currentIsolate()!, handle, options);
      }
      throw new InvalidOptionError(
        `Cannot start a service for a process as its module must be one of this library: current value is "${module}"`,
        { option: "module", value: module },
      );
    },
    spawn: (
      { module, name }: Handle,
      bytes: Uint8Array,
      options: SpawnOptions,
    ) =>
      context.spawn(
        { module, actor: name } as never,
        argsOf(bytes),
        checked(options),
      ),
    run: (
      id: number,
      { module, name }: Handle,
      bytes: Uint8Array,
      options: SpawnOptions,
    ) => {
      const job = context.run(
        { module, task: name } as never,
        argsOf(bytes),
        checked(options),
      );
      jobs.set(id, job);
      void job.exited.then(() => jobs.delete(id));
      return job.then((value) => value);
    },
    jobExit: (id: number) => jobs.get(id)?.exited,
    jobCancel: (id: number, reason: unknown) =>
      void jobs.get(id)?.cancel(reason),
    jobEnd: (id: number, how: "stop" | "kill", reason: unknown) =>
      how === "stop" ? jobs.get(id)?.stop(reason) : jobs.get(id)?.kill(),
  };
}
