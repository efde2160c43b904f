import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Queue } from "../../src/channel/queue.ts";
import { UnsendableError } from "../../src/channel/unsendable_error.ts";
import { LayoutMismatchError } from "../../src/memory/layout_mismatch_error.ts";
import { libc } from "../../src/memory/libc.ts";
import { SharedMemory } from "../../src/shared/shared_memory.ts";
import { struct } from "../../src/shared/struct.ts";
import { PACKAGE } from "../fixtures/child_program.ts";
import { CAPACITY, Note } from "../fixtures/region_queue_program.ts";

const PROGRAM = "tests/fixtures/region_queue_program.ts";
/** Longer than anything here takes: only a hang does. */
const LIMIT = { timeout: 20_000 };

// Stays open as long as the thread runs: no test opened it.
libc();

function regionOf(): Promise<SharedMemory> {
  return SharedMemory.create({ size: 64, room: 2 ** 18 });
}

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-ffi", PROGRAM, ...args],
    cwd: PACKAGE,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function endOf(child: Deno.ChildProcess): Promise<string> {
  const { signal, stdout } = await child.output();
  assert(signal === null || signal === "SIGKILL", `${signal}`);
  return new TextDecoder().decode(stdout);
}

// QU05
Deno.test("Queue.in() brings each record of three processes once, in the order of its process", async () => {
  await using region = await regionOf();
  const layout = { capacity: CAPACITY, layout: Note };
  const notes = Queue.in(region, "notes", layout);
  const children = [1, 2, 3].map((from) =>
    start("put", region.name, `${from}`, "400")
  );
  const next = [0, 0, 0, 0];
  for (let i = 0; i < 1_200; i++) {
    const { from, number } = await notes.take(LIMIT);
    assertEquals(number, next[from]!++);
  }
  assertEquals([next, notes.size], [[0, 400, 400, 400], 0]);
  await Promise.all(children.map(endOf));
});

Deno.test("Queue.in() carries messages of any kind, and refuses what is of one program", async () => {
  await using region = await regionOf();
  const words = Queue.in<unknown>(region, "words");
  await endOf(start("say", region.name));
  assertEquals(await words.take(LIMIT), { text: "from another process" });
  const message = { memory: [new SharedArrayBuffer(8)] };
  const error = await assertRejects(() => words.put(message), UnsendableError);
  assertEquals([error.path, error.unsent], ["value.memory[0]", message]);
  assertEquals(words.size, 0);
  assert(Queue.in(region, "words") === words);
});

Deno.test("Queue.in() refuses other records, and other bounds", async () => {
  await using region = await regionOf();
  Queue.in(region, "notes", { layout: Note, capacity: 4 });
  const Other = struct({ from: "u32", number: "f64" });
  for (
    const options of [{}, { layout: Other, capacity: 4 }, {
      layout: Note,
      capacity: 5,
    }]
  ) {
    assertThrows(
      () => Queue.in(region, "notes", options),
      LayoutMismatchError,
    );
  }
});

// W04
Deno.test("Queue.in() with ack gives on what a process had that is killed", async () => {
  await using region = await regionOf();
  const work = Queue.in<string>(region, "work", { ack: true });
  await work.put("a");
  const child = start("keep", region.name);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "a\n");
  await reader.cancel();
  const waiting = work.take(LIMIT);
  child.kill("SIGKILL");
  assertEquals(await waiting, "a");
  work.done();
  await child.status;
});

for (let seed = 1; seed <= 10; seed++) {
  Deno.test(`Queue.in() is whole after kill -9 of who puts at any moment, seed ${seed}`, async () => {
    await using region = await regionOf();
    const work = Queue.in<number>(region, "churn", { capacity: CAPACITY });
    const child = start("churn", region.name);
    const until = Math.imul(seed, 0x9e37_79b1) >>> 22;
    let next = 0;
    while (next < until) assertEquals(await work.take(LIMIT), next++);
    child.kill("SIGKILL");
    const ended = endOf(child);
    for (;;) {
      const rest = work.tryTake();
      if (rest === undefined && await isOver(ended)) break;
      if (rest !== undefined) assertEquals(rest.value, next++);
    }
    // What it had put is here, and what others put comes behind it.
    await work.put(-1, LIMIT);
    const { value } = work.tryTake()!;
    if (value === next) assertEquals(work.tryTake(), { value: -1 });
    else assertEquals(value, -1);
    assertEquals(work.size, 0);
  });
}

/** Whether a promise is settled, after a turn of the loop. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  void promise.then(() => over = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  return over;
}
