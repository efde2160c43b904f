import { assertEquals, assertThrows } from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { partitionId, partitions } from "../../src/supervisor/partition.ts";
import { settle } from "./fake_cell.ts";
import { FAKE, startTree } from "./fake_tree.ts";

Deno.test("partitions() makes a child of each number", () => { // S15
  assertEquals(
    partitions("p", 3, (partition) => ({ actor: FAKE, args: [partition] })),
    [0, 1, 2].map((at) => ({ id: `p-${at}`, actor: FAKE, args: [at] })),
  );
});

Deno.test("partitionId() deals whole numbers out in turn by their size", () => { // S15
  assertEquals(
    [0, 1, 7, -1, -7, 4].map((key) => partitionId("p", 4, key)),
    ["p-0", "p-1", "p-3", "p-1", "p-3", "p-0"],
  );
  assertEquals(partitionId("p", 4, -(2n ** 70n) - 3n), "p-3");
});

Deno.test("partitionId() answers the same for a string in every run", () => { // S15
  // Written down once: another answer would send a key to another partition after an update.
  assertEquals(
    ["", "a", "eve", "Zoë", "order:4711"].map((key) =>
      partitionId("p", 16, key)
    ),
    ["p-1", "p-7", "p-7", "p-15", "p-10"],
  );
});

Deno.test("partitionId() shares strings out evenly", () => { // S15
  const shares = new Map<string, number>();
  for (let at = 0; at < 8_000; at++) {
    const id = partitionId("p", 8, `user:${at}`);
    shares.set(id, (shares.get(id) ?? 0) + 1);
  }
  assertEquals(shares.size, 8);
  for (const share of shares.values()) {
    assertEquals(share > 800 && share < 1_200, true, `share of ${share}`);
  }
});

Deno.test("partitionId() refuses to look among no partitions", () => { // S15
  for (const count of [0, -1, 1.5, NaN]) {
    assertThrows(() => partitionId("p", count, "a"), InvalidOptionError);
    assertThrows(
      () => partitions("p", count, () => ({ actor: FAKE })),
      InvalidOptionError,
    );
  }
  assertThrows(() => partitionId("p", 2, 0.5), InvalidOptionError);
});

Deno.test("Supervisor routes to partitions that are supervisors of their own", async () => { // S11, S15
  await using tree = await startTree({
    children: partitions("p", 2, () => ({
      supervisor: { backoff: false, maxRestarts: 0, template: { actor: FAKE } },
    })) as never,
  });
  for (const key of [0, 1, 2]) {
    await tree.supervisor.supervisor(partitionId("p", 2, key))
      .startChild([key], { id: `key-${key}` });
  }
  assertEquals(
    tree.states(),
    "p-0:running[key-0:running key-2:running] p-1:running[key-1:running]",
  );
  // A partition that gives up takes along what is in it, and nothing else.
  tree.factory.cell("key-1").finish();
  await settle();
  assertEquals(
    tree.states(),
    "p-0:running[key-0:running key-2:running] p-1:running[]",
  );
});
