/**
 * One thread puts, another takes.
 *
 * @module
 */
import { type ActorRef, Queue, System } from "../../mod.ts";
import { python } from "./python.ts";
import {
  QueueHand,
  type QueueHandActor,
  type QueueManner,
} from "./queue_hand_actor.ts";
import { type Item, totalOf } from "./raw_order.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  ratioAtLeast,
  ratioAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";
import { openFlood } from "./tell.ts";

const countOf = ({ quick }: Effort): number => quick ? 100_000 : 300_000;
const pythonCount = ({ quick }: Effort): number => quick ? 20_000 : 50_000;
const tripsOf = ({ quick }: Effort): number => quick ? 2_000 : 10_000;

/** Longest time for one round, in milliseconds. */
const ROUND_MS = 60_000;

/** Two threads that stay from round to round, as those do that they are compared with. */
async function openHands(
  round: (
    one: ActorRef<QueueHandActor>,
    other: ActorRef<QueueHandActor>,
  ) => Promise<number>,
): Promise<Trial> {
  const system = new System();
  const [one, other] = await Promise.all(
    [1, 2].map(async () =>
      (await system.spawn(QueueHand, [])).with({ timeout: ROUND_MS })
    ),
  );
  return { round: () => round(one!, other!), close: () => system.close() };
}

function openQueue(effort: Effort, manner: QueueManner): Promise<Trial> {
  const count = countOf(effort);
  return openHands(async (one, other) => {
    const queue = new Queue<Item>();
    const [drained] = await Promise.all([
      other.ask.drain(queue, count, manner),
      one.ask.fill(queue, count, manner),
    ]);
    expectResult("the count of messages", drained.count, count);
    expectResult("the sum of messages", drained.sum, totalOf(count));
    return (count - 1) / drained.ms * 1_000;
  });
}

function openTrips(effort: Effort, blocking: boolean): Promise<Trial> {
  const count = tripsOf(effort);
  return openHands(async (one, other) => {
    const [to, from] = [new Queue<number>(), new Queue<number>()];
    const [us] = await Promise.all([
      one.ask.ping(to, from, count, blocking),
      other.ask.echo(to, from, count, blocking),
    ]);
    expectResult("what is left in queues", to.size + from.size, 0);
    return us;
  });
}

function throughput(name: string, about: string, manner: QueueManner): Subject {
  return {
    name,
    about: `messages of {id, name, x, y} from one thread to another, ${about}`,
    unit: "messages/s",
    better: "higher",
    ours: { open: (effort) => openQueue(effort, manner) },
    peers: [
      {
        name: "Python's Queue",
        bar: ratioAtLeast(4, "≥ 4"),
        contender: python("queue", pythonCount),
      },
      {
        name: "raw postMessage",
        bar: NO_BAR,
        contender: { open: openFlood },
      },
    ],
  };
}

function trips(name: string, about: string, blocking: boolean): Subject {
  return {
    name,
    about: `there and back by two queues, ${about}`,
    unit: "µs",
    better: "lower",
    ours: { open: (effort) => openTrips(effort, blocking) },
    peers: [{
      name: "Python's Queue",
      bar: ratioAtMost(1, "≤ 1"),
      contender: python("queue_rtt", tripsOf),
    }],
  };
}

/** What queues cost. */
export const queueSubjects: readonly Subject[] = [
  throughput("queue", "awaited one by one", "one by one"),
  throughput("queue-blocking", "by threads that block", "blocking"),
  throughput("queue-many", "64 at once", "many"),
  trips("queue-trip", "awaited", false),
  trips("queue-trip-blocking", "by threads that block", true),
];
