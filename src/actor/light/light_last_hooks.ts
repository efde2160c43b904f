import { isThenable } from "../is_thenable.ts";
import type { Checkpoints } from "../thread/checkpoints.ts";
import type { LightHooks, LightLife } from "./light_life.ts";

/** How an incarnation ends that may still do something. */
export interface LightEnding {
  /** What its `onStop` is told. */
  readonly reason: unknown;
  /** What becomes of those that it started. */
  readonly children: "stop" | "kill";
  /** Keeps its state for the last time. */
  keep(checkpoints: Checkpoints): Promise<void>;
  /** Ends the streams that it produces, if there are any. */
  endStreams(): Promise<void> | undefined;
  /** All that is done, or threw. */
  end(error?: { readonly thrown: unknown }): void;
}

/** Calls the last hooks of `life`, without waiting where nothing has to be waited for. */
export function lastHooks(life: LightLife, ending: LightEnding): void {
  life.state = "stopping";
  const { checkpoints } = life;
  const hook = () =>
    life.state === "stopping"
      ? life.within(() => (life.instance as LightHooks).onStop?.(ending.reason))
      : undefined;
  const last = () =>
    checkpoints === undefined
      ? hook()
      : life.within(() => ending.keep(checkpoints)).then(hook);
  try {
    const streams = ending.endStreams();
    const waiting = streams === undefined ? last() : streams.then(last);
    const done = isThenable(waiting)
      ? Promise.resolve(waiting).then(() => life.endChildren(ending.children))
      : life.endChildren(ending.children);
    if (done === undefined) return ending.end();
    done.then(() => ending.end(), (thrown) => ending.end({ thrown }));
  } catch (thrown) {
    ending.end({ thrown });
  }
}
