import { assertEquals } from "@std/assert";
import { libc } from "../../src/memory/libc.ts";
import { openMapped } from "../../src/memory/mapped.ts";
import { isRegionName } from "../../src/memory/region_name.ts";
import { RegionError } from "../../src/memory/region_errors.ts";
import { PACKAGE } from "../fixtures/child_program.ts";

const PROGRAM = "tests/fixtures/region_chatter.ts";

// Stays open as long as the thread runs: no test opened it.
libc();

/** The regions that a process owns. */
function regionsOf(pid: number): string[] {
  const names: string[] = [];
  for (const { name } of Deno.readDirSync("/dev/shm")) {
    if (!isRegionName(name)) continue;
    try {
      const mapped = openMapped(name);
      if (mapped?.facts?.owner.pid === pid) names.push(name);
      mapped?.close();
    } catch (error) {
      // Somebody else's, which went meanwhile.
      if (!(error instanceof RegionError)) throw error;
    }
  }
  return names;
}

/** Starts the program, and resolves with it as soon as it has said so many lines. */
async function startUntil(line: number): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", PROGRAM],
    cwd: PACKAGE,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (said.split("\n").length <= line + 1) {
    said += (await reader.read()).value;
  }
  child.kill("SIGKILL");
  await reader.cancel();
  return child;
}

// W12
Deno.test({
  name: "SharedMemoryManager leaves nothing wherever its process is killed",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const left: [line: number, names: string[]][] = [];
    for (const line of [0, 1, 2, 3, 4, 5, 6, 7, 12, 25, 38, 41]) {
      const child = await startUntil(line);
      // At the end when the keeper, which has it as well, has ended.
      assertEquals(await child.stderr.text(), "");
      await child.status;
      const names = regionsOf(child.pid);
      if (names.length > 0) left.push([line, names]);
    }
    assertEquals(left, []);
  },
});
