import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ActorCrashedError, Refusal, RemoteError } from "../../mod.ts";
import { conformance, COPIES } from "./placements.ts";
import { KnownError, Probe } from "./probe.ts";

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
