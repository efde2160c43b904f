import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { decode } from "../../src/memory/decode.ts";
import { encode } from "../../src/memory/encode.ts";
import { LayoutMismatchError } from "../../src/memory/layout_mismatch_error.ts";
import { libc } from "../../src/memory/libc.ts";
import { openMapped } from "../../src/memory/mapped.ts";
import {
  RegionClosedError,
  RegionExistsError,
  RegionNoRoomError,
  RegionNotFoundError,
} from "../../src/memory/region_errors.ts";
import { mayLive, ownProcess } from "../../src/memory/region_owner.ts";
import { sweepRegions } from "../../src/memory/region_sweep.ts";
import { ViewRangeError } from "../../src/memory/view_range_error.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";
import { struct } from "../../src/shared/struct.ts";
import { System } from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import { put, shout } from "../fixtures/region_tasks.ts";

const PROGRAM = "tests/fixtures/region_program.ts";

// Stays open as long as the thread runs: no test opened it.
libc();

function nameOf(test: string): string {
  return `t_${test}_${Deno.pid}`;
}

function runProgram(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return runDeno(["run", "--no-check", "--allow-ffi", PROGRAM, ...args], {
    cwd: PACKAGE,
  });
}

/** Starts the program, and resolves once it holds its region. */
async function startHolder(
  name: string,
  how: "hold" | "own" = "hold",
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-ffi", PROGRAM, how, name],
    cwd: PACKAGE,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), `${name}\n`);
  await reader.cancel();
  return child;
}

// SM01
Deno.test("SharedMemory.create() gives zeros of that size, under that name", async () => {
  const name = nameOf("basics");
  await using region = await SharedMemory.create({ name, size: 512 });
  assertEquals([region.name, region.size, region.isOwner], [name, 512, true]);
  assertEquals(region.bytes, new Uint8Array(512));
  assertEquals(region.buffer.byteLength, 512);
  const text = `SharedMemory ("${name}", 512 bytes)`;
  assertEquals([`${region}`, Deno.inspect(region)], [text, text]);
  assertThrows(() => Object.assign(region, { bytes: 1 }), TypeError);
});

// SM02, SM03
Deno.test("SharedMemory.open() shows what others write, and closing it takes nothing from them", async () => {
  await using region = await SharedMemory.create({ size: 10 });
  const first = await SharedMemory.open(region.name);
  const second = await SharedMemory.open(region.name);
  assertEquals([first.size, first.isOwner], [10, false]);
  first.bytes[9] = 42;
  assertEquals([region.bytes[9], second.bytes[9]], [42, 42]);
  second.close();
  region.bytes[0] = 7;
  assertEquals(first.bytes[0], 7);
  await first[Symbol.asyncDispose]();
  (await SharedMemory.open(region.name)).close();
});

// SM04, SM06
Deno.test("SharedMemory.create() refuses a name in use and leaves what has it", async () => {
  const name = nameOf("exists");
  await using region = await SharedMemory.create({ name, size: 8 });
  region.bytes[0] = 5;
  const error = await assertRejects(
    () => SharedMemory.create({ name, size: 100 }),
    RegionExistsError,
  );
  assertEquals(error.region, name);
  await using again = await SharedMemory.open(name);
  assertEquals([again.size, again.bytes[0]], [8, 5]);
});

// SM04, SM05
Deno.test("SharedMemory.open() finds nothing once it is unlinked, which may be done twice and by guests", async () => {
  await using region = await SharedMemory.create({ size: 8 });
  const guest = await SharedMemory.open(region.name);
  await guest.unlink();
  await guest.unlink();
  const error = await assertRejects(
    () => SharedMemory.open(region.name),
    RegionNotFoundError,
  );
  assertEquals(error.region, region.name);
  // Who has it keeps it.
  guest.bytes[0] = 3;
  assertEquals(region.bytes[0], 3);
  guest.close();
  await guest.unlink();
});

