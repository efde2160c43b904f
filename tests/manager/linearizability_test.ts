import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  AskTimeoutError,
  Manager,
  type MapRef,
  Refusal,
  System,
} from "../../mod.ts";
import { misbehave, swapped } from "../fixtures/manager_tasks.ts";
import { seeded } from "../supervisor/seeded.ts";
import { type Call, type Deed, isLinearizable } from "./history.ts";

/** Histories that are taken; `MANAGER_HISTORIES` sets another number, and `MANAGER_SEED` that of the first. */
const RUNS = Number(Deno.env.get("MANAGER_HISTORIES") ?? 12);
const SEED = Number(
  Deno.env.get("MANAGER_SEED") ?? Math.floor(Math.random() * 2 ** 31),
);
const CLIENTS = 8;
/** Calls of each client before and after each kill. */
const CALLS = 4;
const PHASES = 4;
const KEYS = ["a", "b"];

function call(client: number, deed: Deed, began: number, ended: number): Call {
  return { client, deed, began, ended };
}

Deno.test("isLinearizable() takes what can have been, and nothing else", () => {
  const write = (value: number): Deed => ({ type: "write", value });
  const read = (found: number): Deed => ({ type: "read", found });
  const add = (sum: number | undefined): Deed => ({
    type: "add",
    count: 1,
    sum,
  });
  // A read beside a write may see either.
  for (const [found, is] of [[0, true], [1, true], [2, false]] as const) {
    const calls = [call(1, write(1), 1, 4), call(2, read(found), 2, 3)];
    assertEquals(isLinearizable(calls, 0), is);
  }
  // One after it sees it; two reads do not see it come and go.
  const late = [call(1, write(1), 1, 2), call(2, read(0), 3, 4)];
  assertEquals(isLinearizable(late, 0), false);
  const back = [
    call(1, write(1), 1, 9),
    call(2, read(1), 2, 3),
    call(2, read(0), 4, 5),
  ];
  assertEquals(isLinearizable(back, 0), false);
  // Two additions do not give the same sum; one without an answer may have been done, or not.
  assertEquals(
    isLinearizable([call(1, add(1), 1, 4), call(2, add(1), 2, 3)], 0),
    false,
  );
  for (const [found, is] of [[0, true], [1, true], [2, false]] as const) {
    const calls = [
      call(1, add(undefined), 1, Infinity),
      call(2, read(found), 2, 3),
    ];
    assertEquals(isLinearizable(calls, 0), is);
  }
  const swap: Deed = { type: "swap", from: 0, to: 5, done: true };
  assertEquals(
    isLinearizable([call(1, swap, 1, 4), call(2, swap, 2, 3)], 0),
    false,
  );
});

interface Subject {
  readonly manager: Manager;
  readonly map: MapRef<string, number>;
  readonly random: () => number;
  readonly tick: () => number;
  readonly calls: Map<string, Call[]>;
}

Deno.test("Manager is linearizable under eight clients, also when its thread ends meanwhile", async () => {
  await using system = new System();
  const folder = await Deno.makeTempDir();
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED + run;
    // Three ways: asked, on disk, and read from shared memory.
    const file = run % 3 === 1 ? { file: `${folder}/${run}.db` } : {};
    const replicas = { m: { capacity: 10 } };
    await using manager = await Manager.start({ system, replicas, ...file });
    const map = run % 3 === 2
      ? manager.replica<number>("m")
      : manager.map<string, number>("m");
    await map.setAll(KEYS.map((key) => [key, 0]));
    let time = 0;
    const subject: Subject = {
      manager,
      map,
      random: seeded(seed),
      tick: () => ++time,
      calls: new Map(KEYS.map((key) => [key, []])),
    };
    // The clients wait for each other before each kill: otherwise all would be done before the first.
    for (let phase = 0; phase < PHASES; phase++) {
      await load(subject);
      const clients = Array.from(
        { length: CLIENTS },
        (_, i) => useIt(subject, i),
      );
      if (phase < PHASES - 1) await kill(subject);
      await Promise.all(clients);
    }
    for (const [key, calls] of subject.calls) {
      const shown = () =>
        `"${key}" of seed ${seed}: ${
          Deno.inspect(calls, { iterableLimit: 500, depth: 4 })
        }`;
      assert(isLinearizable(calls, 0), shown());
    }
  }
  await Deno.remove(folder, { recursive: true });
});

/** One client: call after call. */
async function useIt(subject: Subject, client: number): Promise<void> {
  const { random, tick, calls } = subject;
  for (let i = 0; i < CALLS; i++) {
    const key = KEYS[Math.floor(random() * KEYS.length)]!;
    const plan = planned(random);
    const began = tick();
    try {
      const deed = await done(subject.map, key, plan);
      calls.get(key)!.push(call(client, deed, began, tick()));
    } catch (error) {
      const isOpen = error instanceof ActorCrashedError ||
        error instanceof AskTimeoutError;
      if (!isOpen) throw error;
      // It may have been done, now or never.
      calls.get(key)!.push(call(client, plan, began, Infinity));
    }
  }
}

function planned(random: () => number): Deed {
  const value = Math.floor(random() * 5);
  const which = random();
  if (which < 0.35) return { type: "read", found: undefined };
  if (which < 0.6) return { type: "write", value };
  if (which < 0.8) return { type: "add", count: 1 + value, sum: undefined };
  const to = Math.floor(random() * 5);
  return { type: "swap", from: value, to, done: undefined };
}

async function done(
  map: MapRef<string, number>,
  key: string,
  plan: Deed,
): Promise<Deed> {
  switch (plan.type) {
    case "read":
      return { ...plan, found: await map.get(key) };
    case "write":
      await map.set(key, plan.value);
      return plan;
    case "add":
      return { ...plan, sum: await map.update(key, { add: plan.count }) };
    case "swap":
      try {
        await map.reduce(key, swapped, [plan.from, plan.to]);
        return { ...plan, done: true };
      } catch (error) {
        if (error instanceof Refusal) return { ...plan, done: false };
        throw error;
      }
  }
}

/** Has the thread of the Manager know how it is ended, so that this is done at once. */
async function load({ manager }: Subject): Promise<void> {
  const victims = manager.map<string, number[]>("victims");
  for (;;) {
    try {
      await victims.reduce("v", misbehave, ["throw"], []);
    } catch (error) {
      if (error instanceof Refusal) return;
      // On a machine that is busy it takes longer than an ask.
      if (!(error instanceof AskTimeoutError)) throw error;
    }
  }
}

/** Ends the thread of the Manager, somewhere between the calls of the others. */
async function kill({ manager, random }: Subject): Promise<void> {
  const victims = manager.map<string, number[]>("victims");
  const pause = Math.floor(random() * CALLS);
  for (let n = 0; n < pause; n++) await victims.size();
  const how = random() < 0.5 ? "exit" : "close";
  await assertRejects(
    () => victims.reduce("v", misbehave, [how], []),
    ActorCrashedError,
  );
}
