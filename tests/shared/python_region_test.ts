import { assertEquals, assertRejects } from "@std/assert";
import { libc } from "../../src/memory/libc.ts";
import { RegionNotFoundError } from "../../src/memory/region_errors.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";

// Stays open as long as the thread runs: no test opened it.
libc();

/** Python before 3.13 takes what it opens for its own, and unlinks it at its end: it is told not to. */
const ATTACH = `
import sys
from multiprocessing import resource_tracker, shared_memory
try:
    region = shared_memory.SharedMemory(name=sys.argv[1], track=False)
except TypeError:
    region = shared_memory.SharedMemory(name=sys.argv[1])
    resource_tracker.unregister(region._name, "shared_memory")
print(bytes(region.buf[:5]).decode(), region.size >= 100)
region.buf[99] = 42
region.close()
`;

/** Makes a region, and leaves it until a line is read. */
const CREATE = `
import sys
from multiprocessing import shared_memory
region = shared_memory.SharedMemory(create=True, size=100)
region.buf[:5] = b"hello"
print(region.name, flush=True)
sys.stdin.readline()
print(region.buf[99])
region.close()
region.unlink()
`;

/** The text up to the end of a line, which comes in one piece or more. */
async function readLine(
  pieces: ReadableStreamDefaultReader<string>,
): Promise<string> {
  let text = "";
  while (!text.endsWith("\n")) text += (await pieces.read()).value ?? "\n";
  return text.trim();
}

/** Whether there is a Python that has shared memory. */
async function hasPython(): Promise<boolean> {
  try {
    const args = ["-c", "from multiprocessing import shared_memory"];
    const { success } = await new Deno.Command("python3", { args }).output();
    return success;
  } catch {
    return false;
  }
}

const ignore = !await hasPython();
if (ignore) {
  console.log("SKIPPED: no test with Python runs, as there is no python3");
}

Deno.test({
  name:
    "SharedMemory is opened by Python under its name, which sees the user's bytes first",
  ignore,
  async fn() {
    await using region = await SharedMemory.create({ size: 100 });
    region.bytes.set(new TextEncoder().encode("howdy"));
    const { code, stdout, stderr } = await new Deno.Command("python3", {
      args: ["-c", ATTACH, region.name],
    }).output();
    const decoder = new TextDecoder();
    assertEquals(
      [code, decoder.decode(stdout), decoder.decode(stderr)],
      [0, "howdy True\n", ""],
    );
    assertEquals([region.size, region.bytes[99]], [100, 42]);
    // Nothing of what the library notes was touched, and Python unlinked nothing.
    await using guest = await SharedMemory.open(region.name);
    assertEquals(guest.size, 100);
  },
});

Deno.test({
  name: "SharedMemory.open() opens what Python made, and owns nothing of it",
  ignore,
  async fn() {
    const child = new Deno.Command("python3", {
      args: ["-c", CREATE],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const name = await readLine(lines);
    {
      await using region = await SharedMemory.open(name);
      assertEquals([region.size, region.layout], [100, ""]);
      const text = new TextDecoder().decode(region.bytes.subarray(0, 5));
      assertEquals(text, "hello");
      region.bytes[99] = 17;
    }
    const stdin = child.stdin.getWriter();
    await stdin.write(new TextEncoder().encode("\n"));
    assertEquals(await readLine(lines), "17");
    assertEquals((await lines.read()).done, true);
    await stdin.close();
    assertEquals((await child.status).code, 0);
    await assertRejects(() => SharedMemory.open(name), RegionNotFoundError);
  },
});
