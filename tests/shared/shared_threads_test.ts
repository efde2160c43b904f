import { assertEquals } from "@std/assert";
import { SharedText, SharedValue, struct, System } from "../../mod.ts";
import {
  append,
  balance,
  Keeper,
  PATIENT,
  scribble,
} from "../fixtures/shared_tasks.ts";

Deno.test("SharedText never shows a mixture of two texts", async () => {
  await using system = new System();
  const gate = new SharedValue("i32", 0);
  const text = new SharedText(4_096, "");
  const mixed = await Promise.all(
    ["a", "b"].map((letter) =>
      system.run(scribble, [gate, text, letter, 10_000], PATIENT)
    ),
  );
  assertEquals(mixed, [0, 0]);
});

Deno.test("SharedText.update() of several threads loses nothing", async () => {
  await using system = new System();
  const gate = new SharedValue("i32", 0);
  const text = new SharedText(3_000, "");
  await Promise.all(
    ["a", "b"].map((letter) =>
      system.run(append, [gate, text, letter, 1_000], PATIENT)
    ),
  );
  for (const letter of "ab") {
    assertEquals(text.value.split(letter).length - 1, 1_000);
  }
});

Deno.test("StructArray.lock() keeps two numbers of a struct together", async () => {
  await using system = new System();
  const gate = new SharedValue("i32", 0);
  const rows = struct({ a: "f64", b: "f64" }).array(1);
  const wrong = await Promise.all(
    [1, 2].map(() => system.run(balance, [gate, rows, 2_000], PATIENT)),
  );
  assertEquals(wrong, [0, 0]);
  assertEquals(rows.toObjects(), [{ a: 4_000, b: -4_000 }]);
});

Deno.test("a handle is the same object on a thread it arrives at twice", async () => {
  await using system = new System();
  const keeper = await system.spawn(Keeper, [], PATIENT);
  const rows = struct({ a: "u8" }).array(1);
  for (
    const handle of [new SharedValue("i32", 1), new SharedText(4, "a"), rows]
  ) {
    await keeper.ask.keep(handle);
    assertEquals(await keeper.ask.isKept(handle), true);
  }
  assertEquals(await keeper.ask.isKept(new SharedText(4, "a")), false);
});
