import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  MailboxFullError,
  Refusal,
  RemoteError,
} from "../../mod.ts";
import { conformance, COPIES, LATE_DROPS } from "./placements.ts";
import { KnownError, Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

conformance(
  "an error that leaves a handler rejects its ask with class, fields and causes kept",
  async (t) => { // M15, M29
    const probe = await t.spawn(Probe, []);
    const { cause } = await assertRejects(
      () => probe.ask.fail("boom"),
      ActorCrashedError,
    );
    assertInstanceOf(cause, KnownError);
    assertEquals([cause.message, cause.code], ["boom", 7]);
    assertInstanceOf(cause.cause, RangeError);
    assertEquals(cause.cause.message, "deep");
    assertStringIncludes(cause.stack!, "fail");
  },
);

conformance("a rejection is a failure as a throw is", async (t) => {
  const probe = await t.spawn(Probe, []);
  const { cause } = await assertRejects(
    () => probe.ask.failLater("later"),
    ActorCrashedError,
  );
  assertInstanceOf(cause, KnownError);
  const { kind, error } = await probe.exited;
  assertEquals(kind, "failed");
  assertInstanceOf(error, KnownError);
});

conformance(
  "an error of a class that nobody registered keeps its name, message and fields",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    const { cause } = await assertRejects(
      () => probe.ask.failStrangely(),
      ActorCrashedError,
    );
    assertInstanceOf(cause, RemoteError);
    assertEquals([cause.name, cause.message], ["StrangeError", "strange"]);
    assertEquals((cause as { hint?: string }).hint, "nobody registered it");
  },
  COPIES,
);

conformance("a built-in error keeps its class", async (t) => {
  const probe = await t.spawn(Probe, []);
  const { cause } = await assertRejects(
    () => probe.ask.failWith("type"),
    ActorCrashedError,
  );
  assertInstanceOf(cause, TypeError);
});

conformance("an AggregateError keeps its errors", async (t) => {
  const probe = await t.spawn(Probe, []);
  const { cause } = await assertRejects(
    () => probe.ask.failWith("aggregate"),
    ActorCrashedError,
  );
  assertInstanceOf(cause, AggregateError);
  assertEquals(cause.message, "many");
  const [one, two] = cause.errors;
  assertInstanceOf(one, RangeError);
  assertInstanceOf(two, KnownError);
});

conformance("what is thrown and is no error is a failure too", async (t) => {
  const probe = await t.spawn(Probe, []);
  const error = await assertRejects(
    () => probe.ask.failWith("value"),
    ActorCrashedError,
  );
  assertStringIncludes(error.message, "a string");
  assertEquals((await probe.exited).kind, "failed");
});

conformance(
  "a Refusal rejects its ask alone, and the actor goes on with its state",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    probe.tell.note("kept");
    const data = { missing: 3, at: new Date(0) };
    const refused = assertRejects(() => probe.ask.refuse(data), Refusal);
    const next = probe.ask.notes();
    const refusal = await refused;
    assertEquals([refusal.message, refusal.data], ["not now", data]);
    assertEquals(await next, ["started", "kept"]);
    assertEquals(probe.incarnation, 1);
  },
);

conformance(
  "a Refusal of a tell is dropped, and the actor goes on",
  async (t) => {
    const probe = await t.spawn(Probe, []);
    probe.tell.refuse(1);
    assertEquals(await probe.ask.echo(1), 1);
  },
);

conformance("an error in a message and in an answer is a value", async (t) => {
  const probe = await t.spawn(Probe, []);
  const back = await probe.ask.echo(new RangeError("only told"));
  assertInstanceOf(back, RangeError);
  assertEquals(back.message, "only told");
});

conformance(
  "an ask that waits when its actor fails is told which call that was, and by what it failed",
  async (t) => { // M15, M16
    const probe = await t.spawn(Probe, [], { name: "p" });
    const failed = assertRejects(() => probe.ask.fail("boom"));
    const error = await assertRejects(
      () => probe.ask.echo(1),
      ActorStoppedError,
      'Cannot ask "p" for echo() as it has stopped: the call did not begin',
    );
    await failed;
    assertStringIncludes(error.stack!, "for echo()");
    assertInstanceOf(error.cause, KnownError);
    assertEquals([error.cause.message, error.safeToRetry], ["boom", true]);
  },
);

conformance(
  "an ask whose place a newer message takes is told which call that was",
  async (t) => { // M46
    const mailbox = { capacity: 2, overflow: "dropOldest" } as const;
    const probe = await t.spawn(Probe, [], { name: "p", mailbox });
    const word = new SharedWord();
    const held = probe.ask.hold(word.words);
    await word.reaches(1);
    const dropped = assertRejects(
      () => probe.ask.echo(1),
      MailboxFullError,
      'Cannot ask "p" for echo() as its mailbox was full and a newer message took the place',
    );
    probe.tell.note("newer");
    // A thread, also one that keeps a process, drops it when it comes to it, a host when it hears of the newer one.
    if (!LATE_DROPS.includes(t.placement)) await dropped;
    word.set(2);
    await Promise.all([held, dropped]);
  },
);

conformance(
  "an ask that is handled when its actor is killed is told which call that was",
  async (t) => { // M15
    const probe = await t.spawn(Probe, [], { name: "p" });
    const begun = new SharedWord();
    const asked = assertRejects(
      () => probe.ask.never(begun.words),
      ActorCrashedError,
      '"p" ended (killed) while it handled never(): the call may have run',
    );
    await begun.reaches(1);
    await probe.kill();
    await asked;
  },
);