// SM19
Deno.test("SharedMemory.open() owns a region if it is asked to, until its process dies, and never else", async () => {
  const name = nameOf("own");
  const kept = await SharedMemory.create({ name, size: 8, keep: true });
  kept.close();
  await (await SharedMemory.open(name))[Symbol.asyncDispose]();
  const child = await startHolder(name, "own");
  assertEquals(sweepRegions().includes(name), false);
  child.kill("SIGKILL");
  await child.status;
  assertEquals(sweepRegions().includes(name), true);
  await assertRejects(() => SharedMemory.open(name), RegionNotFoundError);

  await using region = await SharedMemory.create({ size: 8 });
  const owner = await SharedMemory.open(region.name, { own: true });
  assertEquals(owner.isOwner, true);
  await owner[Symbol.asyncDispose]();
  await assertRejects(
    () => SharedMemory.open(region.name),
    RegionNotFoundError,
  );
  await assertRejects(
    () => SharedMemory.open(name, { own: 1 as never }),
    InvalidOptionError,
  );
});

Deno.test("SharedMemory.unlink() leaves another region that has the name now", async () => {
  const name = nameOf("other");
  const first = await SharedMemory.create({ name, size: 8 });
  await first.unlink();
  await using second = await SharedMemory.create({ name, size: 16 });
  await first[Symbol.asyncDispose]();
  await using guest = await SharedMemory.open(name);
  assertEquals([guest.size, second.size], [16, 16]);
});

// SM07
Deno.test("SharedMemory.create() draws another name when it drew one in use", async () => {
  const names = new Set<string>();
  const getRandomValues = crypto.getRandomValues;
  await using first = await SharedMemory.create({ size: 8 });
  first.bytes[0] = 9;
  const drawn = Uint8Array.fromHex(first.name.slice("troupe_".length));
  let times = 0;
  crypto.getRandomValues = function <T extends ArrayBufferView | null>(to: T) {
    if (to instanceof Uint8Array && to.length === 8 && times++ === 0) {
      to.set(drawn);
      return to;
    }
    return getRandomValues.call(crypto, to as Uint8Array<ArrayBuffer>) as T;
  } as typeof getRandomValues;
  try {
    await using second = await SharedMemory.create({ size: 8 });
    names.add(first.name).add(second.name);
    assertEquals([names.size, times], [2, 2]);
    assertEquals([first.bytes[0], second.bytes[0]], [9, 0]);
  } finally {
    crypto.getRandomValues = getRandomValues;
  }
});

// SM08, SM09
Deno.test("SharedMemory refuses sizes and names that are none, and touches nothing", async () => {
  for (const size of [-1, 0, 1.5, NaN, 2 ** 32 + 1, undefined, "8"]) {
    const error = await assertRejects(
      () => SharedMemory.create({ size: size as number }),
      InvalidOptionError,
    );
    assertEquals(error.option, "size");
  }
  for (
    const name of ["", "a\0b", "a/b", "../x", ".x", "é", "x".repeat(31), 3]
  ) {
    for (
      const wrong of [
        () => SharedMemory.create({ size: 8, name: name as string }),
        () => SharedMemory.open(name as string),
      ]
    ) {
      const error = await assertRejects(wrong, InvalidOptionError);
      assertEquals(error.option, "name");
    }
  }
  for (const options of [{ size: 8, sise: 8 }, { size: 8, keep: 1 }, 8]) {
    await assertRejects(
      () => SharedMemory.create(options as { size: number }),
      InvalidOptionError,
    );
  }
});

Deno.test("SharedMemory.create() refuses what the system has no room for, and leaves nothing", async () => {
  if (Deno.build.os !== "linux") return;
  const library = libc() as { linux: unknown; errno: () => number };
  const { linux, errno } = library;
  const name = nameOf("room");
  try {
    const fallocate = () => -1;
    const fallocateAside = () => Promise.resolve(-1);
    library.linux = { ...linux as object, fallocate, fallocateAside };
    library.errno = () => 28;
    for (const size of [8, 2 ** 24]) {
      const error = await assertRejects(
        () => SharedMemory.create({ size, name }),
        RegionNoRoomError,
      );
      assertEquals(error.region, name);
    }
  } finally {
    Object.assign(library, { linux, errno });
  }
  await assertRejects(() => SharedMemory.open(name), RegionNotFoundError);
});

// SM20
Deno.test("SharedMemory.close() detaches every view: touching one later throws or misses", async () => {
  await using region = await SharedMemory.create({ size: 64 });
  const { bytes, buffer } = region;
  const longs = region.view(BigInt64Array);
  const view = new DataView(buffer);
  region.close();
  region.close();
  assert(buffer.detached && region.closed);
  assertEquals([bytes.length, bytes[0], longs[7]], [0, undefined, undefined]);
  bytes[0] = 1;
  assertThrows(() => view.getInt8(0), TypeError);
  assertThrows(() => Atomics.load(longs, 0), TypeError);
  assertThrows(() => bytes.fill(1), TypeError);
  for (
    const late of [
      () => region.bytes,
      () => region.buffer,
      () => region.layout,
      () => region.view(Uint8Array),
      () => region.claimLayout("x:f64"),
    ]
  ) {
    const error = assertThrows(late, RegionClosedError);
    assertEquals(error.region, region.name);
  }
});

