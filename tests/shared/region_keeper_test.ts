import { assertEquals } from "@std/assert";
import { RegionKeeper } from "../../src/shared/region_keeper.ts";

Deno.test("RegionKeeper counts as dead when it does not answer in time, and ends all the same", async () => {
  const keeper = await RegionKeeper.start(5_000);
  Deno.kill(keeper.pid, "SIGSTOP");
  assertEquals(await keeper.note("troupe-of-nobody"), false);
  await keeper.end();
});
