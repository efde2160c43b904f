import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { System } from "../../src/actor/system.ts";
import { ActorCrashedError, SupervisorGaveUpError } from "../../src/errors.ts";
import { partitionId, partitions } from "../../src/supervisor/partition.ts";
import { supervise } from "../../src/supervisor/supervise.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import type {
  ActorChild,
  SupervisorSettings,
} from "../../src/supervisor/child_spec.ts";
import { Bystander, bystanderWords } from "../fixtures/bystander.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { BadData, Idle, SlowAgain, Worker } from "./thread_children.ts";

/** A tree of one child, without backoff unless asked for. */
function treeOf(
  system: System,
  child: ActorChild,
  settings: SupervisorSettings = {},
): Promise<Supervisor> {
  const children = [child];
  return supervise({ backoff: false, ...settings, children }, system);
}

Deno.test("supervise() keeps the refs into an inner supervisor valid when that is restarted", async () => { // S88, S95
  await using system = new System();
  await using tree = await supervise({
    backoff: false,
    children: [{
      id: "in",
      supervisor: {
        maxRestarts: 0,
        children: [{ id: "w", actor: Worker, args: ["a"] }],
      },
    }],
  }, system);
  const worker = tree.supervisor("in").ref("w", Worker);
  assertEquals(await worker.ask.add(2), 2);
  const restarted = nextEvent(tree, "restarted");
  await assertRejects(() => worker.ask.fail(), ActorCrashedError);
  assertEquals((await restarted).id, "in");
  assertEquals(await worker.ask.add(3), 3);
  assertEquals(await worker.ask.given(), ["a"]);
});

Deno.test("supervise() leads down to the error of an actor two levels below", async () => { // S91
  await using system = new System();
  await using tree = await supervise({
    maxRestarts: 0,
    children: [{
      id: "in",
      supervisor: {
        maxRestarts: 0,
        children: [{ id: "w", actor: Worker }],
      },
    }],
  }, system);
  tree.supervisor("in").ref("w", Worker).tell.failOnData();
  const { error } = await tree.exited;
  assertInstanceOf(error, SupervisorGaveUpError);
  assertInstanceOf(error.cause, SupervisorGaveUpError);
  const path: unknown[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    path.push(each);
  }
  assertInstanceOf(path.at(-1), BadData);
});

Deno.test("supervise() finds the rule for an error that an actor threw on its thread", async () => { // S100
  await using system = new System();
  await using tree = await supervise({
    backoff: false,
    onFailure: [{ error: BadData, then: "stop" }],
    children: [{ id: "w", actor: Worker }],
  }, system);
  const worker = tree.ref("w", Worker);
  const restarted = nextEvent(tree, "restarted");
  worker.tell.fail();
  await restarted;
  const ended = nextEvent(tree, "ended");
  worker.tell.failOnData();
  const { crash } = await ended;
  assertInstanceOf(crash?.reason, Error);
  assertEquals(crash?.stack?.includes("failOnData"), true);
  assertEquals(tree.counts(), { specs: 1, active: 0 });
});

Deno.test("supervise() goes on without an actor that declines to start", async () => { // S52
  await using system = new System();
  await using tree = await supervise({
    children: [{ id: "idle", actor: Idle }, { id: "w", actor: Worker }],
  }, system);
  assertEquals(
    tree.children().map(({ id, state }) => `${id}:${state}`),
    ["idle:stopped", "w:running"],
  );
});

Deno.test("supervise() starts children of a template on threads, in partitions", async () => { // S10, S15
  await using system = new System();
  await using tree = await supervise({
    children: partitions("p", 2, () => ({
      supervisor: {
        template: { actor: Worker, args: ["shared"], restart: "temporary" },
      },
    })),
  }, system);
  const mine = tree.supervisor(partitionId("p", 2, "eve"));
  await mine.startChild(["eve"], { id: "eve" });
  assertEquals(await mine.ref("eve", Worker).ask.given(), ["shared", "eve"]);
  const removed = nextEvent(mine, "removed");
  mine.ref("eve", Worker).tell.fail();
  assertEquals((await removed).id, "eve");
  assertEquals(mine.counts(), { specs: 0, active: 0 });
});

Deno.test("ActorRef.kill() on a ref from before a restart ends the incarnation that runs", async () => { // S79, S96
  await using system = new System();
  await using tree = await treeOf(system, { id: "w", actor: Worker });
  const old = tree.ref("w", Worker);
  const restarted = nextEvent(tree, "restarted");
  old.tell.fail();
  await restarted;
  const ended = nextEvent(tree, "ended");
  await old.kill();
  const { asked, report, crash } = await ended;
  assertEquals([asked, report.kind, crash], [true, "killed", undefined]);
  assertEquals(
    tree.children().map(({ state, incarnation }) => [state, incarnation]),
    [["stopped", 2]],
  );
  await tree.restartChild("w");
  assertEquals(await old.ask.add(1), 1);
});

Deno.test("ActorRef.kill() during a restart is not undone", async () => { // S79, S96
  await using system = new System();
  const word = new Int32Array(new SharedArrayBuffer(4));
  await using tree = await treeOf(system, {
    id: "s",
    actor: SlowAgain,
    args: [word],
  });
  const told: string[] = [];
  using _listening = tree.onEvent((event) => void told.push(event.type));
  const ref = tree.ref("s", SlowAgain);
  const starting = Atomics.waitAsync(word, 0, 0);
  ref.tell.fail();
  await starting.value;
  const ended = nextEvent(tree, "ended");
  assertEquals((await ref.kill()).kind, "killed");
  assertEquals((await ended).asked, true);
  await tree.stop();
  assertEquals(told, ["ended", "restarting", "ended", "closed"]);
  assertEquals((await ref.exited).kind, "killed");
});

Deno.test("ActorRef.stop() while a restart is delayed keeps the child stopped", async () => { // S45, S79, S96
  await using system = new System();
  await using tree = await treeOf(system, { id: "w", actor: Worker }, {
    backoff: { minMs: 60_000 },
  });
  const ref = tree.ref("w", Worker);
  const restarting = nextEvent(tree, "restarting");
  ref.tell.fail();
  await restarting;
  const ended = nextEvent(tree, "ended");
  await ref.stop();
  assertEquals((await ended).asked, true);
  assertEquals(
    tree.children().map(({ state, last }) => [state, last?.kind]),
    [["stopped", "failed"]],
  );
});

Deno.test("onStart() of a restart is over before any message that waits begins", async () => { // S59, S60
  await using system = new System();
  await using tree = await treeOf(system, {
    id: "b",
    actor: Bystander,
    args: [bystanderWords()],
  });
  const ref = tree.ref("b", Bystander);
  ref.tell.fail();
  assertEquals(await ref.ask.up(), true);
  assertEquals(ref.incarnation, 2);
});

Deno.test("ActorRef.stop() with drain leaves the child stopped, and a start by hand takes messages again", async () => { // S77, S79
  await using system = new System();
  await using tree = await treeOf(system, {
    id: "b",
    actor: Bystander,
    args: [bystanderWords()],
  });
  const ref = tree.ref("b", Bystander);
  const ended = nextEvent(tree, "ended");
  ref.tell.count();
  await ref.stop("enough", { drain: true });
  assertEquals((await ended).asked, true);
  assertEquals(tree.counts(), { specs: 1, active: 0 });
  await tree.restartChild("b");
  assertEquals(await ref.ask.count(), 2);
});
