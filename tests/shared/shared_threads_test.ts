import { assertEquals } from "@std/assert";
import { SharedText, SharedValue, System } from "../../mod.ts";
import { append, Keeper, scribble } from "../fixtures/shared_tasks.ts";

Deno.test("SharedText never shows a mixture of two texts", async () => {
  await using system = new System();
  const gate = new SharedValue("i32", 0);
  const text = new SharedText(4_096, "");
  const mixed = await Promise.all(
    ["a", "b"].map((letter) =>
      system.run(scribble, [gate, text, letter, 10_000])
    ),
  );
  assertEquals(mixed, [0, 0]);
});

Deno.test("SharedText.update() of several threads loses nothing", async () => {
  await using system = new System();
  const gate = new SharedValue("i32", 0);
  const text = new SharedText(3_000, "");
  await Promise.all(
    ["a", "b"].map((letter) => system.run(append, [gate, text, letter, 1_000])),
  );
  for (const letter of "ab") {
    assertEquals(text.value.split(letter).length - 1, 1_000);
  }
});

Deno.test("a handle is the same object on a thread it arrives at twice", async () => {
  await using system = new System();
  const keeper = await system.spawn(Keeper, []);
  for (const handle of [new SharedValue("i32", 1), new SharedText(4, "a")]) {
    await keeper.ask.keep(handle);
    assertEquals(await keeper.ask.isKept(handle), true);
  }
  assertEquals(await keeper.ask.isKept(new SharedText(4, "a")), false);
});
