import { assert, assertEquals } from "@std/assert";
import { System } from "../../mod.ts";
import { threadsGone } from "../fixtures/threads_gone.ts";
import { Ticker } from "../fixtures/ticker.ts";

for (const how of ["fails", "is stopped"] as const) {
  Deno.test(`nothing of an actor runs after it is known that it ${how}, not even its timers`, async () => {
    const ticks = new Int32Array(new SharedArrayBuffer(4));
    let last: number;
    {
      await using system = new System({ spares: 0 });
      const ticker = await system.spawn(Ticker, [ticks]);
      while (await ticker.ask.count() < 3);
      const ended = how === "fails" ? ticker.exited : ticker.stop();
      if (how === "fails") ticker.tell.fall();
      await ended;
      last = ticks[0]!;
    }
    assert(last >= 3);
    await threadsGone();
    assertEquals(ticks[0], last);
  });
}
