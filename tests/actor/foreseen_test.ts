import { assert, assertEquals } from "@std/assert";
import { System } from "../../mod.ts";
import { readAhead } from "../../src/actor/thread/read_ahead.ts";
import { Foreseen } from "../../src/actor/nursery/foreseen.ts";
import { Late } from "../fixtures/late.ts";

Deno.test("Foreseen begins with the last eight that were registered", () => {
  const registered = Array.from({ length: 10 }, (_, i) => `file:///${i}.ts`);
  assertEquals(new Foreseen(registered).urls, registered.slice(2));
});

Deno.test("Foreseen.add() keeps the modules of the latest starts, each once", () => {
  const foreseen = new Foreseen(["a", "b", "c", "d", "e", "f", "g", "h"]);
  foreseen.add("a");
  assertEquals(foreseen.urls, ["b", "c", "d", "e", "f", "g", "h", "a"]);
  foreseen.add("i");
  assertEquals(foreseen.urls, ["c", "d", "e", "f", "g", "h", "a", "i"]);
});

Deno.test("readAhead() runs no line of the modules", async () => {
  // By a URL of its own: the test has run the module already.
  const url = `${import.meta.resolve("../fixtures/late.ts")}?ahead`;
  Reflect.deleteProperty(globalThis, "lateRan");
  await readAhead([url]);
  assertEquals(Reflect.get(globalThis, "lateRan"), undefined);
  await import(url);
  assertEquals(Reflect.get(globalThis, "lateRan"), true);
  Reflect.deleteProperty(globalThis, "lateRan");
});

Deno.test("readAhead() leaves what cannot be read to the import that needs it", async () => {
  await readAhead([import.meta.resolve("./nowhere.ts"), "no-scheme:", '"']);
  await readAhead([]);
});

Deno.test("A spare thread runs no line of an actor's module before it becomes that actor", async () => {
  await using system = new System({ spares: 1 });
  await system.warm();
  const before = performance.timeOrigin + performance.now();
  const late = await system.spawn(Late, []);
  assert(await late.ask.ranAt() >= before);
});
