import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  SharedValue,
  Snapshot,
  struct,
  System,
  ViewRangeError,
} from "../../mod.ts";
import { copy } from "../fixtures/handle_copy.ts";
import { PATIENT, publishMany, readMany } from "../fixtures/shared_tasks.ts";

const Named = struct({ n: "f64", name: ["text", 8], many: ["i32", 3] });

Deno.test("Snapshot.read() is a copy of what was published last", () => {
  const snapshot = new Snapshot(Named, { n: 1, name: "one", many: [1] });
  const first = snapshot.read();
  for (let n = 2; n < 12; n++) {
    snapshot.publish({ n, name: `n${n}`, many: [n, n] });
    assertEquals(snapshot.read(), {
      n,
      name: `n${n}`,
      many: Int32Array.of(n, n, 0),
    });
  }
  assertEquals([first.n, first.name, snapshot.version], [1, "one", 10]);
  assertEquals(snapshot.read(({ n }) => n), 11);
});

Deno.test("Snapshot.update() begins with the last version", () => {
  const snapshot = new Snapshot(Named, { n: 1, name: "one", many: [1, 2, 3] });
  snapshot.update((record) => {
    record.n++;
    record.many[1] = 9;
  });
  assertEquals(snapshot.read(), {
    n: 2,
    name: "one",
    many: Int32Array.of(1, 9, 3),
  });
  assertThrows(() =>
    snapshot.update((record) => {
      record.n = 7;
      throw new TypeError("no");
    }), TypeError);
  assertEquals([snapshot.read().n, snapshot.version], [2, 1]);
});

Deno.test("Snapshot.publish() of what does not fit publishes nothing", () => {
  const snapshot = new Snapshot(Named, { n: 1, name: "one", many: [] });
  assertThrows(
    () => snapshot.publish({ n: 2, name: "too long for it", many: [] }),
    ViewRangeError,
  );
  assertThrows(() => snapshot.publish({ n: 2 } as never), InvalidOptionError);
  assertThrows(() => new Snapshot(Named, {} as never), InvalidOptionError);
  assertEquals([snapshot.read().name, snapshot.version], ["one", 0]);
});

Deno.test("Snapshot.changed() waits for another version than the one known", async () => {
  const snapshot = new Snapshot(Named, { n: 1, name: "one", many: [] });
  assertEquals(await snapshot.changed(0, { timeout: 5 }), false);
  const changing = snapshot.changed(0);
  snapshot.update((record) => record.n++);
  assertEquals(await changing, true);
  assertEquals(await snapshot.changed(0), true);
});

Deno.test("Snapshot travels and is one object where it arrives twice", () => {
  const snapshot = new Snapshot(Named, { n: 1, name: "one", many: [] });
  assertEquals(copy({ snapshot }).snapshot === snapshot, true);
});

Deno.test("Snapshot shows no mixture to readers on two threads while a third publishes", async () => {
  await using system = new System();
  const Row = struct({ all: ["f64", 32] });
  const snapshot = new Snapshot(Row, { all: new Float64Array(32) });
  const gate = new SharedValue("i32", 0);
  const reading = [1, 2].map(() =>
    system.run(readMany, [gate, snapshot, 20_000], PATIENT)
  );
  await system.run(publishMany, [gate, snapshot], PATIENT);
  for (const { mixed, back, seen } of await Promise.all(reading)) {
    assertEquals([mixed, back], [0, 0]);
    assert(seen > 1, `saw ${seen} versions`);
  }
});
