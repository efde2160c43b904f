/**
 * What the other end of a link may read of the refs that it was given.
 *
 * @module
 */
import type { SendOptions } from "../actor/mail/send.ts";
import type { ActorRef } from "../actor/ref.ts";
import { unpack } from "./freight.ts";
import type { Handlers } from "./link.ts";
import type { Serving } from "./send_handlers.ts";

/** The handlers of streams. */
export function streamHandlers({ border, over }: Serving): Handlers {
  const open: Map<number, AsyncIterator<unknown, undefined>> = new Map();
  over?.addEventListener("abort", () => {
    for (const stream of open.values()) stream.return?.().catch(() => {});
    open.clear();
  }, { once: true });
  return {
    streamOpen: (
      id: number,
      ref: ActorRef<unknown>,
      method: string,
      bytes: Uint8Array,
      options: SendOptions,
    ) => {
      const streams = ref.with(options).stream as unknown as Record<
        string,
        (...args: unknown[]) => AsyncIterator<unknown, undefined>
      >;
      const args = unpack(border, bytes) as unknown[];
      open.set(id, streams[method]!(...args));
    },
    streamNext: async (id: number) => {
      let done: boolean | undefined = true;
      try {
        const step = await open.get(id)?.next() ?? { done, value: undefined };
        done = step.done;
        return step;
      } finally {
        if (done) open.delete(id);
      }
    },
    streamReturn: async (id: number) => {
      const stream = open.get(id);
      open.delete(id);
      await stream?.return?.();
    },
  };
}