Deno.test("SharedMemory.close() leaves memory whose buffer was moved elsewhere where it is", async () => {
  await using region = await SharedMemory.create({ size: 64 });
  const moved = region.buffer.transfer();
  region.close();
  new Uint8Array(moved)[63] = 5;
  await using guest = await SharedMemory.open(region.name);
  assertEquals(guest.bytes[63], 5);
});

// SM21
Deno.test("SharedMemory.view() tells the bytes needed and available of one that does not fit", async () => {
  await using region = await SharedMemory.create({ size: 1_024 });
  const error = assertThrows(
    () => region.view(BigInt64Array, 256),
    ViewRangeError,
  );
  assertEquals([error.needed, error.available], [2_048, 1_024]);
  assertEquals(region.view(BigInt64Array).length, 128);
  assertEquals(region.view(Int16Array, 3, 2).byteOffset, 2);
  assertThrows(() => region.view(Int32Array, 1, 2), InvalidOptionError);
});

Deno.test("Struct.on() lays structs into a region, whose layout another handle is held to", async () => {
  const Reading = struct({ at: "f64", value: "f32", sensor: "u32" });
  await using region = await SharedMemory.create({ size: 1_024 });
  assertEquals(region.layout, "");
  const rows = Reading.on(region, 0, 16);
  rows.at(15).value = 21.5;
  const layout = "at:f64,value:f32,sensor:u32";
  await using guest = await SharedMemory.open(region.name, { layout });
  assertEquals([guest.layout, Reading.fingerprint], [layout, layout]);
  assertEquals(Reading.on(guest).at(15).value, 21.5);
  const Other = struct({ at: "f64", value: "f64" });
  const error = assertThrows(() => Other.on(guest), LayoutMismatchError);
  assertEquals(error.actual, layout);
  const refused = await assertRejects(
    () => SharedMemory.open(region.name, { layout: Other.fingerprint }),
    LayoutMismatchError,
  );
  assertEquals(
    [refused.expected, refused.actual],
    [Other.fingerprint, layout],
  );
});

Deno.test("SharedMemory.layout tells the beginning of one too long to be noted, and the whole decides", async () => {
  const long = Array.from({ length: 80 }, (_, i) => `field${i}:f64`).join();
  await using region = await SharedMemory.create({ size: 8 });
  region.claimLayout(long);
  assertEquals(region.layout, long.slice(0, 448));
  region.claimLayout(long);
  assertThrows(() => region.claimLayout(`${long},x:f64`), LayoutMismatchError);
});

// SM10
Deno.test("SharedMemory in a message is the same memory on the other thread", async () => {
  await using system = new System();
  await using region = await SharedMemory.create({ size: 64 });
  assertEquals(await system.run(shout, [region, region]), true);
  assertEquals(new TextDecoder().decode(region.bytes.subarray(0, 5)), "HELLO");
});

Deno.test("SharedMemory in a message is the very handle on its own thread", async () => {
  await using region = await SharedMemory.create({ size: 64 });
  const { bytes, length } = encode({ nested: [region] });
  const { nested } = decode(bytes, 0, length) as { nested: SharedMemory[] };
  assert(nested[0] === region);
  region.close();
  assertThrows(() => encode(region), RegionClosedError);
});

// SM11
Deno.test("SharedMemory that is unlinked while it is in flight is not found, and nor is another of its name", async () => {
  const name = nameOf("flight");
  const region = await SharedMemory.create({ size: 64, name });
  const { bytes, length } = encode(region);
  const letter = bytes.slice(0, length);
  await region[Symbol.asyncDispose]();
  const receive = () => decode(letter, 0, letter.length);
  assertEquals(assertThrows(receive, RegionNotFoundError).region, name);
  await using other = await SharedMemory.create({ size: 64, name });
  assertThrows(receive, RegionNotFoundError);
  assertEquals(other.bytes[0], 0);
  await using system = new System();
  const task = system.run(put, [other, 1]);
  await task;
  assertEquals(other.bytes[0], 1);
});

