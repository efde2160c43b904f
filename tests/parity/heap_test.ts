import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  DataCloneError,
  Heap,
  type HeapBlock,
  InvalidOptionError,
  System,
} from "../../mod.ts";
import { copy } from "../fixtures/handle_copy.ts";
import { fill, PATIENT } from "../fixtures/shared_tasks.ts";

/** Numbers from 0 to 1 that follow from a seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A size as programs ask for: most are small, few are large. */
function logNormal(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(random() || 1e-9)) *
    Math.cos(2 * Math.PI * random());
  return Math.floor(Math.exp(6 + normal * 1.5));
}

/** Checks that blocks and gaps tile each arena, that no two gaps are neighbours, and that the sums are right. */
function checkTiles(
  heap: Heap,
  blocks: Iterable<HeapBlock>,
  seed: number,
): void {
  let memory: SharedArrayBuffer | undefined;
  let end = 0;
  let wasFree = false;
  let used = 0;
  let free = 0;
  for (const span of heap.spans()) {
    if (span.memory !== memory) {
      if (memory !== undefined) assertEquals(end, memory.byteLength);
      memory = span.memory;
      end = 0;
      wasFree = false;
    }
    assertEquals(span.from, end, `seed ${seed}`);
    assert(span.to > span.from && !(wasFree && span.isFree), `seed ${seed}`);
    end = span.to;
    wasFree = span.isFree;
    if (span.isFree) free += span.to - span.from;
    else used += span.to - span.from;
  }
  if (memory !== undefined) assertEquals(end, memory.byteLength);
  const { totalBytes, usedBytes, freeBytes } = heap.use;
  assertEquals([used, free, used + free], [usedBytes, freeBytes, totalBytes]);
  let asked = 0;
  for (const { byteLength } of blocks) asked += byteLength;
  assert(asked <= usedBytes, `seed ${seed}`);
}

for (const seed of [1, 2]) {
  Deno.test(`Heap tiles its arenas after 5,000 random calls of seed ${seed}, and gives all back`, () => { // HE01, HE02
    const random = seeded(seed);
    const heap = new Heap();
    const blocks = new Set<HeapBlock>();
    for (let i = 0; i < 5_000; i++) {
      const block = heap.allocate(logNormal(random));
      assert(block.bytes.every((byte) => byte === 0), `seed ${seed}: stale`);
      block.bytes.fill(1 + i % 255);
      blocks.add(block);
      if (blocks.size > 50 && random() < 0.9) {
        const one = [...blocks][Math.floor(random() * blocks.size)]!;
        const [mark] = one.bytes;
        assert(one.bytes.every((byte) => byte === mark), `seed ${seed}`);
        assertEquals(one.free(), true);
        blocks.delete(one);
      }
      if (i % 100 === 0) checkTiles(heap, blocks, seed);
    }
    checkTiles(heap, blocks, seed);
    const rest = [...blocks].map((block) => [random(), block] as const);
    for (const [, block] of rest.sort(([a], [b]) => a - b)) block.free();
    assertEquals(heap.use, {
      allocations: 5_000,
      frees: 5_000,
      arenas: 0,
      totalBytes: 0,
      usedBytes: 0,
      freeBytes: 0,
    });
  });
}

Deno.test("Heap is in order when blocks are freed at any moment", async () => { // HE03
  const random = seeded(3);
  const heap = new Heap({ arenaBytes: 4_096 });
  const freed: Promise<void>[] = [];
  const allocate = (bytes: number): void => {
    const block = heap.allocate(bytes);
    const moment = random();
    freed.push(
      moment < 0.3
        ? Promise.resolve().then(() => void block.free())
        : moment < 0.6
        ? new Promise((resolve) => setTimeout(resolve)).then(() =>
          void block.free()
        )
        : Promise.resolve(void block.free()),
    );
  };
  for (let i = 0; i < 500; i++) {
    const early = heap.allocate(100);
    // Freed while the size of the next one is computed.
    allocate((early.free(), logNormal(random)));
    if (i % 10 === 0) await Promise.resolve();
    checkTiles(heap, [], 3);
  }
  await Promise.all(freed);
  assertEquals([heap.use.arenas, heap.use.usedBytes], [0, 0]);
});

Deno.test("Heap joins a freed block with both neighbours", () => {
  const heap = new Heap({ arenaBytes: 64 });
  const [a, b, c, d] = [16, 16, 16, 16].map((bytes) => heap.allocate(bytes));
  a!.free();
  c!.free();
  b!.free();
  assertEquals([...heap.spans()].map(({ from, to }) => [from, to]), [
    [0, 48],
    [48, 64],
  ]);
  assertEquals(heap.allocate(48).bytes.byteOffset, 0);
  d!.free();
  assertEquals(heap.use.arenas, 1);
});

Deno.test("Heap.allocate() takes the smallest gap that is large enough", () => {
  const heap = new Heap({ arenaBytes: 256 });
  const blocks = [64, 8, 32, 8, 144].map((bytes) => heap.allocate(bytes));
  blocks[0]!.free();
  blocks[2]!.free();
  assertEquals(heap.allocate(20).bytes.byteOffset, 72);
  assertEquals(heap.allocate(40).bytes.byteOffset, 0);
});

Deno.test("HeapBlock.free() frees once, and what was freed is not looked into", () => {
  const heap = new Heap();
  const block = heap.allocate(0);
  assertEquals([block.free(), block.free(), block.isFreed], [
    true,
    false,
    true,
  ]);
  assertThrows(() => block.view(Int8Array), InvalidOptionError, "was freed");
  assertEquals(heap.use.frees, 1);
  for (const bytes of [-1, 0.5, NaN, 2 ** 40]) {
    assertThrows(() => heap.allocate(bytes), InvalidOptionError);
  }
  assertThrows(() => new Heap({ arenaBytes: 1 }), InvalidOptionError);
  assertEquals(heap.use.allocations, 1);
});

Deno.test("HeapBlock travels, a heap does not", async () => {
  await using system = new System();
  const heap = new Heap();
  const block = heap.allocate(10);
  await system.run(fill, [block.bytes, 7], PATIENT);
  assertEquals(Array.from(block.bytes), new Array(10).fill(7));
  const arrived = copy(block);
  arrived.bytes[0] = 9;
  assertEquals([block.bytes[0], arrived.isFreed], [9, false]);
  assertThrows(() => arrived.free(), InvalidOptionError, "another thread");
  assertThrows(() => copy(heap), DataCloneError, "send its blocks");
});
