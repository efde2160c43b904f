import { assert, assertEquals, assertRejects } from "@std/assert";
import { LayoutMismatchError } from "../../src/memory/layout_mismatch_error.ts";
import { libc } from "../../src/memory/libc.ts";
import {
  RegionDamagedError,
  RegionError,
  RegionNotFoundError,
} from "../../src/memory/region_errors.ts";
import { ROOM, ROOM_OWNER } from "../../src/memory/region_room.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";
import { SharedValue } from "../../src/shared/shared_value.ts";
import { struct } from "../../src/shared/struct.ts";
import { Mutex } from "../../src/sync/mutex.ts";
import { System } from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { put } from "../fixtures/region_tasks.ts";

const PROGRAM = "tests/fixtures/file_region_program.ts";

// Stays open as long as the thread runs: no test opened it.
libc();

/** A folder for a test, which goes with it. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync();

  file(name = "region"): string {
    return `${this.path}/${name}`;
  }

  get names(): string[] {
    return Array.from(Deno.readDirSync(this.path), ({ name }) => name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.path, { recursive: true });
  }
}

function programArgs(folder: Folder, what: string): string[] {
  const allowed = `${folder.path}`;
  return [
    "run",
    "--no-check",
    "--allow-ffi",
    `--allow-read=${allowed}`,
    `--allow-write=${allowed}`,
    PROGRAM,
    what,
    folder.file(),
  ];
}

function startProgram(
  folder: Folder,
  what: string,
  stdout: "null" | "piped",
): Deno.ChildProcess {
  const args = programArgs(folder, what);
  const command = { args, cwd: PACKAGE, stdin: "null", stdout } as const;
  return new Deno.Command(Deno.execPath(), command).spawn();
}

Deno.test("SharedMemory.file() keeps what was written, its layout and its values", async () => {
  await using folder = new Folder();
  const Point = struct({ x: "f64", y: "f64" });
  {
    const size = Point.byteLength * 4;
    const region = await SharedMemory.file(folder.file(), {
      size,
      room: 8_192,
    });
    Point.on(region).at(3).x = 1.5;
    SharedValue.in(region, "hits", "i64", 0n).add(5n);
    await region.flush();
    await region[Symbol.asyncDispose]();
  }
  const url = new URL(`file://${folder.file()}`);
  const again = await SharedMemory.file(url);
  assertEquals([again.name, again.isOwner], [folder.file(), false]);
  assertEquals(Point.on(again).at(3).x, 1.5);
  assertEquals(again.layout, Point.fingerprint);
  assertEquals(SharedValue.in(again, "hits", "i64", 0n).value, 5n);
  assertEquals(folder.names, ["region"]);
  await again.unlink();
  await again.unlink();
  assertEquals(folder.names, []);
  again.close();
});

Deno.test("SharedMemory.file() refuses what is no region or not all of one, and leaves it", async () => {
  await using folder = new Folder();
  const region = await SharedMemory.file(folder.file(), { size: 5_000 });
  region.bytes[0] = 1;
  region.close();
  const whole = await Deno.readFile(folder.file());
  const bad = {
    "empty": new Uint8Array(),
    "short": whole.subarray(0, whole.length - 4_096),
    "cut": whole.subarray(0, whole.length - 1),
    "tail alone": whole.subarray(whole.length - 512),
    "long": new Uint8Array([...whole, ...new Uint8Array(4_096)]),
    "foreign": new TextEncoder().encode("{}".repeat(4_096)),
  };
  for (const [name, bytes] of Object.entries(bad)) {
    await Deno.writeFile(folder.file(name), bytes);
    const error = await assertRejects(
      () => SharedMemory.file(folder.file(name), { size: 5_000 }),
      RegionDamagedError,
    );
    assertEquals(error.region, folder.file(name));
    assertEquals(await Deno.readFile(folder.file(name)), bytes);
  }
});

Deno.test("SharedMemory.file() refuses another size, another layout and a file that is not there", async () => {
  await using folder = new Folder();
  await assertRejects(
    () => SharedMemory.file(folder.file()),
    RegionNotFoundError,
  );
  const region = await SharedMemory.file(folder.file(), {
    size: 64,
    layout: "mine",
  });
  region.close();
  const size = await assertRejects(
    () => SharedMemory.file(folder.file(), { size: 65 }),
    LayoutMismatchError,
  );
  assertEquals([size.expected, size.actual], ["65 bytes", "64 bytes"]);
  const layout = await assertRejects(
    () => SharedMemory.file(folder.file(), { layout: "yours" }),
    LayoutMismatchError,
  );
  assertEquals([layout.expected, layout.actual], ["yours", "mine"]);
});

Deno.test("SharedMemory.file() makes one file for all who come at a time", async () => {
  await using folder = new Folder();
  const ends = await Promise.all(
    [1, 2, 3].map(() =>
      runDeno(programArgs(folder, "count"), { cwd: PACKAGE })
    ),
  );
  for (const end of ends) {
    assertEquals(end, { code: 0, stdout: "", stderr: "" });
  }
  const region = await SharedMemory.file(folder.file());
  assertEquals(region.view(Int32Array)[0], 3_000);
  assertEquals(folder.names, ["region"]);
  region.close();
});

Deno.test("SharedMemory.file() leaves nothing of one that was killed while it made the file, and waits for one that lives", async () => {
  await using folder = new Folder();
  const child = startProgram(folder, "make", "null");
  const part = `${folder.file()}.troupe_part`;
  const length = (): number => {
    try {
      return Deno.statSync(part).size;
    } catch {
      return 0;
    }
  };
  while (length() === 0) await new Promise((done) => setTimeout(done, 1));
  child.kill("SIGKILL");
  await child.status;
  assertEquals(folder.names.sort(), [
    "region.troupe_lock",
    "region.troupe_part",
  ]);
  const held = await Deno.open(`${folder.file()}.troupe_lock`, { write: true });
  await held.lock(true);
  const making = SharedMemory.file(folder.file(), { size: 64 });
  const first = await Promise.race([
    making.then(() => "made"),
    new Promise((done) => setTimeout(done, 100, "waits")),
  ]);
  held.close();
  const region = await making;
  assertEquals([first, region.size, region.bytes[0]], ["waits", 64, 0]);
  assertEquals(folder.names, ["region"]);
  region.close();
});

Deno.test("SharedMemory.file() follows no link that is in the place of its lock", async () => {
  await using folder = new Folder();
  const other = folder.file("other");
  await Deno.symlink(other, `${folder.file()}.troupe_lock`);
  await assertRejects(
    () => SharedMemory.file(folder.file(), { size: 64 }),
    RegionError,
    "is a link: remove it",
  );
  assertEquals(folder.names, ["region.troupe_lock"]);
});

Deno.test("SharedMemory.file() makes one file for all who come at a time on one thread", async () => {
  for (let round = 0; round < 20; round++) {
    await using folder = new Folder();
    const regions = await Promise.all(
      [1, 2, 3].map(() => SharedMemory.file(folder.file(), { size: 4_096 })),
    );
    regions[0]!.bytes[0] = 7;
    assertEquals(regions.map(({ bytes }) => bytes[0]), [7, 7, 7]);
    assertEquals(folder.names, ["region"]);
    for (const region of regions) region.close();
  }
});

Deno.test("SharedMemory.file() frees what was held when nobody has it open, with ownerDied", async () => {
  await using folder = new Folder();
  const child = startProgram(folder, "hold", "piped");
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const region = await SharedMemory.file(folder.file());
  assertEquals(Mutex.in(region, "lock").tryLock(), undefined);
  region.close();
  child.kill("SIGKILL");
  await child.status;
  // As after a new start of the machine, or of its container: nothing there can tell who that was.
  const at = 64 + 4 * (ROOM.OWNERS + ROOM_OWNER.WORDS + ROOM_OWNER.SPACE);
  using file = await Deno.open(folder.file(), { write: true });
  await file.seek(at, Deno.SeekMode.Start);
  await file.write(new Uint8Array(Int32Array.of(12_345).buffer));
  const again = await SharedMemory.file(folder.file());
  {
    using held = Mutex.in(again, "lock").tryLock();
    assertEquals([held?.ownerDied, again.view(Int32Array)[0]], [true, 7]);
  }
  again.close();
});

Deno.test("SharedMemory.file() needs the permissions of the file", async () => {
  await using folder = new Folder();
  const { stdout } = await runDeno(
    ["run", "--no-check", "--allow-ffi", PROGRAM, "count", folder.file()],
    { cwd: PACKAGE },
  );
  assertEquals([stdout, folder.names], ["NotCapable\n", []]);
});

Deno.test("a region of a file travels to threads", async () => {
  await using folder = new Folder();
  await using system = new System();
  const region = await SharedMemory.file(folder.file(), { size: 8 });
  await system.run(put, [region, 9]);
  assert(region.bytes[0] === 9);
  region.close();
});
