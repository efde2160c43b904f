import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  ActorInitError,
  ActorStoppedError,
  DataCloneError,
  InitTimeoutError,
  ModuleLoadError,
  SystemClosedError,
  UnknownExportError,
} from "../../mod.ts";
import { eventually, Journal } from "./journal.ts";
import { type Case, conformance } from "./placements.ts";
import { KnownError, Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** Names of the actors that the system knows. */
function names({ system }: Case): string[] {
  return system.tree().map(({ name }) => name);
}

// -- Start --------------------------------------------------------------------

conformance("spawn() resolves when onStart is done", async (t) => { // S50
  const journal = new Journal();
  const slow = new SharedWord();
  const spawning = t.spawn(Probe, [{
    journal: journal.memory,
    slow: slow.words,
  }], {
    name: "p",
  });
  await slow.reaches(1);
  await eventually(() => journal.lines(), ["p new 1"]);
  slow.set(2);
  const probe = await spawning;
  assertEquals(await probe.ask.notes(), ["started"]);
  await eventually(() => journal.lines(), ["p new 1", "p start 1"]);
});

for (const hook of ["constructor", "onStart"] as const) {
  conformance(
    `spawn() rejects when the ${hook} throws, and nothing is left`,
    async (t) => { // S54
      const error = await assertRejects(
        () => t.spawn(Probe, [{ throws: [hook] }], { name: "p" }),
        ActorInitError,
      );
      assertEquals(error.actor, "p");
      assertInstanceOf(error.cause, KnownError);
      assertEquals(error.cause.message, `in ${hook}`);
      assertEquals(names(t), []);
    },
  );
}

conformance(
  "spawn() rejects when onStart never ends, and nothing is left",
  async (t) => { // S53
    const error = await assertRejects(
      () =>
        t.spawn(Probe, [{ hangs: ["onStart"] }], {
          name: "p",
          initTimeout: 300,
        }),
      InitTimeoutError,
    );
    assertEquals([error.actor, error.timeoutMs], ["p", 300]);
    assertEquals(names(t), []);
  },
);

conformance("spawn() rejects when the module is not there", async (t) => {
  const module = import.meta.resolve("./nowhere.ts");
  await assertRejects(
    () => t.spawn({ module, actor: "X" }, []),
    ModuleLoadError,
  );
  assertEquals(names(t), []);
});

conformance(
  "spawn() rejects when the module registers no such actor",
  async (t) => {
    const { module } = Probe;
    const error = await assertRejects(
      () => t.spawn({ module, actor: "Prob" }, []),
      UnknownExportError,
    );
    assertEquals([error.exportName, error.available], ["Prob", ["Probe"]]);
    assertEquals(names(t), []);
  },
);

conformance("spawn() refuses arguments that cannot be cloned", async (t) => {
  const args = [{ journal: () => 1 }] as never;
  await assertRejects(() => t.spawn(Probe, args), DataCloneError);
  assertEquals(names(t), []);
});

conformance("spawn() takes the name given, or one of its own", async (t) => {
  const named = await t.spawn(Probe, [], { name: "chosen" });
  const unnamed = await t.spawn(Probe, []);
  assertEquals([named.name, names(t)[0]], ["chosen", "chosen"]);
  assertEquals(unnamed.name.startsWith("Probe"), true);
  assertEquals((await unnamed.ask.facts()).name, unnamed.name);
});

conformance("two actors may have one name, and are two", async (t) => {
  const a = await t.spawn(Probe, [], { name: "twin" });
  const b = await t.spawn(Probe, [], { name: "twin" });
  a.tell.note("for a");
  assertEquals(await b.ask.notes(), ["started"]);
  assertEquals(a.id === b.id, false);
});

// -- Stop ---------------------------------------------------------------------

conformance(
  "ActorRef.stop() runs onStop with the reason and resolves when that is done",
  async (t) => { // S76
    const journal = new Journal();
    const probe = await t.spawn(Probe, [{ journal: journal.memory }], {
      name: "p",
    });
    const report = await probe.stop("enough");
    assertEquals(report, { kind: "stopped", code: 0 });
    assertEquals(await probe.exited, report);
    assertEquals(names(t), []);
    await eventually(
      () => journal.lines(),
      ["p new 1", "p start 1", "p stop 1: enough"],
    );
  },
);

conformance("ActorRef.stop() a second time tells the same", async (t) => { // S73
  const probe = await t.spawn(Probe, []);
  const [first, second] = await Promise.all([probe.stop(), probe.stop()]);
  assertEquals([first, second], [first, first]);
  assertEquals(await probe.stop(), first);
  assertEquals(await probe.kill(), first);
});

conformance(
  "ActorRef.stop() aborts the signal of the handler that runs, waits for it, and overtakes the messages behind it",
  async (t) => { // S78
    const probe = await t.spawn(Probe, []);
    const word = new SharedWord();
    const running = probe.ask.untilAborted(word.words);
    const queued = assertRejects(() => probe.ask.echo(1), ActorStoppedError);
    await word.reaches(1);
    assertEquals((await probe.stop("be quick")).kind, "stopped");
    assertEquals(await running, "be quick");
    assertEquals((await queued).safeToRetry, true);
  },
);

conformance(
  "ActorRef.stop() refuses a reason that cannot be cloned, and the actor goes on",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    await assertRejects(() => probe.stop(() => 1), DataCloneError);
    assertEquals(await probe.ask.echo(1), 1);
  },
);

