/** A process that is started before anybody asks for it. */
import { assert, assertEquals } from "@std/assert";
import { type SpawnOptions, System } from "../../mod.ts";
import type { Chick } from "../../src/actor/nursery/chick.ts";
import { ProcessesAhead } from "../../src/actor/nursery/processes_ahead.ts";
import type { ProcessOrder } from "../../src/actor/process_order.ts";
import { childFor, startAhead } from "../../src/process/child_ahead.ts";
import { ownHolder } from "../../src/process/private_directory.ts";
import { Counter, surroundings, whoami } from "../fixtures/process_actors.ts";

const PROCESS: SpawnOptions = { placement: "process", initTimeout: 30_000 };
const MODULE = "process_actors.ts";

// Its lock is held for life: no test is to be blamed for it.
await ownHolder();

function systemWithSpare(): System {
  return new System({ spares: 1, deadLetterLines: 0 });
}

/** The processes of this program that are, or may become, an actor of the module. */
function processes(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name))
    .filter((pid) => pid > 0 && isOurs(pid));
}

function isOurs(pid: number): boolean {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return status.includes(`\nPPid:\t${Deno.pid}\n`) &&
      !/^State:\s+Z/m.test(status) &&
      Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(MODULE);
  } catch {
    return false;
  }
}

/** The order of a task of that module. */
function orderOf(module: string): ProcessOrder {
  return {
    kind: "task",
    module,
    definition: "whoami",
    concurrency: 1,
    stash: 1,
    hangMs: 0,
    maxBytes: 1,
    permissions: undefined,
    options: {},
  };
}

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The number of a process that nobody asked for: two others of its kind were there before. */
async function spareOf(system: System): Promise<number> {
  await system.run(whoami, [], PROCESS);
  const last = await system.run(whoami, [], PROCESS);
  const waits = () => processes().filter((pid) => pid !== last);
  await until(() => waits().length === 1);
  return waits()[0]!;
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

test("a process that was started ahead becomes the third actor of its kind, and ends with the system if none comes", async () => {
  const system = systemWithSpare();
  const spare = await spareOf(system);
  assertEquals(await system.run(whoami, [], PROCESS), spare);
  await until(() => processes().some((pid) => pid !== spare));
  await system.close();
  await until(() => processes().length === 0);
});

test("a process that was started ahead does not become an actor of another kind", async () => {
  await using system = systemWithSpare();
  const spare = await spareOf(system);
  const options = { ...PROCESS, process: { v8Flags: ["--expose-gc"] } };
  assert(await system.run(whoami, [], options) !== spare);
  await until(() => !processes().includes(spare));
});

test("a process that was started ahead is not taken when the variables of the program are others by then", async () => {
  await using system = systemWithSpare();
  await spareOf(system);
  const name = "TROUPE_TEST_AHEAD";
  Deno.env.set(name, "new");
  const [value] = await system.run(surroundings, [name], PROCESS);
  Deno.env.delete(name);
  assertEquals(value, "new");
});

test("a process that was started ahead and has ended is replaced by one that starts", async () => {
  await using system = systemWithSpare();
  const spare = await spareOf(system);
  Deno.kill(spare, "SIGKILL");
  await until(() => !processes().includes(spare));
  assert(await system.run(whoami, [], PROCESS) !== spare);
});

test("a process that was started ahead ends when its thread becomes another actor", async () => {
  await using system = systemWithSpare();
  const spare = await spareOf(system);
  const counter = await system.spawn(Counter, [1]);
  await until(() => !processes().includes(spare));
  assertEquals(await counter.ask.add(1), 2);
});

Deno.test({
  name:
    "a process that an actor waits for and that is killed before its keeper is there is not replaced",
  ignore: Deno.build.os !== "linux",
  // Its input is closed with the thread that keeps it, which is this one.
  sanitizeResources: false,
  async fn() {
    const order = orderOf(
      new URL(`../fixtures/${MODULE}`, import.meta.url).href,
    );
    const before = processes();
    startAhead(order, "actor");
    const isNew = (pid: number): boolean => !before.includes(pid);
    await until(() => processes().some(isNew));
    const [pid] = processes().filter(isNew);
    // One that is not connected yet fails the start.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    Deno.kill(pid!, "SIGKILL");
    await until(() => !processes().includes(pid!));
    // Until that is known here too.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const found = await childFor("actor", order).catch(() => undefined);
    assertEquals([found?.pid ?? pid, found?.alive ?? false], [pid, false]);
    assertEquals(processes().filter(isNew), []);
    found?.letGo();
    await found?.ended();
  },
});

Deno.test("ProcessesAhead foresees the third of a kind, and leaves a plain spare to who keeps no process", () => {
  const said: unknown[] = [];
  const chick = (warm: boolean): Chick => {
    const fake: Partial<Chick> = {
      warm,
      ahead: undefined,
      post: (message) => void said.push(message.type),
    };
    return fake as Chick;
  };
  const cold = chick(false);
  const [one, two] = [chick(true), chick(true)];
  const ahead = new ProcessesAhead();
  assertEquals(ahead.note(undefined), undefined);
  const kind = ahead.note(orderOf("a"));
  ahead.prepare([cold, one, two]);
  ahead.note(orderOf("b"));
  ahead.note(orderOf("a"));
  ahead.prepare([cold, one, two]);
  assertEquals(said, []);
  assertEquals(ahead.note(orderOf("a")), kind);
  ahead.prepare([cold]);
  assertEquals(said, []);
  ahead.prepare([cold, one, two]);
  ahead.prepare([cold, one, two]);
  assertEquals(said, ["ahead"]);
  assertEquals([cold.ahead, one.ahead, two.ahead], [
    undefined,
    kind,
    undefined,
  ]);
  assert(ahead.choose([cold, one, two], kind) === one);
  assert(ahead.choose([cold, one, two], undefined) === two);
  assert(ahead.choose([cold, one], undefined) === one);
  assert(ahead.choose([one], undefined) === one);
  assert(ahead.choose([], kind) === undefined);
  // The process of one that starts is begun at once, if none waits for it.
  ahead.start(one, orderOf("a"), "actor");
  assertEquals(said, ["ahead"]);
  ahead.start(one, orderOf("b"), "actor");
  ahead.start(two, orderOf("a"), "actor");
  assertEquals(said, ["ahead", "ahead", "ahead"]);
});
