import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ActorCrashedError,
  ActorInitError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  DataCloneError,
  InitTimeoutError,
  InvalidOptionError,
  MailboxFullError,
  type Placement,
  Refusal,
  type SpawnOptions,
  supervise,
  System,
  UnknownMethodError,
} from "../../mod.ts";
import { eventually } from "../conformance/journal.ts";
import { Diary, Latch, Stillborn } from "../fixtures/light_actors.ts";

const PLACEMENTS: readonly Placement[] = ["local", "shared"];

for (const placement of PLACEMENTS) {
  const how: SpawnOptions = { placement };
  const named = (what: string) => `"${placement}": ${what}`;
  const latchIn = (system: System) =>
    system.spawn(Latch, [], { ...how, concurrency: 16 });

  Deno.test(
    named("an ask answers and a tell arrives, in the order sent"),
    async () => {
      await using system = new System({ spares: 0 });
      const diary = await system.spawn(Diary, [], { ...how, name: "diary" });
      for (let i = 0; i < 200; i++) diary.tell.write(i);
      assertEquals(await diary.ask.add(1, 2), 3);
      assertEquals(
        await diary.ask.lines(),
        Array.from({ length: 200 }, (_, i) => i),
      );
      assertEquals(diary.name, "diary");
      assertEquals(diary.incarnation, 1);
    },
  );

  Deno.test(
    named("the context holds the own ref, name and signal"),
    async () => {
      await using system = new System({ spares: 0 });
      const diary = await system.spawn(Diary, [], { ...how, name: "me" });
      const [self, name, incarnation, aborted] = await diary.ask.self();
      assertEquals([name, incarnation, aborted], ["me", 1, false]);
      assertEquals(self.id, diary.id);
      assert(self === diary as unknown);
    },
  );

  Deno.test(
    named("an error ends it, and the asks behind reject as safe to repeat"),
    async () => {
      await using system = new System({ spares: 0 });
      const diary = await system.spawn(Diary, [], how);
      const failed = assertRejects(
        () => diary.ask.fail("Broken"),
        ActorCrashedError,
      );
      const behind = assertRejects(() => diary.ask.lines(), ActorStoppedError);
      const { cause } = await failed;
      assertInstanceOf(cause, RangeError);
      assertEquals(cause.message, "Broken");
      assert((await behind).safeToRetry);
      const report = await diary.exited;
      assertEquals([report.kind, report.code], ["failed", 1]);
      assertInstanceOf(report.error, RangeError);
      await assertRejects(() => diary.ask.lines(), ActorStoppedError);
    },
  );

  Deno.test(named("an async handler that rejects ends it too"), async () => {
    await using system = new System({ spares: 0 });
    const diary = await system.spawn(Diary, [], how);
    await assertRejects(() => diary.ask.failLater("Late"), ActorCrashedError);
    assertEquals((await diary.exited).kind, "failed");
  });

  Deno.test(
    named("a Refusal and an unknown method leave it running"),
    async () => {
      await using system = new System({ spares: 0 });
      const diary = await system.spawn(Diary, [], how);
      const refusal = await assertRejects(() => diary.ask.refuse(), Refusal);
      assertEquals(refusal.data, { day: 1 });
      const { ask } = diary as unknown as ActorRef<{ nothing(): void }>;
      const unknown = await assertRejects(
        () => ask.nothing(),
        UnknownMethodError,
      );
      assertEquals(unknown.method, "nothing");
      assertEquals(await diary.ask.add(1, 1), 2);
    },
  );

  Deno.test(
    named("one message at a time, others go on meanwhile"),
    async () => {
      await using system = new System({ spares: 0 });
      const latch = await latchIn(system);
      const one = await system.spawn(Diary, [], how);
      const two = await system.spawn(Diary, [], how);
      const held = one.ask.hold(latch);
      const behind = one.ask.lines();
      let answered = false;
      void behind.then(() => answered = true);
      assertEquals(await two.ask.add(1, 2), 3);
      assert(!answered);
      latch.tell.open();
      assertEquals(await held, "held");
      assertEquals(await behind, []);
    },
  );

  Deno.test(
    named("an ask has a deadline and says whether it had begun"),
    async () => {
      await using system = new System({ spares: 0 });
      const latch = await latchIn(system);
      const diary = await system.spawn(Diary, [], how);
      const hasty = diary.with({ timeout: 250 });
      const begun = await assertRejects(
        () => hasty.ask.hold(latch),
        AskTimeoutError,
      );
      assert(begun.begun);
      if (placement === "local") {
        const waited = await assertRejects(
          () => hasty.ask.lines(),
          AskTimeoutError,
        );
        assert(!waited.begun);
      }
      latch.tell.open();
      assertEquals(await diary.ask.lines(), []);
    },
  );

  Deno.test(named("a signal gives an ask up"), async () => {
    await using system = new System({ spares: 0 });
    const latch = await latchIn(system);
    const diary = await system.spawn(Diary, [], how);
    const giveUp = new AbortController();
    const asked = diary.with({ signal: giveUp.signal }).ask.hold(latch);
    const given = assertRejects(() => asked, Error, "enough");
    giveUp.abort(new Error("enough"));
    await given;
    latch.tell.open();
    assertEquals(await diary.ask.lines(), []);
  });

  Deno.test(
    named("the mailbox is bounded: a message waits for room, then is refused"),
    async () => {
      await using system = new System({ spares: 0 });
      const latch = await latchIn(system);
      const diary = await system.spawn(Diary, [], {
        ...how,
        mailbox: { capacity: 4 },
      });
      const held = diary.with({ timeout: 60_000 }).ask.hold(latch);
      for (let i = 0; i < 3; i++) diary.tell.write(i);
      const { tell } = diary.with({ timeout: 10 });
      tell.write("dropped");
      const refused = await assertRejects(
        () => diary.with({ timeout: 20 }).ask.lines(),
        MailboxFullError,
      );
      assertEquals(refused.capacity, 4);
      // Each has its own deadline: a slow machine may come to the later one first.
      await eventually(() => system.deadLetters.countOf("full"), 1);
      diary.tell.write("patient");
      latch.tell.open();
      await held;
      assertEquals(await diary.ask.lines(), [0, 1, 2, "patient"]);
    },
  );

  Deno.test(
    named("a flood beyond the mailbox arrives whole and in order"),
    async () => {
      await using system = new System({ spares: 0 });
      const diary = await system.spawn(Diary, [], how);
      for (let i = 0; i < 5_000; i++) diary.tell.write(i);
      const lines = await diary.ask.lines();
      assertEquals(lines.length, 5_000);
      assert(lines.every((line, i) => line === i));
    },
  );

  Deno.test(
    named("stop() overtakes what waits, kill() what runs"),
    async () => {
      // On one host, as messages of one actor to another and of this thread to both keep no order.
      await using system = new System({ spares: 0, hosts: 1 });
      const latch = await latchIn(system);
      const last = await system.spawn(Diary, [], how);
      const stopped = await system.spawn(Diary, [[], last], how);
      const held = stopped.ask.hold(latch);
      const behind = assertRejects(
        () => stopped.ask.lines(),
        ActorStoppedError,
      );
      await latch.ask.reached();
      const end = stopped.stop("enough");
      latch.tell.open();
      assertEquals(await held, "held");
      assertEquals(await end, { kind: "stopped", code: 0 });
      await behind;
      assertEquals(await last.ask.lines(), ["enough"]);

      const shut = await latchIn(system);
      const killed = await system.spawn(Diary, [[], last], how);
      const cut = assertRejects(() => killed.ask.hold(shut), ActorCrashedError);
      await shut.ask.reached();
      assertEquals((await killed.kill()).kind, "killed");
      await cut;
      assertEquals((await killed.exited).kind, "killed");
      assertEquals(await last.ask.lines(), ["enough"]);
    },
  );

  Deno.test(named("one that stops itself answers first"), async () => {
    await using system = new System({ spares: 0 });
    const diary = await system.spawn(Diary, [], how);
    assertEquals(await diary.ask.stopSelf(), "answered");
    assertEquals((await diary.exited).kind, "stopped");
  });

  Deno.test(
    named("a start that fails is reported and leaves nothing"),
    async () => {
      await using system = new System({ spares: 0 });
      for (const why of ["constructor", "onStart", "later"]) {
        const error = await assertRejects(
          () => system.spawn(Stillborn, [why], how),
          ActorInitError,
        );
        assertInstanceOf(error.cause, TypeError);
      }
      await assertRejects(
        () => system.spawn(Stillborn, ["never"], { ...how, initTimeout: 20 }),
        InitTimeoutError,
      );
      assertEquals(system.tree(), []);
    },
  );

  Deno.test(named("bad input is refused at the door"), async () => {
    await using system = new System({ spares: 0 });
    const refused: [object, string][] = [
      [{ ...how, hangMs: placement === "local" ? 100 : 0 }, "hangMs"],
      [{ ...how, concurrency: 0 }, "concurrency"],
      [{ ...how, mailbox: { capacity: 0 } }, "mailbox.capacity"],
      [{ placement: "planet" }, "placement"],
    ];
    for (const [options, option] of refused) {
      const error = await assertRejects(
        () => system.spawn(Diary, [], options),
        InvalidOptionError,
      );
      assertEquals(error.option, option);
    }
    await assertRejects(
      () => system.spawn(Diary, [[() => {}]], how),
      DataCloneError,
    );
    assertEquals(system.tree(), []);
  });

  Deno.test(
    named("a supervisor restarts it with its mailbox and its first arguments"),
    async () => { // S58, S92, S95
      await using system = new System({ spares: 0 });
      await using tree = await supervise({
        backoff: false,
        children: [{ id: "d", actor: Diary, args: [["first"]], options: how }],
      }, system);
      const diary = tree.ref("d", Diary);
      await diary.ask.spoil();
      const failed = assertRejects(
        () => diary.ask.fail("Broken"),
        ActorCrashedError,
      );
      diary.tell.write("kept");
      const kept = diary.ask.lines();
      await failed;
      assertEquals(await kept, ["Broken", "kept"]);
      assertEquals(await diary.ask.first(), ["first"]);
      assertEquals(diary.incarnation, 2);
    },
  );

  Deno.test(
    named("one that is stopped through its ref is not restarted"),
    async () => { // S79
      await using system = new System({ spares: 0 });
      await using tree = await supervise({
        children: [{ id: "d", actor: Diary, options: how }],
      }, system);
      const diary = tree.ref("d", Diary);
      assertEquals((await diary.stop("by hand")).kind, "stopped");
      assertEquals(tree.children().map(({ state }) => state), ["stopped"]);
    },
  );

  Deno.test(named("a ref leads there from another thread"), async () => {
    await using system = new System();
    const far = await system.spawn(Diary, []);
    const diary = await system.spawn(Diary, [], {
      ...how,
      mailbox: { capacity: 2 },
    });
    for (const line of ["a", "b", "c"]) await far.ask.relay(diary, line);
    assertEquals(await diary.ask.lines(), ["a", "b", "c"]);
    const watched = far.ask.watchOther(diary);
    const another = await system.spawn(Diary, []);
    assertEquals(await another.ask.stopOther(diary), "stopped");
    assertEquals(await watched, "stopped");
    await assertRejects(
      () => another.ask.relay(diary, "late"),
      ActorCrashedError,
      "has stopped",
    );
  });

  Deno.test(
    named("closing the system handles what waits, then calls onStop"),
    async () => {
      const system = new System({ spares: 0 });
      const diary = await system.spawn(Diary, [], how);
      diary.tell.write(1);
      const lines = diary.ask.lines();
      await system.close();
      assertEquals(await lines, [1]);
      assertEquals((await diary.exited).kind, "stopped");
    },
  );

  Deno.test(named("ten thousand of them live at once"), async () => {
    await using system = new System({ spares: 0 });
    const crowd = await Promise.all(
      Array.from({ length: 10_000 }, () => system.spawn(Diary, [], how)),
    );
    const sums = await Promise.all(crowd.map(({ ask }, i) => ask.add(i, 1)));
    assert(sums.every((sum, i) => sum === i + 1));
    assertEquals(new Set(crowd.map(({ id }) => id)).size, 10_000);
    assertEquals(system.tree().length, 10_000);
  });
}
