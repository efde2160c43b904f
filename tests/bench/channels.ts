/**
 * Channels from one thread to another.
 *
 * @module
 */
import { type ActorRef, channel, struct, System } from "../../mod.ts";
import {
  type ChannelUser,
  ChannelUserActor,
  type ItemFields,
} from "./channel_users.ts";
import { npmChannel } from "./npm_channels.ts";
import { python, type PythonJob } from "./python.ts";
import { type FloodResult, type Item, totalOf } from "./raw_order.ts";
import { RawThread } from "./raw_thread.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  ratioAtLeast,
  type Subject,
  type Trial,
} from "./subject.ts";
import { openFlood, openRing } from "./tell.ts";

const ITEM = struct<ItemFields>({
  id: "u32",
  length: "u32",
  name: "u32",
  more: "u32",
  x: "f64",
  y: "f64",
});

/** Longest time for one round, in milliseconds. */
const ROUND_MS = 60_000;

async function openRecords({ quick }: Effort): Promise<Trial> {
  const count = quick ? 500_000 : 2_000_000;
  const system = new System();
  const users = await usersOf(system);
  return {
    async round() {
      const { tx, rx } = channel(ITEM, { capacity: 1_024 });
      const [{ sum, end }, start] = await Promise.all([
        users[0]!.ask.drain(rx, count),
        users[1]!.ask.fill(tx, count),
      ]);
      expectResult("the sum of our records", sum, totalOf(count));
      return count / (end - start) * 1_000;
    },
    close: () => system.close(),
  };
}

async function openItems({ quick }: Effort): Promise<Trial> {
  const count = quick ? 100_000 : 300_000;
  const system = new System();
  const users = await usersOf(system);
  return {
    async round() {
      const { tx, rx } = channel<Item>();
      const [{ sum, end }, start] = await Promise.all([
        users[0]!.ask.receiveItems(rx),
        users[1]!.ask.sendItems(tx, count),
      ]);
      expectResult("the sum of our objects", sum, totalOf(count));
      return count / (end - start) * 1_000;
    },
    close: () => system.close(),
  };
}

async function openBytes(count: number, bytes: number): Promise<Trial> {
  const system = new System();
  const users = await usersOf(system);
  return {
    async round() {
      const { tx, rx } = channel<Uint8Array>({ capacityBytes: 4 * 2 ** 20 });
      const [{ sum, end }, start] = await Promise.all([
        users[0]!.ask.receive(rx),
        users[1]!.ask.send(tx, count, bytes),
      ]);
      expectResult("the bytes of our messages", sum, count * bytes);
      return count / (end - start) * 1_000;
    },
    close: () => system.close(),
  };
}

function usersOf(system: System): Promise<ActorRef<ChannelUser>[]> {
  return Promise.all([0, 1].map(async () => {
    const user = await system.spawn(ChannelUserActor, []);
    return user.with({ timeout: ROUND_MS });
  }));
}

async function openRaw(count: number, bytes: number): Promise<Trial> {
  const collector = await RawThread.start();
  const flooder = await RawThread.start();
  return {
    async round() {
      const { port1, port2 } = new MessageChannel();
      await collector.order({ job: "collectBytes", port: port1 }, [port1]);
      const { sum, ms } = await flooder.order<FloodResult>(
        { job: "floodBytes", port: port2, count, bytes },
        [port2],
      );
      expectResult("the bytes of raw messages", sum, count * bytes);
      return count / ms * 1_000;
    },
    close() {
      flooder[Symbol.dispose]();
      collector[Symbol.dispose]();
    },
  };
}

function bytesSubject(
  name: string,
  bytes: number,
  job: PythonJob,
  countOf: (effort: Effort) => number,
): Subject {
  return {
    name,
    about: `messages of ${bytes} bytes, awaited at both ends`,
    unit: "msg/s",
    better: "higher",
    ours: { open: (effort) => openBytes(countOf(effort), bytes) },
    peers: [
      {
        name: "raw postMessage",
        bar: NO_BAR,
        contender: { open: (effort) => openRaw(countOf(effort), bytes) },
      },
      {
        name: "Python Pipe",
        bar: ratioAtLeast(1, "≥ 1"),
        contender: python(job, countOf),
      },
    ],
  };
}

/** What channels carry. */
export const channelSubjects: readonly Subject[] = [
  {
    name: "channel-typed",
    about: "records of {id, name, x, y} in a channel, 16 at once",
    unit: "msg/s",
    better: "higher",
    ours: { open: openRecords },
    peers: [
      {
        name: "raw postMessage",
        bar: ratioAtLeast(15, "≥ 15"),
        contender: { open: openFlood },
      },
      {
        name: "raw ring of bytes, no codec",
        bar: ratioAtLeast(1 / 2, "≥ 1/2"),
        contender: { open: openRing },
      },
    ],
  },
  {
    name: "channel",
    about: "messages of {id, name, x, y} in a channel, awaited at both ends",
    unit: "msg/s",
    better: "higher",
    ours: { open: openItems },
    peers: [
      {
        name: "Python Pipe",
        bar: ratioAtLeast(2, "≥ 2"),
        contender: python(
          "pipe-objects",
          ({ quick }) => quick ? 20_000 : 100_000,
        ),
      },
      {
        name: "raw postMessage",
        bar: NO_BAR,
        contender: { open: openFlood },
      },
      {
        name: "comlink",
        bar: NO_BAR,
        contender: npmChannel("comlink", ({ quick }) => quick ? 5_000 : 20_000),
      },
      {
        name: "multithreading",
        bar: NO_BAR,
        contender: npmChannel(
          "multithreading",
          ({ quick }) => quick ? 2_000 : 10_000,
        ),
      },
    ],
  },
  bytesSubject(
    "channel-1k",
    2 ** 10,
    "pipe-1k",
    ({ quick }) => quick ? 50_000 : 200_000,
  ),
  bytesSubject(
    "channel-1m",
    2 ** 20,
    "pipe-1m",
    ({ quick }) => quick ? 100 : 400,
  ),
];
