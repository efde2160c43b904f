import { assert, assertEquals, assertRejects } from "@std/assert";
import { Manager, Refusal, StateFileError, System } from "../../mod.ts";
import { misbehave } from "../fixtures/manager_tasks.ts";

Deno.test("Manager that is restarted and cannot open its file says why to all who ask, and goes on when it can", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/state.db`;
  {
    await using system = new System();
    await using manager = await Manager.start({ system, file });
    const map = manager.map<string, number>("m");
    await map.set("a", 1);
    const lock = manager.lock("l");
    await lock.lock();
    await Deno.rename(file, `${file}.away`);
    await Deno.mkdir(file);
    const victims = manager.map<string, number[]>("victims");
    await assertRejects(() => victims.reduce("v", misbehave, ["exit"], []));
    for (
      const call of [
        () => map.get("a"),
        () => map.set("a", 2),
        () => manager.list("l").push(1),
        () => manager.queue("q").take(),
        () => manager.topic("t").publish(1),
        () => lock.tryLock(),
      ]
    ) {
      const error = await assertRejects(() => call() as Promise<unknown>);
      assert(error instanceof Refusal, `${call}: ${error}`);
      assert(error.cause instanceof StateFileError);
      assertEquals(error.cause.reason, "unreadable");
      assert(error.message.includes(file), error.message);
    }
    await Deno.remove(file);
    await Deno.rename(`${file}.away`, file);
    // It looks once a second.
    let value: unknown;
    do value = await map.get("a").catch((error) => error); while (
      value instanceof Refusal
    );
    assertEquals(value, 1);
    assertEquals(await lock.tryLock(), undefined);
  }
  await Deno.remove(folder, { recursive: true });
});
