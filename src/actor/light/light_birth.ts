/**
 * How an incarnation of a light actor comes to be: module, constructor, hooks.
 *
 * What need not be waited for is not: one whose module is loaded and whose
 * hooks are synchronous is up when this returns.
 *
 * @module
 */
import {
  ActorInitError,
  InitTimeoutError,
  ModuleLoadError,
  TopLevelSpawnError,
  UnknownExportError,
} from "../../errors.ts";
import type { ExitReport } from "../../exit_report.ts";
import { type Definition, findLoaded, load } from "../define.ts";
import { isThenable } from "../is_thenable.ts";
import type { LightHooks, LightLife } from "./light_life.ts";
import { messageOf } from "../../thrown.ts";

/** Who wants to know how it went. */
export interface LightParents {
  /** All its hooks are done. */
  up(): void;
  /** It will not come up. */
  failed(error: Error): void;
}

/** What it is made with. */
export interface LightSeed {
  /** Answers the arguments of the constructor; it may throw. */
  readonly args: () => unknown[];
  /** The end it recovers from. */
  readonly after: ExitReport | undefined;
  /** Answers the state that it is to restore, if there is one. */
  readonly restore: (() => unknown) | undefined;
}

/** Makes the instance of `life` and calls its hooks, unless the life is over before. */
export function bear(
  life: LightLife,
  seed: LightSeed,
  parents: LightParents,
): void {
  const failed = (error: unknown): void => {
    if (life.state === "starting") parents.failed(initError(life, error));
  };
  const inTime = (): void => armInit(life, parents);
  const go = (definition: Definition): void =>
    attempt(failed, () =>
      life.within(() => {
        if (life.state !== "starting") return;
        const { make } = definition as Definition & { kind: "actor" };
        const instance: LightHooks = new make(...seed.args());
        life.instance = instance;
        const { after, restore } = seed;
        const restored = restore && instance.restore?.(restore());
        follow(restored, inTime, failed, () => {
          const started = life.within(() => instance.onStart?.(life.current));
          follow(started, inTime, failed, () => {
            const again = after &&
              life.within(() => instance.onRestart?.(after.error ?? after));
            follow(again, inTime, failed, () => parents.up());
          });
        });
      }));
  const { order } = life;
  const found = findLoaded({ ...order, kind: "actor" });
  if (found !== undefined) return go(found);
  inTime();
  load({ ...order, kind: "actor" }).then(go, failed);

  /** Goes on with `next` when `value` has settled, at once if it is no promise. */
  function follow(
    value: unknown,
    wait: () => void,
    failed: (error: unknown) => void,
    next: () => void,
  ): void {
    if (life.state !== "starting") return;
    if (!isThenable(value)) return next();
    wait();
    value.then(
      () => attempt(failed, () => life.state === "starting" && next()),
      failed,
    );
  }
}

function attempt(failed: (error: unknown) => void, act: () => unknown): void {
  try {
    act();
  } catch (error) {
    failed(error);
  }
}

function armInit(life: LightLife, parents: LightParents): void {
  const { initTimeout: timeoutMs, name: actor } = life.order;
  if (life.timer !== undefined || timeoutMs >= 2 ** 31) return;
  life.timer = setTimeout(() => {
    parents.failed(
      new InitTimeoutError(
        `Cannot start "${actor}" as its module, constructor and onStart took longer than ${timeoutMs} ms: raise initTimeout or move slow work out of them`,
        { actor, timeoutMs },
      ),
    );
  }, timeoutMs);
}

function initError(life: LightLife, cause: unknown): Error {
  if (
    cause instanceof ModuleLoadError || cause instanceof UnknownExportError ||
    cause instanceof TopLevelSpawnError
  ) return cause;
  const { name } = life.order;
  return new ActorInitError(
    `Cannot start "${name}" as its constructor, restore, onStart or onRestart failed: ${
      messageOf(cause)
    }`,
    { actor: name, cause },
  );
}
