import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  ActorInitError,
  ActorStoppedError,
  AskTimeoutError,
  DataCloneError,
  InitTimeoutError,
  InvalidOptionError,
  ModuleLoadError,
  Refusal,
  System,
  SystemClosedError,
  UnknownExportError,
} from "../../mod.ts";
import {
  BadConstructor,
  fail,
  Ledger,
  SlowStart,
  square,
  whoami,
} from "../fixtures/ledger.ts";

Deno.test("ActorRef.ask answers with what the method returns", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [5]);
  assertEquals(await ref.ask.add(1), 6);
  const value = { a: [1, new Map([[1, new Set([2n])]])], at: new Date(0) };
  assertEquals(await ref.ask.echo(value), value);
});

Deno.test("ActorRef.tell keeps the order of one sender, also when the mailbox is full", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [0]);
  for (let i = 1; i <= 5_000; i++) ref.tell.add(i);
  assertEquals(await ref.with({ timeout: 30_000 }).ask.add(0), 12_502_500);
});

Deno.test("ActorRef.ask carries a message larger than a record", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [0]);
  const text = "é".repeat(300_000);
  assertEquals(await ref.ask.echo(text), text);
});

Deno.test("ActorRef.ask rejects alone when the method throws a Refusal", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  const error = await assertRejects(() => ref.ask.refuse(), Refusal);
  assertEquals(error.data, { missing: 3 });
  assertEquals(await ref.ask.add(1), 2);
});

Deno.test("ActorRef.exited tells of a throw, and the ask in flight of its cause", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1], { name: "books" });
  const error = await assertRejects(() => ref.ask.boom(), ActorCrashedError);
  assertEquals(error.actor, "books");
  assertInstanceOf(error.cause, TypeError);
  const report = await ref.exited;
  assertEquals([report.kind, report.error?.message], [
    "failed",
    "Ledger fell over",
  ]);
  await assertRejects(() => ref.ask.add(1), ActorStoppedError, "books");
});

Deno.test("ActorRef.exited tells of self.close()", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  await assertRejects(() => ref.ask.close(), ActorCrashedError);
  assertEquals((await ref.exited).kind, "crashed");
});

Deno.test("ActorRef.exited tells the code of Deno.exit()", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  await assertRejects(() => ref.ask.exit(7), ActorCrashedError);
  const { kind, code } = await ref.exited;
  assertEquals([kind, code], ["crashed", 7]);
});

Deno.test("ActorRef.exited tells of an error that no handler caught", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  await assertRejects(() => ref.ask.stray(), ActorCrashedError);
  const { kind, error } = await ref.exited;
  assertEquals([kind, error?.message], ["crashed", "Nobody catches this"]);
});

Deno.test("ActorRef.exited tells of a hang within hangMs, and the zombie is let go", async () => {
  await using system = new System();
  const word = new Int32Array(new SharedArrayBuffer(4));
  const ref = await system.spawn(Ledger, [1], { hangMs: 1_500 });
  await assertRejects(() => ref.ask.spin(word), ActorCrashedError, "hung");
  assertEquals((await ref.exited).kind, "hung");
  Atomics.store(word, 0, 1);
});

Deno.test("ActorRef.kill() ends the actor and rejects what was in flight", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  const word = new Int32Array(new SharedArrayBuffer(4));
  const begun = Atomics.waitAsync(word, 0, 0);
  const pending = assertRejects(() => ref.ask.hold(word), ActorCrashedError);
  if (begun.async) await begun.value;
  await ref.kill();
  await pending;
  assertEquals((await ref.stop()).kind, "killed");
});

Deno.test("ActorRef.with() gives an ask up at its deadline", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  await assertRejects(
    () => ref.with({ timeout: 20 }).ask.never(),
    AskTimeoutError,
    "never()",
  );
  await ref.kill();
});

Deno.test("ActorRef.with() gives an ask up when its signal aborts", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  const stop = new AbortController();
  const pending = ref.with({ signal: stop.signal }).ask.never();
  stop.abort(new Error("Changed my mind"));
  await assertRejects(() => pending, Error, "Changed my mind");
  await ref.kill();
});

Deno.test("ActorRef.ask refuses what cannot be cloned, with its path", async () => {
  await using system = new System();
  const ref = await system.spawn(Ledger, [1]);
  const error = await assertRejects(
    () => ref.ask.echo({ on: { click: () => 1 } }),
    DataCloneError,
  );
  assertStringIncludes(error.message, "args[0].on.click");
  assertEquals(await ref.ask.add(1), 2);
});

