import { assert, assertEquals } from "@std/assert";
import { type ActorRef, supervise, System } from "../../mod.ts";
import { DeliveryLog } from "../fixtures/delivery_log.ts";
import {
  Receiver,
  type ReceiverActor,
  type ReceiverPlan,
  Sender,
  type SenderActor,
} from "../fixtures/stress_actors.ts";

/** Messages told in all; a run of a million takes a few seconds, `TROUPE_STRESS_MESSAGES` asks for more. */
const TOLD = Number(Deno.env.get("TROUPE_STRESS_MESSAGES") ?? 1_000_000);
/** Questions asked in all. */
const ASKED = TOLD / 20;
const SENDERS = 2;
const CRASHES = 50;

type Flood<R> = (
  sender: ActorRef<SenderActor>,
  receiver: ActorRef<ReceiverActor>,
  count: number,
) => Promise<R>;

/** Lets both senders loose on a receiver that crashes again and again; returns what they say and what the supervisor saw. */
async function runThrough<R>(
  plan: ReceiverPlan,
  flood: Flood<R>,
): Promise<{ results: R[]; ends: string[] }> {
  await using system = new System();
  await using tree = await supervise({
    maxRestarts: CRASHES,
    withinMs: 3_600_000,
    backoff: false,
    children: [{ id: "receiver", actor: Receiver, args: [plan] }],
  }, system);
  const ends: string[] = [];
  using _events = tree.onEvent((event) => {
    if (event.type === "restarting") ends.push(event.report.kind);
  });
  const receiver = tree.ref("receiver", Receiver);
  const results = await Promise.all(
    Array.from({ length: SENDERS }, async (_, i) => {
      const sender = await system.spawn(Sender, [i]);
      return await flood(
        sender.with({ timeout: Infinity }),
        receiver,
        plan.perSender,
      );
    }),
  );
  return { results, ends };
}

function makePlan(total: number): { log: DeliveryLog; plan: ReceiverPlan } {
  assert(total >= 10 * CRASHES, `Cannot crash so often in ${total} messages`);
  const perSender = Math.floor(total / SENDERS);
  const log = new DeliveryLog(SENDERS, perSender);
  const crashEvery = Math.floor(SENDERS * perSender / (CRASHES + 1));
  return {
    log,
    plan: {
      memory: log.memory,
      senders: SENDERS,
      perSender,
      crashEvery,
      crashes: CRASHES,
    },
  };
}

/** The only book that balances: all handled once and in order, except one message for each crash. */
function balanced(
  { perSender }: ReceiverPlan,
): ReturnType<DeliveryLog["audit"]> {
  return {
    handled: SENDERS * perSender - CRASHES,
    dropped: CRASHES,
    lost: 0,
    twice: 0,
    unordered: 0,
    damaged: 0,
    crashes: CRASHES,
  };
}

/** A throw ends as `"failed"`, `self.close()` and `Deno.exit()` as `"crashed"`. */
const ENDS = Array.from(
  { length: CRASHES },
  (_, i) => i % 3 === 0 ? "failed" : "crashed",
);

Deno.test("ActorRef.tell keeps order and loses only what was in flight when the receiver crashes 50 times", async () => {
  const { log, plan } = makePlan(TOLD);
  const { results, ends } = await runThrough(
    plan,
    (sender, receiver, count) => sender.ask.flood(receiver, count),
  );
  assertEquals(results, [plan.perSender, plan.perSender]);
  assertEquals(log.audit(), balanced(plan));
  assertEquals(ends, ENDS);
});

Deno.test("ActorRef.ask rejects exactly what was in flight when the receiver crashes 50 times", async () => {
  const { log, plan } = makePlan(ASKED);
  const { results, ends } = await runThrough(
    plan,
    (sender, receiver, count) => sender.ask.question(receiver, count),
  );
  assertEquals(log.audit(), balanced(plan));
  const died = results.map((numbers) => numbers.sort((a, b) => a - b));
  assertEquals(died, [log.droppedOf(0), log.droppedOf(1)]);
  assertEquals(ends, ENDS);
});

Deno.test("DeliveryLog.audit() tells lost, doubled, dropped and unordered messages apart", () => {
  const log = new DeliveryLog(2, 4);
  const take = (sender: number, number: number) => {
    log.begin(sender, number);
    log.finish(sender, number);
  };
  take(0, 0);
  take(0, 2);
  take(0, 1);
  take(1, 0);
  take(1, 0);
  log.begin(1, 1);
  log.finish(1, 1);
  log.finish(1, 1);
  log.crash();
  log.begin(1, 2);
  log.damage();
  assertEquals(log.audit(), {
    handled: 3,
    dropped: 1,
    lost: 2,
    twice: 2,
    unordered: 2,
    damaged: 1,
    crashes: 1,
  });
  assertEquals(log.droppedOf(1), [2]);
});
