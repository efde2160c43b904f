import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  InvalidOptionError,
  Manager,
  type MapRef,
  Refusal,
  System,
} from "../../mod.ts";
import { unsendable } from "../fixtures/bad_reducer.ts";

/** A Manager and a map of it that holds `k`. */
async function withMap(
  body: (map: MapRef<string, unknown>, manager: Manager) => Promise<void>,
): Promise<void> {
  await using system = new System();
  await using manager = await Manager.start({ system });
  const map = manager.map<string, unknown>("m");
  await map.set("k", 1);
  await body(map, manager);
  assertEquals(await map.entries(), [["k", 1]]);
}

Deno.test("MapRef.setIf() and expect() refuse what is no version, and do not take it for any", () =>
  withMap(async (map) => {
    for (const none of [undefined, null, NaN, -1, 0.5, "1"]) {
      const version = none as unknown as number;
      await assertRejects(() => map.setIf("k", 2, version), InvalidOptionError);
      assertThrows(() => map.plan.expect("k", version), InvalidOptionError);
    }
  }));

Deno.test("MapRef.setAll() refuses what is no list of pairs", () =>
  withMap(async (map) => {
    for (const none of [{ ada: 1 }, "abc", null, [1, 2], [["a"]], 5]) {
      const entries = none as unknown as [string, unknown][];
      await assertRejects(() => map.setAll(entries), InvalidOptionError);
    }
  }));

Deno.test("MapRef.watch() refuses a prefix that is no text", () =>
  withMap(async (map) => {
    const watch = map.watch({ prefix: 5 as unknown as string });
    await assertRejects(() => watch.next(), InvalidOptionError);
  }));

Deno.test("MapRef.update() refuses a sum that is not finite", () =>
  withMap(async (map) => {
    await map.set("big", 1e308);
    await assertRejects(() => map.update("big", { add: 1e308 }), Refusal);
    assertEquals(await map.get("big"), 1e308);
    await map.delete("big");
  }));

Deno.test("MapRef.reduce() refuses a result that cannot travel, and whoever waits goes on waiting", () =>
  withMap(async (map, manager) => {
    const queue = manager.queue<string>("q");
    const taken = queue.take();
    const error = await assertRejects(
      () => map.reduce("k", unsendable, []),
      Refusal,
    );
    assertEquals(error.message.includes('"unsendable"'), true, error.message);
    await queue.put("one");
    assertEquals(await taken, "one");
  }));

Deno.test("QueueRef.take() says once that it cannot", () =>
  withMap(async (_, manager) => {
    const error = await assertRejects(
      () => manager.queue("q").take({ timeout: -1 }),
      InvalidOptionError,
    );
    assertEquals(error.message.startsWith('Cannot take from "q" as'), true);
  }));