// SM12
Deno.test("SharedMemory is written by another process that has its name", async () => {
  await using region = await SharedMemory.create({ size: 1_024 });
  assertEquals(await runProgram("write", region.name), {
    code: 0,
    stdout: "",
    stderr: "",
  });
  assertEquals(new TextDecoder().decode(region.bytes.subarray(0, 5)), "howdy");
});

Deno.test("SharedMemory loses no atomic addition of two processes", async () => {
  await using region = await SharedMemory.create({ size: 4 });
  await Promise.all([1, 2].map(() => runProgram("count", region.name)));
  assertEquals(region.view(Int32Array)[0], 200_000);
});

// RT01, W12
Deno.test("SharedMemory.create() sweeps the regions of a process that was killed, and of no other", async () => {
  const [dead, alive] = [nameOf("dead"), nameOf("alive")];
  const killed = await startHolder(dead);
  const holder = await startHolder(alive);
  try {
    await using kept = await SharedMemory.create({ size: 8 });
    killed.kill("SIGKILL");
    await killed.status;
    await using open = await SharedMemory.open(dead);
    assertEquals(await runProgram("sweep"), {
      code: 0,
      stdout: "",
      stderr: "",
    });
    await assertRejects(() => SharedMemory.open(dead), RegionNotFoundError);
    // Who had it open keeps it.
    open.bytes[0] = 1;
    (await SharedMemory.open(alive)).close();
    (await SharedMemory.open(kept.name)).close();
  } finally {
    holder.kill("SIGKILL");
    await holder.status;
  }
  assert(sweepRegions().includes(alive));
  assertEquals(sweepRegions().includes(alive), false);
});

Deno.test("SharedMemory that is kept outlives its handle, and its process", async () => {
  const name = nameOf("kept");
  const region = await SharedMemory.create({ name, size: 8, keep: true });
  await region[Symbol.asyncDispose]();
  sweepRegions();
  await using guest = await SharedMemory.open(name);
  assertEquals([guest.size, guest.isOwner], [8, false]);
  await guest.unlink();
});

Deno.test("mayLive() tells a process from a later one of its number, and knows nothing of other spaces", () => {
  const own = ownProcess();
  assertEquals(own.pid, Deno.pid);
  assert(mayLive(own));
  assert(mayLive({ ...own, pid: 0 }));
  if (Deno.build.os !== "linux") return;
  assertNotEquals([own.start, own.space], [0, 0]);
  assert(!mayLive({ ...own, start: own.start + 1 }));
  assert(!mayLive({ ...own, pid: 2 ** 22 + 1 }));
  assert(mayLive({ pid: 2 ** 22 + 1, start: 1, space: own.space + 1 }));
});

Deno.test("SharedMemory is for processes of the same user alone", async () => {
  if (Deno.build.os !== "linux") return;
  await using region = await SharedMemory.create({ size: 8 });
  const { mode } = await Deno.stat(`/dev/shm/${region.name}`);
  assertEquals((mode ?? 0) & 0o777, 0o600);
});

Deno.test("SharedMemory.open() takes a tail for none that cannot be true", async () => {
  if (Deno.build.os !== "linux") return;
  const name = nameOf("forged");
  const path = `/dev/shm/${name}`;
  const bytes = new Uint8Array(4_096);
  const words = new Int32Array(bytes.buffer, 4_096 - 512);
  for (const size of [0, 4_096, -1, 2 ** 31 - 1]) {
    words.set([0x554f5254, 1, size, size < 0 ? -1 : 0]);
    await Deno.writeFile(path, bytes);
    try {
      const mapped = openMapped(name);
      assertEquals(mapped?.facts, undefined);
      assertEquals(mapped?.buffer.byteLength, 4_096);
      mapped?.close();
    } finally {
      await Deno.remove(path);
    }
  }
});

Deno.test("SharedMemory needs --allow-ffi, says so without it, and needs nothing else", async () => {
  assertEquals(await runProgram("none"), { code: 0, stdout: "", stderr: "" });
  const { code, stdout, stderr } = await runDeno(
    ["run", "--no-check", "--no-prompt", PROGRAM, "none"],
    { cwd: PACKAGE },
  );
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "NamedMemoryUnavailableError permission");
  assertStringIncludes(stdout, "run again with --allow-ffi");
});
