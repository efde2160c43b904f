import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ActorCrashedError,
  ChildError,
  type ChildSettings,
  supervise,
  type Supervisor,
  SupervisorGaveUpError,
} from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { held, PATIENT } from "./held.ts";
import { eventually, Journal } from "./journal.ts";
import { conformance, OWN_THREAD } from "./placements.ts";
import { KnownError, Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";
import { treeOf } from "./tree_of.ts";

/** Fails the child and waits until it is up again. */
async function crash(
  tree: Supervisor,
  id: string,
  message = "told to",
): Promise<void> {
  const up = nextEvent(tree, "restarted", id);
  tree.ref(id, Probe).tell.fail(message);
  await up;
}

function states(tree: Supervisor): unknown[] {
  return tree.children().map((
    { id, state, incarnation },
  ) => [id, state, incarnation]);
}

// -- The restarted actor ------------------------------------------------------

conformance(
  "a restart keeps the queue in order, and does not repeat the message that failed",
  async (t) => { // S92, S93, M4
    await using tree = await treeOf(t, { p: {} });
    const probe = tree.ref("p", Probe).with(PATIENT);
    const { letGo } = await held(probe);
    probe.tell.fail("poison");
    for (let i = 0; i < 50; i++) probe.tell.note(`${i}`);
    letGo();
    const notes = await probe.ask.notes();
    assertEquals(notes, [
      "started",
      ...Array.from({ length: 50 }, (_, i) => `${i}`),
    ]);
    // Who hears of the answer first, its asker or the supervisor of the start, is open.
    await eventually(() => states(tree), [["p", "running", 2]]);
  },
);

for (const how of ["close", "exit"] as const) {
  conformance(
    `a restart after the end of a thread by ${how} keeps the queue, and does not repeat the message that did it`,
    async (t) => { // S92, S93, M4, M15
      await using tree = await treeOf(t, { p: {} });
      const probe = tree.ref("p", Probe).with(PATIENT);
      const died = assertRejects(() => probe.ask.die(how), ActorCrashedError);
      for (let i = 0; i < 5; i++) probe.tell.note(`${i}`);
      const notes = await probe.ask.notes();
      assertEquals(notes, ["started", "0", "1", "2", "3", "4"]);
      assertEquals((await died).mayHaveRun, true);
      assertEquals(states(tree), [["p", "running", 2]]);
    },
    OWN_THREAD,
  );
}

conformance(
  "Deno.exit(0) is an end that the actor wants: a transient child is let go, and the call in flight is told",
  async (t) => { // S18, M15
    await using tree = await treeOf(t, {
      p: { as: { restart: "transient" } },
      q: {},
    });
    const probe = tree.ref("p", Probe);
    const letGo = nextEvent(tree, "ended", "p");
    const error = await assertRejects(
      () => probe.ask.die("exit 0"),
      ActorCrashedError,
      '"p" ended (done) while it handled die(): the call may have run',
    );
    assertEquals(error.mayHaveRun, true);
    await letGo;
    const last = tree.children()[0]!.last;
    assertEquals([last?.kind, last?.code, last?.error], ["done", 0, undefined]);
    const up = nextEvent(tree, "restarted", "q");
    tree.ref("q", Probe).tell.die("exit 0");
    await up;
    assertEquals(states(tree), [["p", "stopped", 1], ["q", "running", 2]]);
  },
  OWN_THREAD,
);

conformance(
  "a restart rejects the ask in flight, and its successor answers those behind it",
  async (t) => { // M15, M16
    await using tree = await treeOf(t, { p: {} });
    const probe = tree.ref("p", Probe).with(PATIENT);
    const failed = assertRejects(
      () => probe.ask.fail("boom"),
      ActorCrashedError,
    );
    const behind = [1, 2, 3].map((n) => probe.ask.echo(n));
    assertEquals(await Promise.all(behind), [1, 2, 3]);
    const { cause, incarnation } = await failed;
    assertInstanceOf(cause, KnownError);
    assertEquals(incarnation, 1);
  },
);

conformance(
  "a restart builds the state anew from the original arguments",
  async (t) => { // S58, S94
    const journal = new Journal();
    await using tree = await treeOf(t, { p: { journal: journal.memory } });
    const probe = tree.ref("p", Probe);
    probe.tell.note("forgotten");
    await crash(tree, "p");
    assertEquals(await probe.ask.notes(), ["started"]);
  },
);

conformance(
  "a restart keeps the ref and its number, counts the incarnation, and tells onRestart the error",
  async (t) => { // S42, S60, S95
    const journal = new Journal();
    await using tree = await treeOf(t, { p: { journal: journal.memory } });
    const probe = tree.ref("p", Probe);
    const { id } = probe;
    await crash(tree, "p", "for a reason");
    assertStrictEquals(tree.ref("p", Probe), probe);
    const facts = await probe.ask.facts();
    assertEquals(
      [facts.id, facts.incarnation, facts.same, probe.incarnation],
      [id, 2, true, 2],
    );
    await eventually(() => journal.lines(), [
      "p new 1",
      "p start 1",
      "p stop 1: KnownError for a reason",
      "p new 2",
      "p start 2",
      "p restart 2: KnownError for a reason",
    ]);
  },
);

conformance(
  "a ref that another actor holds leads to the successor",
  async (t) => { // S96
    const other = await t.spawn(Probe, []);
    await using tree = await treeOf(t, { p: {} });
    const probe = tree.ref("p", Probe);
    assertEquals(await other.ask.askOther(probe, 1), 1);
    await crash(tree, "p");
    assertEquals(await other.ask.askOther(probe, 2), 2);
  },
);

conformance(
  "what is sent while an actor is down is answered by its successor",
  async (t) => { // S43, M6, M16
    const slow = new SharedWord();
    slow.set(2);
    await using tree = await treeOf(t, { p: { slow: slow.words } });
    const probe = tree.ref("p", Probe).with(PATIENT);
    slow.set(0);
    probe.tell.fail("told to");
    // Its successor is in onStart, and waits.
    await slow.reaches(1);
    probe.tell.note("while down");
    const answer = probe.ask.notes();
    const [[, state]] = states(tree) as [[string, string]];
    slow.set(2);
    assertEquals(await answer, ["started", "while down"]);
    assertEquals(state, "starting");
  },
);

conformance(
  "ActorRef.exited is not told of a restart, and once of the end",
  async (t) => { // S98
    await using tree = await treeOf(t, { p: {} });
    const probe = tree.ref("p", Probe);
    let ends = 0;
    const counted = probe.exited.then(() => ends++);
    await crash(tree, "p");
    assertEquals([await probe.ask.echo(1), ends], [1, 0]);
    await tree.stop();
    await counted;
    assertEquals((await probe.exited).kind, "stopped");
  },
);

conformance(
  "the event of a failure says what failed, why, and how long until the restart",
  async (t) => { // S25
    await using tree = await treeOf(t, { p: {} }, {
      backoff: { minMs: 3, maxMs: 60_000, randomFactor: 0 },
    });
    const delays: number[] = [];
    using _events = tree.onEvent((event) => {
      if (event.type === "restarting") delays.push(event.delayMs);
    });
    const ended = nextEvent(tree, "ended");
    await crash(tree, "p", "for a reason");
    await crash(tree, "p");
    const { id, asked, report, crash: seen } = await ended;
    assertEquals([id, asked, report.kind], ["p", false, "failed"]);
    assertInstanceOf(seen?.reason, KnownError);
    assertEquals([seen.child, seen.incarnation, seen.restarts], ["p", 1, 0]);
    assertEquals(delays, [3, 6]); // S37, S38
  },
);

// -- Starts that fail ---------------------------------------------------------

conformance(
  "supervise() stops what it has started when a later child cannot start",
  async (t) => { // S51
    const journal = new Journal();
    const error = await assertRejects(
      () =>
        treeOf(t, {
          a: { journal: journal.memory },
          b: { throws: ["onStart"] },
          c: { journal: journal.memory },
        }),
      ChildError,
    );
    assertEquals(error.message.includes(`"b"`), true);
    assertEquals(t.system.tree().map(({ name }) => name), []);
    await eventually(
      () => journal.lines(),
      ["a new 1", "a start 1", "a stop 1: shutdown"],
    );
  },
);

conformance(
  "a start that fails in a restart counts as one more, and the next one may do",
  async (t) => { // S30, S41
    await using tree = await treeOf(t, {
      p: { throws: ["onStart"], incarnations: [2, 3] },
    });
    const failures: unknown[] = [];
    using _events = tree.onEvent((event) => {
      if (event.type === "startFailed") failures.push(event.crash.incarnation);
    });
    await crash(tree, "p");
    assertEquals(failures, [2, 3]);
    assertEquals(states(tree), [["p", "running", 4]]);
  },
);

conformance("an onRestart that throws is a failed start", async (t) => { // S30
  await using tree = await treeOf(t, {
    p: { throws: ["onRestart"], incarnations: [2] },
  });
  await crash(tree, "p");
  assertEquals(states(tree), [["p", "running", 3]]);
});

conformance(
  "a restart whose start never ends is given up and tried again",
  async (t) => { // S53
    // A process takes longer to start on a machine that has other work.
    const patience = t.placement === "process" ? 5_000 : 1_500;
    await using tree = await treeOf(t, {
      p: {
        hangs: ["onStart"],
        incarnations: [2],
        as: { options: { initTimeout: patience } } as Partial<ChildSettings>,
      },
    });
    await crash(tree, "p");
    assertEquals(states(tree), [["p", "running", 3]]);
  },
);

// -- Strategies ---------------------------------------------------------------

conformance("oneForOne restarts the failed child alone", async (t) => { // S1
  await using tree = await treeOf(t, { a: {}, b: {} });
  tree.ref("b", Probe).tell.note("kept");
  await crash(tree, "a");
  assertEquals(states(tree), [["a", "running", 2], ["b", "running", 1]]);
  assertEquals(await tree.ref("b", Probe).ask.notes(), ["started", "kept"]);
});

conformance(
  "oneForAll stops the others in reverse order before it starts all in order",
  async (t) => { // S2, S31
    const journal = new Journal();
    await using tree = await treeOf(
      t,
      {
        a: { journal: journal.memory },
        b: { journal: journal.memory },
        c: { journal: journal.memory },
      },
      { strategy: "oneForAll", maxRestarts: 1 },
    );
    const all = nextEvent(tree, "restarted", "c");
    tree.ref("b", Probe).tell.fail("told to");
    await all;
    await eventually(() => journal.lines().slice(6), [
      "b stop 1: KnownError told to",
      "c stop 1: shutdown",
      "a stop 1: shutdown",
      "a new 2",
      "a start 2",
      "a restart 2: stopped",
      "b new 2",
      "b start 2",
      "b restart 2: KnownError told to",
      "c new 2",
      "c start 2",
      "c restart 2: stopped",
    ]);
    assertEquals(states(tree), [
      ["a", "running", 2],
      ["b", "running", 2],
      ["c", "running", 2],
    ]);
  },
);

conformance(
  "restForOne restarts the failed child and those started after it",
  async (t) => { // S3, S6
    await using tree = await treeOf(
      t,
      { a: {}, b: {}, c: {} },
      { strategy: "restForOne" },
    );
    const both = nextEvent(tree, "restarted", "c");
    tree.ref("b", Probe).tell.fail("told to");
    await both;
    assertEquals(states(tree), [
      ["a", "running", 1],
      ["b", "running", 2],
      ["c", "running", 2],
    ]);
  },
);

conformance(
  "a sibling that is stopped for another one keeps its queue",
  async (t) => { // S92
    await using tree = await treeOf(
      t,
      { a: {}, b: {} },
      { strategy: "oneForAll" },
    );
    const b = tree.ref("b", Probe).with(PATIENT);
    const word = new SharedWord();
    const running = b.ask.untilAborted(word.words);
    await word.reaches(1);
    b.tell.note("behind");
    const all = nextEvent(tree, "restarted", "b");
    tree.ref("a", Probe).tell.fail("told to");
    assertEquals(await running, "shutdown");
    await all;
    assertEquals(await b.ask.notes(), ["started", "behind"]);
  },
);

// -- Kinds of children --------------------------------------------------------

conformance(
  "a transient child is restarted after a failure, and not after it stopped",
  async (t) => { // S18, S19
    await using tree = await treeOf(t, { p: { as: { restart: "transient" } } });
    await crash(tree, "p");
    const ended = nextEvent(tree, "ended");
    await tree.ref("p", Probe).ask.stopSelf();
    assertEquals((await ended).report.kind, "stopped");
    assertEquals(states(tree), [["p", "stopped", 2]]);
    assertEquals(tree.counts(), { specs: 1, active: 0 });
  },
);

conformance("a temporary child is not restarted, and forgotten", async (t) => { // S20
  await using tree = await treeOf(t, { p: { as: { restart: "temporary" } } });
  const probe = tree.ref("p", Probe);
  const removed = nextEvent(tree, "removed");
  probe.tell.fail("told to");
  await removed;
  assertEquals(tree.counts(), { specs: 0, active: 0 });
  assertEquals((await probe.exited).kind, "failed");
});

for (const how of ["stop", "kill"] as const) {
  conformance(
    `a permanent child ended by ActorRef.${how}() stays stopped until it is asked for`,
    async (t) => { // S73, S79
      await using tree = await treeOf(t, { p: {} });
      const probe = tree.ref("p", Probe);
      const ended = nextEvent(tree, "ended");
      await probe[how]();
      assertEquals((await ended).asked, true);
      assertEquals(states(tree), [["p", "stopped", 1]]);
      await tree.restartChild("p");
      assertEquals(await probe.ask.echo(1), 1);
    },
  );
}

// -- Budget -------------------------------------------------------------------

conformance(
  "a supervisor gives up when its budget is used up, and tells why",
  async (t) => { // S27, S36, S91
    const journal = new Journal();
    const tree = await treeOf(t, { a: { journal: journal.memory }, p: {} }, {
      maxRestarts: 1,
      name: "root",
    });
    const probe = tree.ref("p", Probe);
    await crash(tree, "p");
    probe.tell.fail("once too often");
    const { error } = await tree.exited;
    assertInstanceOf(error, SupervisorGaveUpError);
    assertEquals([error.supervisor, error.child], ["root", "p"]);
    assertInstanceOf(error.cause, KnownError);
    assertEquals(error.cause.message, "once too often");
    await eventually(
      () => journal.lines().at(-1),
      "a stop 1: shutdown",
    );
    assertEquals(t.system.tree().map(({ name }) => name), []);
  },
);

conformance(
  "an inner supervisor that gives up is restarted as a whole by the outer one",
  async (t) => { // S88, S95
    await using tree = await supervise({
      backoff: false,
      children: [{
        id: "inner",
        supervisor: {
          maxRestarts: 0,
          children: [t.child({ id: "p", actor: Probe })],
        },
      }],
    }, t.system);
    const probe = tree.supervisor("inner").ref("p", Probe);
    const restarted = nextEvent(tree, "restarted", "inner");
    probe.tell.fail("told to");
    await restarted;
    assertEquals(await probe.ask.notes(), ["started"]);
  },
);

conformance(
  "a rule for a class of errors decides in place of a restart",
  async (t) => { // S100
    await using tree = await treeOf(t, { p: {} }, {
      onFailure: [{ error: KnownError, then: "stop" }],
    });
    const probe = tree.ref("p", Probe);
    const restarted = nextEvent(tree, "restarted");
    probe.tell.failWith("type");
    await restarted;
    const ended = nextEvent(tree, "ended");
    probe.tell.fail("told to");
    await ended;
    assertEquals(tree.counts(), { specs: 1, active: 0 });
  },
);

// -- Stop ---------------------------------------------------------------------

conformance(
  "Supervisor.stop() stops its children in reverse order",
  async (t) => { // S64
    const journal = new Journal();
    const tree = await treeOf(t, {
      a: { journal: journal.memory },
      b: { journal: journal.memory },
      c: { journal: journal.memory },
    });
    assertEquals((await tree.stop()).kind, "stopped");
    await eventually(() => journal.lines().slice(6), [
      "c stop 1: shutdown",
      "b stop 1: shutdown",
      "a stop 1: shutdown",
    ]);
  },
);

conformance(
  "Supervisor.stop() kills a child that does not stop in its time",
  async (t) => { // S65
    const tree = await treeOf(t, {
      p: { hangs: ["onStop"], as: { shutdownMs: 50 } },
    });
    const stopped = nextEvent(tree, "stopped");
    await tree.stop();
    assertEquals((await stopped).report.kind, "killed");
  },
);

conformance("a child with a shutdownMs of kill gets no onStop", async (t) => { // S66
  const journal = new Journal();
  const tree = await treeOf(t, {
    p: { journal: journal.memory, as: { shutdownMs: "kill" } },
  });
  await tree.stop();
  assertEquals(journal.lines(), ["p new 1", "p start 1"]);
});

// -- Administration -----------------------------------------------------------

conformance(
  "Supervisor stops, restarts and deletes a child on demand",
  async (t) => { // S56, S73
    await using tree = await treeOf(t, { a: {}, b: {} });
    const a = tree.ref("a", Probe);
    await tree.stopChild("a");
    assertEquals(states(tree), [["a", "stopped", 1], ["b", "running", 1]]);
    await tree.restartChild("a");
    assertEquals(await a.ask.notes(), ["started"]);
    await tree.stopChild("a");
    tree.deleteChild("a");
    assertEquals(states(tree), [["b", "running", 1]]);
  },
);

conformance(
  "Supervisor.startChild() starts children of a template that fail alone",
  async (t) => { // S10, S11
    const { id: _, ...template } = t.child({ id: "", actor: Probe });
    await using tree = await supervise(
      { backoff: false, template },
      t.system,
    );
    for (const id of ["a", "b"]) await tree.startChild([], { id });
    await crash(tree, "a");
    assertEquals(states(tree), [["a", "running", 2], ["b", "running", 1]]);
  },
);

conformance("Supervisor answers at once while a child starts", async (t) => { // S47, S62
  const slow = new SharedWord();
  slow.set(2);
  await using tree = await treeOf(t, { p: { slow: slow.words }, q: {} });
  slow.set(0);
  const restarted = nextEvent(tree, "restarted", "p");
  tree.ref("p", Probe).tell.fail("told to");
  await slow.reaches(1);
  assertEquals(states(tree), [["p", "starting", 2], ["q", "running", 1]]);
  await tree.stopChild("q");
  assertEquals(states(tree), [["p", "starting", 2], ["q", "stopped", 1]]);
  slow.set(2);
  await restarted;
  assertEquals(states(tree), [["p", "running", 2], ["q", "stopped", 1]]);
});
