import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  AskTimeoutError,
  System,
  UnknownMethodError,
} from "../../mod.ts";
import { set } from "../fixtures/bystander.ts";
import { Gate } from "../fixtures/gate.ts";

Deno.test("an actor takes one message at a time unless it is told otherwise", async () => {
  await using system = new System();
  const gate = await system.spawn(Gate, []);
  const arrived = new Int32Array(new SharedArrayBuffer(4));
  const first = assertRejects(() => gate.ask.pass(arrived), ActorCrashedError);
  await set(arrived, 0);
  const error = await assertRejects(
    () => gate.with({ timeout: 50 }).ask.open(),
    AskTimeoutError,
  );
  assertEquals(error.begun, false);
  await gate.kill();
  await first;
});

Deno.test("an actor of concurrency 3 handles three messages at once, and the fourth waits", async () => {
  await using system = new System();
  const gate = await system.spawn(Gate, [], { concurrency: 3 });
  const pass = () => assertRejects(() => gate.ask.pass(), ActorCrashedError);
  const passing = [pass(), pass()];
  assertEquals(await gate.ask.waiting(), 2);
  passing.push(pass());
  const late = gate.with({ timeout: 50 }).ask.waiting();
  assertEquals((await assertRejects(() => late, AskTimeoutError)).begun, false);
  await gate.kill();
  await Promise.all(passing);
});

Deno.test("concurrent handlers go on after a message for a method that is not there", async () => {
  await using system = new System();
  const gate = await system.spawn(Gate, [], { concurrency: 3 });
  const ask = gate.ask as unknown as Record<string, () => Promise<void>>;
  const passing = [gate.ask.pass(), gate.ask.pass()];
  await assertRejects(() => ask.climb!(), UnknownMethodError);
  await assertRejects(() => ask.climb!(), UnknownMethodError);
  await gate.ask.open();
  assertEquals(await Promise.all(passing), [2, 2]);
});

Deno.test("a concurrent handler that fails ends the actor, and what ran beside it is told so", async () => {
  await using system = new System();
  const gate = await system.spawn(Gate, [], { concurrency: 3 });
  const passing = assertRejects(() => gate.ask.pass(), ActorCrashedError);
  await assertRejects(() => gate.ask.fail(), ActorCrashedError);
  await passing;
});
