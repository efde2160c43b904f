/** What clients in other programs see of a Manager whose connections and threads end: it could have been one after the other. */
import { assert } from "@std/assert";
import {
  ActorCrashedError,
  AskTimeoutError,
  Manager,
  type RemoteManager,
  sharedArray,
  System,
} from "../../mod.ts";
import { BreakableWire } from "../fixtures/breakable_wire.ts";
import { KEY } from "../fixtures/connected.ts";
import {
  type KeyedCall,
  ManagerClientActor,
} from "../fixtures/manager_client.ts";
import { misbehave } from "../fixtures/manager_tasks.ts";
import { seeded } from "../supervisor/seeded.ts";
import { isLinearizable } from "./history.ts";

/** Histories that are taken; `MANAGER_HISTORIES` sets another number, and `MANAGER_SEED` that of the first. */
const RUNS = Number(Deno.env.get("MANAGER_HISTORIES") ?? 6);
const SEED = Number(
  Deno.env.get("MANAGER_SEED") ?? Math.floor(Math.random() * 2 ** 31),
);
/** Programs, each with a connection of its own, and clients of each. */
const PROGRAMS = 4;
const CLIENTS = 2;
const CALLS = 12;
const KEYS = ["a", "b"];
/** How far the clients come between two disturbances: beginnings and ends of calls. */
const STRIDE = 10;
/** Only a fault takes so long, in milliseconds. */
const PATIENCE_MS = 60_000;

Deno.test("a Manager is linearizable for clients in other programs, whatever breaks meanwhile", async () => {
  await using system = new System({ spares: PROGRAMS });
  const users = await Promise.all(Array.from(
    { length: PROGRAMS },
    () =>
      system.spawn(ManagerClientActor, [], {
        concurrency: CLIENTS,
        initTimeout: PATIENCE_MS,
      }),
  ));
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED + run;
    const random = seeded(seed);
    await using manager = await Manager.start({
      system,
      address: "127.0.0.1:0",
      key: KEY,
      // Some are forgotten at once, some never.
      awayMs: run % 2 === 0 ? 60_000 : 0,
    });
    await manager.map<string, number>("m").setAll(KEYS.map((key) => [key, 0]));
    await using ends = new AsyncDisposableStack();
    const wires: BreakableWire[] = [];
    const remotes: RemoteManager[] = [];
    for (let i = 0; i < PROGRAMS; i++) {
      const wire = ends.use(new BreakableWire(manager.address!));
      wires.push(wire);
      const remote = await Manager.connect(wire.address, KEY, { system });
      remotes.push(ends.use(remote));
    }
    const clock = sharedArray(Int32Array, 1);
    const histories = Promise.all(
      Array.from({ length: PROGRAMS * CLIENTS }, (_, client) => {
        const user = users[client % PROGRAMS]!.with({ timeout: PATIENCE_MS });
        const map = remotes[client % PROGRAMS]!.map<string, number>("m");
        const plan = { client, seed: seed + client * 7_919, calls: CALLS };
        return user.ask.use(map, clock, { ...plan, keys: KEYS });
      }),
    );
    let going = true;
    const over = histories.finally(() => going = false).catch(() => {});
    // Each time that the others have come a little further: all of the time nobody would come anywhere.
    for (let until = STRIDE; going; until += STRIDE) {
      const isThere = () => Atomics.load(clock, 0) >= until || !going;
      while (!isThere()) await manager.counter("c").add(1);
      if (going) await disturb(manager, wires, random);
    }
    await over;
    const calls: KeyedCall[] = (await histories).flat();
    const wrong = KEYS.filter((key) =>
      !isLinearizable(calls.filter((call) => call.key === key), 0)
    );
    const shown = () =>
      `${wrong} of seed ${seed}: ${
        Deno.inspect(calls, { iterableLimit: 500, depth: 4 })
      }`;
    assert(wrong.length === 0, shown());
  }
});

/** Breaks a wire, loses what comes back over one and then breaks it, or ends the thread of the Manager, after some calls. */
async function disturb(
  manager: Manager,
  wires: readonly BreakableWire[],
  random: () => number,
): Promise<void> {
  const wire = wires[Math.floor(random() * wires.length)]!;
  const which = random();
  const pause = async (): Promise<void> => {
    for (let n = Math.floor(random() * 8); n >= 0; n--) {
      await manager.counter("c").add(1);
    }
  };
  await pause();
  if (which < 0.9) {
    if (which < 0.6) {
      wire.mute();
      await pause();
    }
    return wire.break();
  }
  const victims = manager.map<string, number[]>("victims");
  try {
    await victims.reduce("v", misbehave, ["exit"], []);
  } catch (error) {
    const isEnd = error instanceof ActorCrashedError ||
      error instanceof AskTimeoutError;
    if (!isEnd) throw error;
  }
}
