/** Rules about errors of one's own, which nobody has registered. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  supervise,
  SupervisorGaveUpError,
} from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { Strange, StrangeError } from "../fixtures/strange.ts";
import { conformance } from "./placements.ts";

for (const how of ["strange", "stranger"] as const) {
  const what = how === "strange" ? "its class" : "a class that extends it";

  conformance(`a rule for an error matches ${what}`, async (t) => {
    const child = t.child({ id: "a", actor: Strange });
    await using tree = await supervise({
      backoff: false,
      onFailure: [{ error: StrangeError, then: "stop" }],
      children: [child],
    }, t.system);
    const ended = nextEvent(tree, "ended");
    const failing = assertRejects(
      () => tree.ref("a", Strange).ask.fail(how),
      ActorCrashedError,
    );
    assertInstanceOf((await ended).report.error, StrangeError);
    assertEquals(tree.children()[0]?.state, "stopped");
    assertInstanceOf((await failing).cause, StrangeError);
  });
}

conformance("a rule for an error has its own budget", async (t) => {
  const rule = { error: StrangeError, maxRestarts: 1, withinMs: 60_000 };
  const tree = await supervise({
    backoff: false,
    maxRestarts: 9,
    onFailure: [rule],
    children: [t.child({ id: "a", actor: Strange })],
  }, t.system);
  const up = nextEvent(tree, "restarted");
  tree.ref("a", Strange).tell.fail("strange");
  await up;
  tree.ref("a", Strange).tell.fail("stranger");
  assertInstanceOf((await tree.exited).error, SupervisorGaveUpError);
});
