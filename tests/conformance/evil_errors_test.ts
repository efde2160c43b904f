/** What cannot be read when it is thrown fails its actor alone, as any error does. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorCrashedError, supervise } from "../../mod.ts";
import { Evil, EVILS } from "../fixtures/evil.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { conformance } from "./placements.ts";

conformance("an answer that cannot be read rejects alone", async (t) => {
  const evil = await t.spawn(Evil, []);
  await assertRejects(() => evil.ask.answerIt(), Error, "an evil then");
  assertEquals([await evil.ask.ping(), evil.incarnation], ["pong", 1]);
});

for (const evil of Object.keys(EVILS)) {
  conformance(
    `${evil} that a handler throws, rejects with or yields to fails its actor alone`,
    async (t) => {
      await using tree = await supervise({
        backoff: false,
        maxRestarts: 9,
        children: ["evil", "by"].map((id) => t.child({ id, actor: Evil })),
      }, t.system);
      const { ask, stream } = tree.ref("evil", Evil);
      const by = tree.ref("by", Evil);
      const readAll = async () => {
        for await (const each of stream.yieldIt(evil)) assertEquals(each, evil);
      };
      const ways = [() => ask.throwIt(evil), () => ask.rejectIt(evil), readAll];
      for (const way of ways) {
        const ended = nextEvent(tree, "ended", "evil");
        const restarted = nextEvent(tree, "restarted", "evil");
        const error = await assertRejects(way, ActorCrashedError);
        assert(error.message.startsWith('"evil" '), error.message);
        const { report, crash } = await ended;
        assertEquals(report.kind, "failed");
        assert(report.error instanceof Error);
        assertEquals(typeof crash?.reason?.message, "string");
        await restarted;
        assertEquals(await by.ask.ping(), "pong");
      }
      assertEquals([by.incarnation, await ask.ping()], [1, "pong"]);
    },
  );
}
