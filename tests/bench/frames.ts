/**
 * Large messages that are written where they are read, and such as are copied or moved.
 *
 * @module
 */
import { channel, Queue, System } from "../../mod.ts";
import { FrameUserActor } from "./frame_users.ts";
import type { BytesManner } from "./raw_bytes.ts";
import type { FloodResult } from "./raw_order.ts";
import { RawThread } from "./raw_thread.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  ratioAtLeast,
  type Subject,
  type Trial,
} from "./subject.ts";

const FRAME_BYTES = 2 ** 20;
/** Longest time for one round, in milliseconds. */
const ROUND_MS = 60_000;

const countOf = ({ quick }: Effort): number => quick ? 200 : 1_000;

/** By what of ours frames go. */
interface Way {
  readonly by: "queue" | "channel";
  readonly inPlace: boolean;
}

async function openOurs(
  effort: Effort,
  { by, inPlace }: Way,
): Promise<Trial> {
  const count = countOf(effort);
  const system = new System();
  const users = await Promise.all([0, 1].map(async () => {
    const user = await system.spawn(FrameUserActor, []);
    return user.with({ timeout: ROUND_MS });
  }));
  return {
    async round() {
      const { tx, rx } = by === "channel"
        ? channel<Uint8Array>({ capacityBytes: 2 ** 22 })
        : bothOf(new Queue<Uint8Array>({ capacityBytes: 2 ** 24 }));
      const [{ sum, end }, start] = await Promise.all([
        users[0]!.ask.read(rx, count, inPlace),
        users[1]!.ask.make(tx, count, FRAME_BYTES, inPlace),
      ]);
      expectResult("the bytes of our frames", sum, count * FRAME_BYTES);
      return count / (end - start) * 1_000;
    },
    close: () => system.close(),
  };
}

function bothOf<Q>(queue: Q): { tx: Q; rx: Q } {
  return { tx: queue, rx: queue };
}

async function openRaw(effort: Effort, manner: BytesManner): Promise<Trial> {
  const count = countOf(effort);
  const collector = await RawThread.start();
  const flooder = await RawThread.start();
  return {
    async round() {
      const { port1, port2 } = new MessageChannel();
      await collector.order({ job: "collectBytes", port: port1 }, [port1]);
      const { sum, ms } = await flooder.order<FloodResult>(
        { job: "floodBytes", port: port2, count, bytes: FRAME_BYTES, manner },
        [port2],
      );
      expectResult("the bytes of raw frames", sum, count * FRAME_BYTES);
      return count / ms * 1_000;
    },
    close() {
      flooder[Symbol.dispose]();
      collector[Symbol.dispose]();
    },
  };
}

/** Frames of 1 MiB, each of which is written by who sends it. */
export const frames: Subject = {
  name: "frames",
  about: "frames of 1 MiB, filled and sent: claim() and lease() of a queue",
  unit: "frames/s",
  better: "higher",
  ours: {
    open: (effort) => openOurs(effort, { by: "queue", inPlace: true }),
  },
  peers: [
    {
      name: "claim() and lease() of a channel",
      bar: NO_BAR,
      contender: {
        open: (effort) => openOurs(effort, { by: "channel", inPlace: true }),
      },
    },
    {
      name: "put() and take(), copied",
      bar: ratioAtLeast(1, "≥ 1"),
      contender: {
        open: (effort) => openOurs(effort, { by: "queue", inPlace: false }),
      },
    },
    {
      name: "raw postMessage, copied",
      bar: ratioAtLeast(1, "≥ 1"),
      contender: { open: (effort) => openRaw(effort, "copied") },
    },
    {
      name: "raw postMessage, moved",
      bar: NO_BAR,
      contender: { open: (effort) => openRaw(effort, "moved") },
    },
  ],
};