conformance("an onStop that throws shows in the report", async (t) => {
  const probe = await t.spawn(Probe, [{ throws: ["onStop"] }]);
  const { kind, error } = await probe.stop();
  assertEquals([kind, error?.message], ["failed", "in onStop"]);
});

conformance("an actor can stop itself", async (t) => {
  const journal = new Journal();
  const probe = await t.spawn(Probe, [{ journal: journal.memory }], {
    name: "p",
  });
  await probe.ask.stopSelf();
  assertEquals((await probe.exited).kind, "stopped");
  await eventually(
    () => journal.lines().at(-1),
    "p stop 1: by itself",
  );
});

conformance("an actor that leaves its scope is stopped", async (t) => {
  let exited;
  {
    await using probe = await t.spawn(Probe, []);
    exited = probe.exited;
  }
  assertEquals(await exited, { kind: "stopped", code: 0 });
});

// -- Kill and failure ---------------------------------------------------------

conformance(
  "ActorRef.kill() breaks into a handler, and runs no onStop",
  async (t) => { // S24, S66, S78
    const journal = new Journal();
    const probe = await t.spawn(Probe, [{ journal: journal.memory }], {
      name: "p",
    });
    const word = new SharedWord();
    const running = assertRejects(
      () => probe.ask.never(word.words),
      ActorCrashedError,
    );
    const queued = assertRejects(() => probe.ask.echo(1), ActorStoppedError);
    await word.reaches(1);
    const report = await probe.kill();
    assertEquals([report.kind, await probe.exited], ["killed", report]);
    assertEquals((await running).mayHaveRun, true);
    assertEquals((await queued).safeToRetry, true);
    assertEquals(journal.lines(), ["p new 1", "p start 1"]);
  },
);

conformance("ActorRef.kill() cuts a stop short", async (t) => {
  const probe = await t.spawn(Probe, [{ hangs: ["onStop"] }]);
  const stopping = probe.stop();
  await probe.kill();
  assertEquals((await stopping).kind, "killed");
});

conformance(
  "a failure runs onStop with the error and ends the actor",
  async (t) => { // S71
    const journal = new Journal();
    const probe = await t.spawn(Probe, [{ journal: journal.memory }], {
      name: "p",
    });
    probe.tell.fail("told to");
    const { kind, code, error } = await probe.exited;
    assertEquals([kind, code], ["failed", 1]);
    assertInstanceOf(error, KnownError);
    await eventually(
      () => journal.lines(),
      ["p new 1", "p start 1", "p stop 1: KnownError told to"],
    );
    assertEquals(names(t), []);
  },
);

// -- Owners -------------------------------------------------------------------

conformance("an actor's child serves it and others", async (t) => {
  const owner = await t.spawn(Probe, []);
  const child = await owner.ask.have({}, {
    name: "child",
    placement: t.placement,
  });
  assertEquals(await child.ask.echo(1), 1);
  assertEquals(await owner.ask.viaChild(2), 2);
});

for (const how of ["stop", "kill", "fail"] as const) {
  conformance(
    `an actor's child ends with it when it ends by ${how}`,
    async (t) => { // S74, S75
      const journal = new Journal();
      const owner = await t.spawn(Probe, []);
      const child = await owner.ask.have({ journal: journal.memory }, {
        name: "child",
        placement: t.placement,
      });
      const { exited } = child;
      // It is watched before anything that is said to the nursery later, which a tell is not.
      await (await t.spawn(Probe, [])).stop();
      // The host of a shared one has heard of the watch when it answers.
      assertEquals(await child.ask.echo(0), 0);
      if (how === "fail") owner.tell.fail("told to");
      else await owner[how]();
      const { kind } = await exited;
      assertEquals(kind, how === "stop" ? "stopped" : "killed");
      await assertRejects(() => child.ask.echo(1), ActorStoppedError);
    },
  );
}

conformance(
  "what an actor has started ends with a start that fails",
  async (t) => { // S74
    const witness = await t.spawn(Probe, []);
    const plan = { introduce: witness };
    const brings = { plan, placement: t.placement };
    await assertRejects(
      () => t.spawn(Probe, [{ brings, throws: ["onStart"] }]),
      ActorInitError,
    );
    await assertRejects(() => witness.ask.viaChild(1), ActorCrashedError);
  },
);

// -- The system ---------------------------------------------------------------

conformance(
  "System.close() handles what was accepted, runs onStop, then refuses",
  async (t) => { // S77
    const probe = await t.spawn(Probe, []);
    const answers = [1, 2, 3].map((n) => probe.ask.echo(n));
    await t.system.close();
    assertEquals(await Promise.all(answers), [1, 2, 3]);
    assertEquals((await probe.exited).kind, "stopped");
    await assertRejects(() => probe.ask.echo(1), ActorStoppedError);
    await assertRejects(() => t.spawn(Probe, []), SystemClosedError);
  },
);

conformance(
  "System.close() kills what does not stop in time, and every wait ends",
  async (t) => { // S65
    const probe = await t.spawn(Probe, []);
    const word = new SharedWord();
    const running = assertRejects(() => probe.ask.never(word.words));
    await word.reaches(1);
    await t.system.close({ timeoutMs: 50 });
    await running;
    assertEquals((await probe.exited).kind, "killed");
  },
);
