import { assertEquals, assertRejects } from "@std/assert";
import { MessageTooLargeError } from "../../mod.ts";
import { served } from "../fixtures/served.ts";

const LIMIT = 5_000;
const LARGE = "x".repeat(15_000);

for (
  const [whose, serving, connecting] of [
    ["its client", {}, { maxMessageBytes: LIMIT }],
    ["the Manager", { listen: { maxMessageBytes: LIMIT } }, {}],
  ] as const
) {
  Deno.test(`a value over the limit of ${whose} is refused to the call alone, and the connection stays`, async () => {
    // Who comes back has lost what it holds.
    await using both = await served({ awayMs: 0, ...serving }, connecting);
    const { manager, remote } = both;
    await using held = await remote.lock("l").lock();
    const here = manager.map<string, string>("m");
    const far = remote.map<string, string>("m");
    await here.set("large", LARGE);
    await here.set("small", "s");
    const refused = async (act: () => Promise<unknown>): Promise<void> => {
      const { limit, bytes } = await assertRejects(act, MessageTooLargeError);
      assertEquals([limit, bytes > 15_000 && bytes < 16_000], [LIMIT, true]);
    };
    await refused(() => far.get("large"));
    await refused(() => far.set("other", LARGE));
    await refused(() => Array.fromAsync(far.watch()));
    assertEquals(await here.has("other"), false);
    assertEquals(await far.get("small"), "s");
    const items = manager.queue<string>("q");
    await items.put(LARGE);
    await items.put("next");
    await refused(() => remote.queue("q").take());
    await refused(() => remote.queue("q").tryTake());
    assertEquals([await items.take(), await items.take()], [LARGE, "next"]);
    await far.delete("large");
    for await (const change of far.watch()) {
      assertEquals(change.type, "snapshot");
      break;
    }
    assertEquals(await manager.lock("l").tryLock(), undefined);
    await held.release();
  });
}
