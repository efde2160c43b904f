import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { libc } from "../../src/memory/libc.ts";
import {
  RegionClosedError,
  RegionNotFoundError,
} from "../../src/memory/region_errors.ts";
import { sweepRegions } from "../../src/memory/region_sweep.ts";
import type { SharedList } from "../../src/shared/shared_list.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";
import { SharedMemoryManager } from "../../src/shared/shared_memory_manager.ts";
import { InvalidOptionError, System } from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { tenfold } from "../fixtures/region_tasks.ts";

const PROGRAM = "tests/fixtures/region_scope_program.ts";
const FLAGS = ["--allow-ffi", `--allow-run=${Deno.execPath()}`];

// Stays open as long as the thread runs: no test opened it.
libc();

async function assertGone(names: readonly string[]): Promise<void> {
  for (const name of names) {
    await assertRejects(() => SharedMemory.open(name), RegionNotFoundError);
  }
}

/** A program that has regions; its standard error ends when its keeper, which has it as well, has ended. */
async function startProgram(): Promise<{
  child: Deno.ChildProcess;
  keeper: number;
  names: string[];
}> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...FLAGS, PROGRAM, "wait"],
    cwd: PACKAGE,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  while (!line.endsWith("\n")) line += (await reader.read()).value ?? "\n";
  await reader.cancel();
  const [keeper, ...names] = line.trim().split(" ");
  assertEquals(names.length, 3, line);
  return { child, keeper: Number(keeper), names };
}

// SM15
Deno.test("SharedMemoryManager makes regions and lists that are gone when its scope is over", async () => {
  const names: string[] = [];
  let left: SharedMemory;
  {
    await using manager = await SharedMemoryManager.start();
    const region = await manager.region(128);
    const list = await manager.list(["alpha", 1], { reserve: 16 });
    list.set(1, "sixteen letters!");
    assertEquals([region.size, [...list]], [
      128,
      ["alpha", "sixteen letters!" as unknown as number],
    ]);
    names.push(region.name, list.name);
    left = await SharedMemory.open(region.name);
    region.bytes[0] = 5;
  }
  await assertGone(names);
  // Who else has it open keeps it.
  assertEquals(left.bytes[0], 5);
  left.close();
});

// SM15
Deno.test("SharedMemoryManager.region() rejects when the scope is over, which may end twice", async () => {
  const manager = await SharedMemoryManager.start();
  const region = await manager.region(8);
  await Promise.all([
    manager[Symbol.asyncDispose](),
    manager[Symbol.asyncDispose](),
  ]);
  assert(region.closed);
  await assertRejects(() => manager.region(8), RegionClosedError);
  await assertRejects(() => manager.list([1]), RegionClosedError);
});

Deno.test("SharedMemoryManager.region() refuses sizes that are none, and goes on", async () => {
  await using manager = await SharedMemoryManager.start();
  await assertRejects(() => manager.region(0), InvalidOptionError);
  await assertRejects(
    () => manager.list([undefined as unknown as null]),
    InvalidOptionError,
  );
  const regions = await Promise.all([1, 2, 3].map((n) => manager.region(n)));
  assertEquals(regions.map(({ size }) => size), [1, 2, 3]);
});

Deno.test("SharedMemoryManager hands its lists to the tasks of threads", async () => {
  await using manager = await SharedMemoryManager.start();
  const list = await manager.list([1, 2, 3, 4]);
  await using system = new System();
  await Promise.all([
    system.run(tenfold, [list as SharedList<number[]>, 0, 2]),
    system.run(tenfold, [list as SharedList<number[]>, 2, 4]),
  ]);
  assertEquals([...list], [10, 20, 30, 40]);
});

// RT01
Deno.test("SharedMemoryManager leaves nothing when its process is killed", async () => {
  const { child, names } = await startProgram();
  (await SharedMemory.open(names[0]!)).close();
  child.kill("SIGKILL");
  assertEquals(await child.stderr.text(), "");
  await assertGone(names);
  await child.status;
});

// W12
Deno.test("SharedMemoryManager leaves its regions to the next sweep when its keeper is killed as well", async () => {
  const { child, keeper, names } = await startProgram();
  Deno.kill(keeper, "SIGKILL");
  child.kill("SIGKILL");
  assertEquals(await child.stderr.text(), "");
  await child.status;
  if (Deno.build.os !== "linux") return;
  (await SharedMemory.open(names[0]!)).close();
  sweepRegions();
  await assertGone(names);
});

// SM14
for (
  const [how, code, said] of [
    ["end", 0, ""],
    ["throw", 1, "RangeError: on purpose"],
  ] as const
) {
  Deno.test(`SharedMemoryManager leaves nothing when its program comes to its end by "${how}"`, async () => {
    const end = await runDeno(
      ["run", "--no-check", "--no-prompt", ...FLAGS, PROGRAM, how],
      { cwd: PACKAGE },
    );
    assertEquals(end.code, code);
    if (said === "") assertEquals(end.stderr, "");
    assertStringIncludes(end.stderr, said);
    const [, ...names] = end.stdout.trim().split(" ");
    assertEquals(names.length, 3);
    await assertGone(names);
  });
}

// SM13, RT02
Deno.test("SharedMemoryManager is kept by a process that heeds no SIGINT and no SIGTERM", async () => {
  const { child, keeper, names } = await startProgram();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.kill(keeper, signal);
  }
  child.kill("SIGKILL");
  assertEquals(await child.stderr.text(), "");
  await assertGone(names);
  await child.status;
});

// RT03
Deno.test("SharedMemoryManager replaces a keeper that was killed, with one warning, and the new one knows all regions", async () => {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void warnings.push(text);
  try {
    await using manager = await SharedMemoryManager.start();
    const regions = [await manager.region(8)];
    for (let i = 1; i <= 2; i++) {
      const dead = manager.keeperPid;
      Deno.kill(dead, "SIGKILL");
      regions.push(await manager.region(8));
      assertEquals(manager.keeperRestarts, i);
      assert(manager.keeperPid !== dead);
    }
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0]!, "keeper of regions died");
    for (const { name } of regions) (await SharedMemory.open(name)).close();
    regions.forEach((region) => region.close());
  } finally {
    console.warn = warn;
  }
});

Deno.test("SharedMemoryManager needs --allow-ffi and --allow-run of Deno, and names what is missing", async () => {
  for (const flag of ["ffi", "run"]) {
    const { code, stderr } = await runDeno([
      "run",
      "--no-check",
      "--no-prompt",
      ...FLAGS.filter((each) => !each.includes(flag)),
      PROGRAM,
    ], { cwd: PACKAGE });
    assertEquals(code, 1);
    assertStringIncludes(stderr, `--allow-${flag}`);
  }
});
