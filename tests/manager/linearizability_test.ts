import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  AskTimeoutError,
  Manager,
  type MapRef,
  Refusal,
  sharedArray,
  System,
} from "../../mod.ts";
import {
  type ClientFault,
  type KeyedCall,
  type ManagerClient,
  ManagerClientActor,
} from "../fixtures/manager_client.ts";
import { misbehave } from "../fixtures/manager_tasks.ts";
import { seeded } from "../supervisor/seeded.ts";
import { type Call, type Deed, isLinearizable } from "./history.ts";

/** Histories that are taken; `MANAGER_HISTORIES` sets another number, and `MANAGER_SEED` that of the first. */
const RUNS = Number(Deno.env.get("MANAGER_HISTORIES") ?? 12);
const SEED = Number(
  Deno.env.get("MANAGER_SEED") ?? Math.floor(Math.random() * 2 ** 31),
);
const CLIENTS = 8;
const THREADS = 4;
/** Only a fault takes so long, in milliseconds. */
const PATIENCE_MS = 60_000;
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

type Clients = readonly ActorRef<ManagerClient>[];

/** The clients, on several threads: those of one thread alone would be served in the order in which they ask. */
async function startClients(system: System): Promise<Clients> {
  const threads = await Promise.all(Array.from(
    { length: THREADS },
    () =>
      system.spawn(ManagerClientActor, [], {
        concurrency: CLIENTS / THREADS,
        initTimeout: PATIENCE_MS,
      }),
  ));
  return Array.from(
    { length: CLIENTS },
    (_, i) => threads[i % THREADS]!.with({ timeout: PATIENCE_MS }),
  );
}

/** What the clients do with a map, and what comes of it. */
async function takeHistory(
  clients: Clients,
  { manager, map, seed, fault }: {
    manager: Manager;
    map: MapRef<string, number>;
    seed: number;
    fault?: ClientFault;
  },
): Promise<KeyedCall[]> {
  const random = seeded(seed);
  await map.setAll(KEYS.map((key) => [key, 0]));
  const clock = sharedArray(Int32Array, 1);
  const calls: KeyedCall[] = [];
  // The clients wait for each other before each kill: otherwise all would be done before the first.
  for (let phase = 0; phase < PHASES; phase++) {
    await load(manager);
    const histories = clients.map((client, i) =>
      client.ask.use(map, clock, {
        client: i,
        seed: seed + (phase * CLIENTS + i) * 7_919,
        calls: CALLS,
        keys: KEYS,
        fault,
      })
    );
    if (phase < PHASES - 1) await kill(manager, random);
    calls.push(...(await Promise.all(histories)).flat());
  }
  return calls;
}

/** The keys whose history cannot have been. */
function impossible(calls: readonly KeyedCall[]): string[] {
  return KEYS.filter((key) =>
    !isLinearizable(calls.filter((call) => call.key === key), 0)
  );
}

Deno.test("Manager is linearizable under eight clients, also when its thread ends meanwhile", async () => {
  await using system = new System({ spares: THREADS });
  const clients = await startClients(system);
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
    const calls = await takeHistory(clients, { manager, map, seed });
    const wrong = impossible(calls);
    const shown = () =>
      `${wrong} of seed ${seed}: ${
        Deno.inspect(calls, { iterableLimit: 500, depth: 4 })
      }`;
    assert(wrong.length === 0, shown());
  }
  await Deno.remove(folder, { recursive: true });
});

for (const fault of ["stale", "lost", "early", "twice"] as const) {
  Deno.test(`isLinearizable() finds clients that are wrong: "${fault}"`, async () => {
    await using system = new System({ spares: THREADS });
    const clients = await startClients(system);
    await using manager = await Manager.start({ system });
    const map = manager.map<string, number>("m");
    // Which call meets which is left to chance.
    for (let seed = SEED;; seed++) {
      const subject = { manager, map, seed, fault };
      const calls = await takeHistory(clients, subject);
      if (impossible(calls).length > 0) return;
      assert(seed < SEED + 20, "it was not found");
    }
  });
}

/** Has the thread of the Manager know how it is ended, so that this is done at once. */
async function load(manager: Manager): Promise<void> {
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
async function kill(manager: Manager, random: () => number): Promise<void> {
  const victims = manager.map<string, number[]>("victims");
  const pause = Math.floor(random() * CALLS);
  for (let n = 0; n < pause; n++) await victims.size();
  const how = random() < 0.5 ? "exit" : "close";
  await assertRejects(
    () => victims.reduce("v", misbehave, [how], []),
    ActorCrashedError,
  );
}
