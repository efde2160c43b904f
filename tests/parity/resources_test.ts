/**
 * What becomes of named resources, as Python's `resource_tracker` promises it.
 *
 * RT01, RT02 and RT03 are in tests/shared. Not here: RT06, the code that a cleaner ends with when something was left: what is
 * left is no fault of a program that was killed, and the keeper has unlinked it by then.
 */
import { assertEquals, assertRejects } from "@std/assert";
import {
  InvalidOptionError,
  SharedMemory,
  SharedMemoryManager,
  System,
} from "../../mod.ts";
import { libc } from "../../src/memory/libc.ts";
import { RegionNotFoundError } from "../../src/memory/region_errors.ts";
import { sweepRegions } from "../../src/memory/region_sweep.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { RegionHolder } from "../fixtures/region_holder.ts";

const PROGRAM = "tests/fixtures/top_level_region.ts";

// Stays open as long as the thread runs: no test opened it.
if (Deno.build.os === "linux") libc();

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

/** The numbers of the keepers that this program, and what it has started, have now. */
function keepers(): number[] {
  const parents: Map<number, number> = new Map();
  for (const { name } of Deno.readDirSync("/proc")) {
    const parent = /^PPid:\s+(\d+)/m.exec(textOf(`/proc/${name}/status`))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === Deno.pid || isOurs(parents.get(pid)));
  return [...parents.keys()].filter((pid) =>
    textOf(`/proc/${pid}/cmdline`).includes("region_keeper_entry.ts") &&
    isOurs(pid)
  );
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // It is no process, or has ended.
  }
}

async function assertGone(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await assertRejects(() => SharedMemory.open(name), RegionNotFoundError);
  }
}

test("a thread and a process that use what a manager made have the keeper of that, and none of their own", async () => { // RT04
  const before = new Set(keepers());
  let name: string;
  {
    await using manager = await SharedMemoryManager.start();
    const region = await manager.region(2);
    name = region.name;
    await using system = new System({ spares: 0 });
    for (const [at, placement] of ["thread", "process"].entries()) {
      const holder = await system.spawn(RegionHolder, [], {
        placement: placement as "thread" | "process",
        initTimeout: 60_000,
      });
      await holder.ask.hold(name, at, at + 7);
    }
    assertEquals([...region.bytes], [7, 8]);
    const others = keepers().filter((pid) => !before.has(pid));
    assertEquals(others, [manager.keeperPid]);
  }
  await assertGone([name]);
});

test("a name that is longer than any system takes is refused, and nothing is made", async () => { // RT05
  const longest = `long_${Deno.pid}`.padEnd(30, "x");
  {
    await using region = await SharedMemory.create({ size: 1, name: longest });
    assertEquals(region.name, longest);
  }
  for (const name of [`${longest}x`, "x".repeat(100_000)]) {
    const refused = [
      () => SharedMemory.create({ size: 1, name }),
      () => SharedMemory.open(name),
    ];
    for (const act of refused) {
      const error = await assertRejects(act, InvalidOptionError);
      assertEquals(error.option, "name");
    }
  }
  for await (const { name } of Deno.readDir("/dev/shm")) {
    assertEquals(name.startsWith(longest), false, name);
  }
});

test("a module that makes named memory at its top level leaves none, however many threads and processes load it", async () => { // RT07
  const { code, stdout, stderr } = await runDeno(
    ["run", "--no-check", "-A", PROGRAM],
    { cwd: PACKAGE },
  );
  assertEquals([code, stderr], [0, ""]);
  const all: [managed: string, alone: string][] = JSON.parse(stdout);
  assertEquals(new Set(all.flat()).size, 6);
  await assertGone(all.map(([managed]) => managed));
  // What nobody looked after goes with the next start of anybody.
  sweepRegions();
  await assertGone(all.map(([, alone]) => alone));
});
