import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  ActorInitError,
  type FailureRule,
  supervise,
  type Supervisor,
} from "../../mod.ts";
import { resumes } from "../../src/actor/resume.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { BadData, Worker } from "../supervisor/thread_children.ts";
import { type Case, conformance, OWN_THREAD } from "./placements.ts";

function start(
  t: Case,
  onFailure: FailureRule[],
): Promise<Supervisor> {
  return supervise({
    backoff: false,
    onFailure,
    children: [t.child({ id: "w", actor: Worker })],
  }, t.system);
}

conformance(
  "An actor resumes with its state and its next message when a rule says so",
  async (t) => { // S100
    await using tree = await start(t, [{ error: BadData, then: "resume" }]);
    const worker = tree.ref("w", Worker);
    await worker.ask.add(2);
    worker.tell.failOnData();
    await assertRejects(() => worker.ask.failOnData(), BadData, "told to");
    await assertRejects(() => worker.ask.failLater(), BadData, "told to");
    // Of a subclass that this side does not know.
    await assertRejects(() => worker.ask.failOnMoreData(), Error, "told to");
    assertEquals(await worker.ask.add(3), 5);
    assertEquals(worker.incarnation, 1);
  },
);

conformance(
  "An actor does not resume after another class of error",
  async (t) => { // S100
    await using tree = await start(t, [{ error: BadData, then: "resume" }]);
    const worker = tree.ref("w", Worker);
    await worker.ask.add(2);
    await assertRejects(() => worker.ask.fail(), ActorCrashedError);
    assertEquals(await worker.ask.add(3), 3);
    assertEquals(worker.incarnation, 2);
  },
);

conformance(
  "An actor never resumes when it ran out of stack, or outside of its handlers",
  async (t) => { // S100
    await using tree = await start(t, [{ then: "resume" }]);
    const worker = tree.ref("w", Worker);
    await worker.ask.add(2);
    await assertRejects(() => worker.ask.fail(), Error, "told to");
    assertEquals(await worker.ask.add(0), 2);
    await assertRejects(() => worker.ask.overflow(), ActorCrashedError);
    assertEquals(await worker.ask.add(3), 3);
    // Nobody knows whose a stray error is on a thread that many share.
    if (!OWN_THREAD.includes(t.placement)) return;
    await assertRejects(() => worker.ask.stray(), ActorCrashedError);
    assertEquals(await worker.ask.add(4), 4);
    assertEquals(worker.incarnation, 3);
  },
);

conformance(
  "Supervisor tells of each failure after which an actor resumes, before what comes after it",
  async (t) => { // S100
    await using tree = await start(t, [{ error: BadData, then: "resume" }]);
    const events: unknown[] = [];
    const ended = nextEvent(tree, "ended");
    using _listening = tree.onEvent((event) => {
      events.push(
        event.type === "resumed"
          ? [event.id, event.method, event.incarnation, event.error.message]
          : event.type,
      );
      if (event.type === "resumed") assertInstanceOf(event.error, BadData);
    });
    const worker = tree.ref("w", Worker);
    worker.tell.failOnData();
    await assertRejects(() => worker.ask.failLater(), BadData);
    worker.tell.fail();
    await ended;
    assertEquals(events.slice(0, 3), [
      ["w", "failOnData", 1, "told to"],
      ["w", "failLater", 1, "told to"],
      "ended",
    ]);
  },
);

Deno.test("resumes() goes by the first rule that names a class of the error", () => { // S100
  const resume = { error: "BadData", then: "resume" } as const;
  const stop = { then: "stop" } as const;
  const wrapped = new ActorInitError("no", {
    actor: "a",
    cause: new BadData(),
  });
  const foreign = new Error("no", { cause: new BadData() });
  assertEquals(
    [
      resumes(new BadData(), [resume, stop]),
      resumes(new BadData(), [stop, resume]),
      resumes(wrapped, [resume]),
      resumes(foreign, [resume]),
      resumes("no error at all", [resume]),
      resumes("no error at all", [{ then: "resume" }]),
      resumes(new RangeError("Array buffer allocation failed"), [
        { then: "resume" },
      ]),
      resumes(new RangeError("Out of bounds"), [{ then: "resume" }]),
    ],
    [true, false, true, false, false, true, false, true],
  );
});
