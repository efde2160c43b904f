/** A Manager that is shared by programs of their own. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AuthenticationError, Manager, System } from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { KINDS } from "../fixtures/manager_program.ts";
import { StartedProgram } from "../fixtures/started_program.ts";

const PROGRAM = "manager_program.ts";
const TEXT = "a key for tests alone";
const KEY = new TextEncoder().encode(TEXT);
const ENV = { CREW_KEY: TEXT };

function start(...args: string[]): StartedProgram {
  return new StartedProgram(PROGRAM, args, ENV);
}

Deno.test("a Manager serves another program at a loopback address with a key", async () => { // MA13 MA14 MA33
  await using system = new System();
  const address = "127.0.0.1:0";
  await using manager = await Manager.start({ system, address, key: KEY });
  await assertRejects(
    () => Manager.connect(manager.address!, new Uint8Array(1), { system }),
    AuthenticationError,
  );
  await using other = start("put", manager.address!);
  const jobs = manager.queue<unknown>("jobs");
  assertEquals(await jobs.take(), KINDS);
  assertEquals(await other.line(), "DataCloneError");
  assertEquals(await jobs.take(), "more");
});

Deno.test("what a program holds that is killed goes to the next one", async () => {
  await using system = new System();
  await using manager = await Manager.start({
    system,
    address: "127.0.0.1:0",
    key: KEY,
    awayMs: 50,
  });
  const other = start("hold", manager.address!, "l");
  const fence = Number(await other.line());
  assertEquals(await manager.presence("l").entries(), [["me", "here"]]);
  assertEquals(await manager.lock("l").tryLock(), undefined);
  const next = manager.lock("l").lock();
  await other.kill();
  await using held = await next;
  assert(held.fence > fence);
  assertEquals(held.ownerDied, true);
  while ((await manager.presence("l").entries()).length > 0);
  await other[Symbol.asyncDispose]();
});

Deno.test("a program that serves a Manager, is killed and started again has its clients back", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/state.db`;
  {
    await using system = new System();
    const first = start("serve", "127.0.0.1:0", file);
    const address = await first.line();
    await using remote = await Manager.connect(address, KEY, { system });
    const map = remote.map<string, number>("m");
    await map.set("a", 1);
    const watch = map.watch();
    await watch.next();
    const held = await remote.lock("l").lock();
    const waiting = remote.lock("l").lock();
    await map.get("a");
    await first.kill();
    const value = map.get("a");
    const change = watch.next();
    await using second = start("serve", address, file);
    assertEquals(await second.line(), address);
    assertEquals(await value, 1);
    assertEquals((await change).value, {
      type: "snapshot",
      entries: [["a", 1]],
      missed: 0,
    });
    // The program that it was held in is gone: who waits has it.
    const again = await waiting;
    assert(again.fence > held.fence);
    assertEquals([await held.release(), await again.release()], [false, true]);
    await watch.return();
    await first[Symbol.asyncDispose]();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Manager.start() keeps the default system as long as it takes", async () => {
  // Its file is long in coming, when a system without anything in it has closed.
  const folder = await Deno.makeTempDir();
  const source = `
    import { Manager } from "./mod.ts";
    const key = new Uint8Array(32);
    const { open } = Deno;
    Deno.open = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return await open(...args);
    };
    const file = ${JSON.stringify(`${folder}/state.db`)};
    const address = "127.0.0.1:0";
    await using manager = await Manager.start({ address, key, file });
    await using remote = await Manager.connect(manager.address, key);
    console.log(await remote.counter("c").add(1));`;
  const end = await runDeno(["eval", "--ext=ts", source], { cwd: PACKAGE });
  await Deno.remove(folder, { recursive: true });
  assertEquals([end.code, end.stdout, end.stderr], [0, "1\n", ""]);
});
