import { assertEquals, assertRejects } from "@std/assert";
import { System } from "../../src/actor/system.ts";
import { resumes } from "../../src/actor/resume.ts";
import { ActorCrashedError, ActorInitError } from "../../src/errors.ts";
import type { FailureRule } from "../../src/supervisor/failure_rule.ts";
import { supervise } from "../../src/supervisor/supervise.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { BadData, Worker } from "./thread_children.ts";

function start(
  system: System,
  onFailure: FailureRule[],
): Promise<Supervisor> {
  return supervise({
    backoff: false,
    onFailure,
    children: [{ id: "w", actor: Worker }],
  }, system);
}

Deno.test("An actor resumes with its state and its next message when a rule says so", async () => { // S100
  await using system = new System();
  await using tree = await start(system, [{ error: BadData, then: "resume" }]);
  const worker = tree.ref("w", Worker);
  await worker.ask.add(2);
  worker.tell.failOnData();
  await assertRejects(() => worker.ask.failOnData(), BadData, "told to");
  await assertRejects(() => worker.ask.failLater(), BadData, "told to");
  // Of a subclass that this side does not know.
  await assertRejects(() => worker.ask.failOnMoreData(), Error, "told to");
  assertEquals(await worker.ask.add(3), 5);
  assertEquals(worker.incarnation, 1);
});

Deno.test("An actor does not resume after another class of error", async () => { // S100
  await using system = new System();
  await using tree = await start(system, [{ error: BadData, then: "resume" }]);
  const worker = tree.ref("w", Worker);
  await worker.ask.add(2);
  await assertRejects(() => worker.ask.fail(), ActorCrashedError);
  assertEquals(await worker.ask.add(3), 3);
  assertEquals(worker.incarnation, 2);
});

Deno.test("An actor never resumes when it ran out of stack, or outside of its handlers", async () => { // S100
  await using system = new System();
  await using tree = await start(system, [{ then: "resume" }]);
  const worker = tree.ref("w", Worker);
  await worker.ask.add(2);
  await assertRejects(() => worker.ask.fail(), Error, "told to");
  assertEquals(await worker.ask.add(0), 2);
  await assertRejects(() => worker.ask.overflow(), ActorCrashedError);
  assertEquals(await worker.ask.add(3), 3);
  await assertRejects(() => worker.ask.stray(), ActorCrashedError);
  assertEquals(await worker.ask.add(4), 4);
  assertEquals(worker.incarnation, 3);
});

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
