import { assertEquals, assertRejects } from "@std/assert";
import { Manager, NotInProcessError, System } from "../../mod.ts";
import { KEY } from "../fixtures/connected.ts";
import {
  addThere,
  connectThere,
  startThere,
} from "../fixtures/manager_in_process.ts";

Deno.test("a process of its own has a Manager by its proxies, and is refused one of its own", async () => {
  await using system = new System();
  await using manager = await Manager.start({
    system,
    address: "127.0.0.1:0",
    key: KEY,
  });
  const apart = { placement: "process", initTimeout: 30_000 } as const;
  await assertRejects(
    () => system.run(startThere, [], apart),
    NotInProcessError,
    "start it in the program",
  );
  await assertRejects(
    () => system.run(connectThere, [manager.address!, KEY], apart),
    NotInProcessError,
    "connect in the program",
  );
  const counter = manager.counter("c");
  assertEquals(await system.run(addThere, [counter], apart), 1);
});
