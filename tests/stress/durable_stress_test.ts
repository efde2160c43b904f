import { System } from "../../mod.ts";
import { crashDurableWriter } from "../fixtures/crash_durable_writer.ts";

/** Programs that are killed; `TROUPE_CRASHES` sets another number. */
const CRASHES = Number(Deno.env.get("TROUPE_CRASHES") ?? 200);

// Four minutes: not with the others.
Deno.test({
  name:
    "Manager has every acknowledged write after 200 kills at random instants",
  ignore: Deno.env.get("TROUPE_STRESS") === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    await using system = new System();
    for (let crash = 0; crash < CRASHES; crash++) {
      // Again and again the same file, and now and then a new one.
      const file = `${folder}/${Math.floor(crash / 20)}.db`;
      const writes = Math.floor(Math.random() ** 3 * 1_500);
      try {
        await crashDurableWriter(system, file, writes);
      } catch (cause) {
        throw new Error(`Crash ${crash} after ${writes} writes`, { cause });
      }
    }
    await Deno.remove(folder, { recursive: true });
  },
});
