import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  Manager,
  supervise,
  type Supervisor,
  System,
} from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { LIMIT_MS, until } from "../fixtures/until.ts";
import {
  type Reach,
  Stuck,
  type StuckActor,
  Witness,
  ZOMBIE_WORD,
} from "../fixtures/zombie.ts";

/** So often a stuck thread tries everything while nobody may hear it. */
const TRIES = 200;

/** Resolves when a child was restarted. */
function restarted(tree: Supervisor): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const listening = tree.onEvent(({ type }) => {
    if (type !== "restarted") return;
    listening[Symbol.dispose]();
    resolve();
  });
  return promise;
}

async function reachIn(system: System): Promise<Reach> {
  const manager = await Manager.start({ system });
  return {
    words: new Int32Array(new SharedArrayBuffer(16)),
    witness: await system.spawn(Witness, [], { name: "witness" }),
    map: manager.map("map"),
    counter: manager.counter("counter"),
  };
}

function tries({ words }: Reach): number {
  return Atomics.load(words, ZOMBIE_WORD.TRIED);
}

/** All that anybody else can see of what the stuck thread did. */
async function traces(reach: Reach): Promise<unknown> {
  const { witness, map, counter } = reach;
  // What it sent before it was fenced may still wait; a lane has its turn after 32 messages of another at the latest.
  for (let i = 0; i < 20; i++) {
    await Promise.all([witness.ask.heard(), counter.add(0)]);
  }
  return [await witness.ask.heard(), await map.entries(), await counter.add(0)];
}

/** Sees that many tries of a thread that has been replaced leave no trace. */
async function assertUnheard(reach: Reach): Promise<void> {
  const before = await traces(reach);
  const from = tries(reach);
  Atomics.store(reach.words, ZOMBIE_WORD.REPLACED, 1);
  await until("it goes on trying", () => tries(reach) >= from + TRIES);
  assertEquals(await traces(reach), before);
}

/** Lets the stuck thread return to its event loop, while mail waits that its successor has not begun. */
async function letReturn(system: System, reach: Reach): Promise<void> {
  await until("it is counted", () => system.zombies === 1);
  Atomics.store(reach.words, ZOMBIE_WORD.RETURN, 1);
  await until("it is counted no longer", () => system.zombies === 0);
}

function watched(
  promise: Promise<unknown>,
): { settled: number; promise: Promise<unknown> } {
  const watch = { settled: 0, promise };
  const count = () => void watch.settled++;
  promise.then(count, count);
  return watch;
}

async function begin(
  stuck: ActorRef<StuckActor>,
  reach: Reach,
): Promise<{ settled: number; promise: Promise<unknown> }> {
  const spree = watched(
    assertRejects(
      () => stuck.with({ timeout: LIMIT_MS }).ask.spree(reach),
      ActorCrashedError,
    ),
  );
  await until("it has begun", () => tries(reach) > 0);
  return spree;
}

Deno.test("a hung thread that goes on is heard by nobody once it has a successor, which serves its queue", async () => { // S60, S92, S96, M4, M15
  {
    await using system = new System();
    await using tree = await supervise({
      backoff: false,
      children: [{ id: "stuck", actor: Stuck, options: { hangMs: 1_500 } }],
    }, system);
    const reach = await reachIn(system);
    const stuck = tree.ref("stuck", Stuck);
    const up = restarted(tree);
    const spree = await begin(stuck, reach);
    const queued = [1, 2, 3].map((n) =>
      stuck.with({ timeout: LIMIT_MS }).ask.add(n)
    );
    await up;
    await spree.promise;
    assertEquals(await Promise.all(queued), [[2, 1], [2, 3], [2, 6]]);
    await assertUnheard(reach);

    // It comes back to a mailbox with messages that its successor has not begun.
    const word = new Int32Array(new SharedArrayBuffer(4));
    const patient = stuck.with({ timeout: LIMIT_MS });
    const held = patient.ask.hold(word);
    const behind = [4, 5].map((n) => patient.ask.add(n));
    await letReturn(system, reach);
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
    await held;
    assertEquals(await Promise.all(behind), [[2, 10], [2, 15]]);
    assertEquals(spree.settled, 1);
    assertEquals(
      system.tree().map(({ name, incarnation }) => [name, incarnation]),
      [["stuck", 2], ["manager", 1], ["witness", 1]],
    );
  }
  await threadsGone();
});

Deno.test("ActorRef.kill() of a thread in synchronous code silences it at once", async () => { // S24, S66
  {
    await using system = new System();
    const reach = await reachIn(system);
    const stuck = await system.spawn(Stuck, []);
    const spree = await begin(stuck, reach);
    assertEquals((await stuck.kill()).kind, "killed");
    await spree.promise;
    await assertUnheard(reach);
    await letReturn(system, reach);
    assertEquals(spree.settled, 1);
  }
  await threadsGone();
});

Deno.test("ActorRef.stop() kills a thread in synchronous code at its deadline and silences it", async () => { // S65
  {
    await using system = new System();
    await using tree = await supervise({
      children: [{ id: "stuck", actor: Stuck, shutdownMs: 50 }],
    }, system);
    const reach = await reachIn(system);
    const spree = await begin(tree.ref("stuck", Stuck), reach);
    await tree.stopChild("stuck");
    assertEquals(tree.counts(), { specs: 1, active: 0 });
    await spree.promise;
    await assertUnheard(reach);
    await letReturn(system, reach);
  }
  await threadsGone();
});

Deno.test("System.close() does not wait for a thread in synchronous code", async () => {
  const system = new System();
  const reach = await reachIn(system);
  const stuck = await system.spawn(Stuck, []);
  const spree = await begin(stuck, reach);
  await system.close({ timeoutMs: 50 });
  await spree.promise;
  const from = tries(reach);
  await until("it goes on trying", () => tries(reach) > from + TRIES);
  Atomics.store(reach.words, ZOMBIE_WORD.RETURN, 1);
  await threadsGone();
});

Deno.test("System.run() ends a program in spite of a thread that nothing can stop", async () => {
  const start = performance.now();
  const end = await runDeno(
    ["run", "--quiet", "--allow-read", "tests/fixtures/zombie_program.ts"],
    { cwd: PACKAGE },
  );
  assertEquals(end, { code: 3, stdout: "WorkerDiedError\nhung\n", stderr: "" });
  assert(performance.now() - start < LIMIT_MS);
});