Deno.test("ActorRef travels inside a message and still answers", async () => {
  await using system = new System();
  const a = await system.spawn(Ledger, [1]);
  const b = await system.spawn(Ledger, [1]);
  const back = await b.ask.echo({ ref: a }) as { ref: typeof a };
  assertEquals(await back.ref.ask.add(1), 2);
});

Deno.test("System.spawn() rejects when the constructor throws", async () => {
  await using system = new System();
  const error = await assertRejects(
    () => system.spawn(BadConstructor, [], { name: "bad" }),
    ActorInitError,
  );
  assertEquals([error.actor, (error.cause as Error).name], [
    "bad",
    "RangeError",
  ]);
  assertEquals(system.tree(), []);
});

Deno.test("System.spawn() rejects when onStart never ends", async () => {
  await using system = new System();
  await assertRejects(
    () => system.spawn(SlowStart, [], { initTimeout: 400 }),
    InitTimeoutError,
    "400 ms",
  );
});

Deno.test("System.spawn() rejects when the module is not there", async () => {
  await using system = new System();
  const module = new URL("./nowhere.ts", import.meta.url).href;
  await assertRejects(
    () => system.spawn({ module, actor: "X" }, []),
    ModuleLoadError,
    "nowhere.ts",
  );
});

Deno.test("System.spawn() rejects when the module registers no such name", async () => {
  await using system = new System();
  const { module } = Ledger;
  await assertRejects(
    () => system.spawn({ module, actor: "Leger" }, []),
    UnknownExportError,
    `"Ledger"`,
  );
});

for (const capacity of [0, NaN, 1.5]) {
  Deno.test(`System.spawn() refuses a mailbox capacity of ${capacity}`, async () => {
    await using system = new System();
    await assertRejects(
      () => system.spawn(Ledger, [1], { mailbox: { capacity } }),
      InvalidOptionError,
      "mailbox.capacity",
    );
  });
}

Deno.test("System.run() promises the result of a task", async () => {
  await using system = new System();
  assertEquals(await system.run(square, [4]), 16);
  assertEquals(await system.run(whoami, [], { name: "me" }), ["me", "main"]);
});

Deno.test("System.run() rejects with the task's own error", async () => {
  await using system = new System();
  const job = system.run(fail, []);
  await assertRejects(() => job, RangeError, "Task fell over");
  assertEquals((await job.exited).kind, "failed");
});

Deno.test("System.close() handles what was accepted, then refuses", async () => {
  const system = new System();
  const ref = await system.spawn(Ledger, [0]);
  const answers = [1, 2, 3].map((n) => ref.ask.add(n));
  await system.close();
  assertEquals(await Promise.all(answers), [1, 3, 6]);
  await assertRejects(() => ref.ask.add(1), ActorStoppedError);
  await assertRejects(() => system.spawn(Ledger, [0]), SystemClosedError);
});

Deno.test("System() refuses spares that are no whole number", () => {
  assertThrows(() => new System({ spares: -1 }), InvalidOptionError, "-1");
});

Deno.test("System.spawn() starts more actors at once than there are spares", async () => {
  await using system = new System({ spares: 0 });
  const refs = await Promise.all(
    [1, 2, 3, 4, 5].map((n) => system.spawn(Ledger, [n])),
  );
  const sums = await Promise.all(refs.map((ref) => ref.ask.add(1)));
  assertEquals(sums, [2, 3, 4, 5, 6]);
});

Deno.test("ActorRef.stop() ends a start that still waits for its thread", async () => {
  const system = new System({ spares: 0 });
  const spawning = system.spawn(Ledger, [0]);
  await Promise.all([assertRejects(() => spawning), system.close()]);
  assertEquals(system.tree(), []);
});

Deno.test("System.warm() resolves when the spares are up, also after they were used", async () => {
  await using system = new System({ spares: 2 });
  await system.warm();
  await Promise.all([system.spawn(Ledger, [0]), system.spawn(Ledger, [0])]);
  await system.warm();
});

Deno.test("System.warm() rejects when the system is closed before", async () => {
  const system = new System({ spares: 8 });
  const warm = assertRejects(() => system.warm(), SystemClosedError);
  await system.close();
  await warm;
});
