import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorCrashedError, Mutex, System } from "../../mod.ts";
import { PoolOwner } from "../fixtures/pool_owner.ts";
import { changeOf, sharedWords } from "../fixtures/words.ts";

for (const placement of ["thread", "shared", "local"] as const) {
  Deno.test(`a pool that a "${placement}" actor makes ends with it`, async () => {
    await using system = new System();
    const owner = await system.spawn(PoolOwner, [], { placement });
    const mutex = new Mutex();
    const words = sharedWords(1);
    await owner.ask.open(mutex, words);
    await changeOf(words, 0, 0);
    assertEquals(mutex.tryLock(), undefined);
    await assertRejects(() => owner.ask.fail(), ActorCrashedError);
    // Its worker has ended, and let go of what it held.
    using held = await mutex.lock({ timeout: 30_000 });
    assert(held.ownerDied);
  });
}
