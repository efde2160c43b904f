import {
  assertEquals,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  actor,
  type ActorClass,
  AskTimeoutError,
  DataCloneError,
  InvalidOptionError,
  MailboxFullError,
  MessageTooLargeError,
  supervise,
  System,
  type Task,
  task,
  UnknownExportError,
  UnknownMethodError,
  WorkerDiedError,
} from "../../mod.ts";
import { fail, Ledger, square } from "../fixtures/ledger.ts";

const NOT_ACTORS: readonly [string, unknown][] = [
  ["undefined", undefined],
  ["a class", class Foo {}],
  ["a string", "Ledger"],
  ["an empty object", {}],
];

for (const [what, value] of NOT_ACTORS) {
  Deno.test(`System.spawn() refuses ${what} for an actor`, async () => {
    await using system = new System({ spares: 0 });
    const definition = value as ActorClass<[], object>;
    await assertRejects(() => system.spawn(definition, []), InvalidOptionError);
    assertEquals(system.tree(), []);
  });
}

Deno.test("System.spawn() refuses a module that is no absolute URL", async () => {
  await using system = new System({ spares: 0 });
  const error = await assertRejects(
    () => system.spawn({ module: "./x.ts", actor: "X" }, []),
    InvalidOptionError,
  );
  assertStringIncludes(error.message, "import.meta.resolve()");
});

Deno.test("System.spawn() refuses arguments that are no array", async () => {
  await using system = new System({ spares: 0 });
  const args = 5 as unknown as [number];
  await assertRejects(() => system.spawn(Ledger, args), InvalidOptionError);
});

for (const name of ["", 5]) {
  Deno.test(`System.spawn() refuses the name ${JSON.stringify(name)}`, async () => {
    await using system = new System({ spares: 0 });
    await assertRejects(
      () => system.spawn(Ledger, [0], { name: name as string }),
      InvalidOptionError,
    );
  });
}

Deno.test("System.spawn() does not take a task for an actor, nor run() an actor for a task", async () => {
  await using system = new System();
  const { module } = square;
  const asActor = { module, actor: "square" } as ActorClass<[], object>;
  const error = await assertRejects(
    () => system.spawn(asActor, []),
    UnknownExportError,
  );
  assertStringIncludes(error.message, "run()");
  const asTask = { module, task: "Ledger" } as Task<[], void>;
  await assertRejects(
    async () => await system.run(asTask, []),
    UnknownExportError,
  );
});

Deno.test("ActorRef.ask names the method that the actor does not have", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0], { name: "books" });
  const ask = ledger.ask as unknown as Record<string, () => Promise<void>>;
  const error = await assertRejects(() => ask.subtract!(), UnknownMethodError);
  assertEquals([error.actor, error.method], ["books", "subtract"]);
  assertStringIncludes(error.message, "subtract()");
  assertEquals(await ledger.ask.add(1), 1);
});

Deno.test("ActorRef.ask refuses a message larger than the limit, and the actor goes on", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0], {
    name: "books",
    mailbox: { maxMessageBytes: 1_000 },
  });
  const error = await assertRejects(
    () => ledger.ask.echo("x".repeat(2_000)),
    MessageTooLargeError,
  );
  assertEquals([error.actor, error.limit], ["books", 1_000]);
  assertThrows(
    () => ledger.tell.echo("x".repeat(2_000)),
    MessageTooLargeError,
  );
  assertEquals(await ledger.ask.add(1), 1);
});

Deno.test("ActorRef.ask is refused when a mailbox of its capacity stays full", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0], { mailbox: { capacity: 2 } });
  const word = new Int32Array(new SharedArrayBuffer(4));
  ledger.tell.hold(word);
  ledger.tell.add(1);
  const error = await assertRejects(
    () => ledger.with({ timeout: 20 }).ask.add(1),
    MailboxFullError,
  );
  assertEquals([error.capacity, error.unsent], [2, [1]]);
  await ledger.kill();
});

Deno.test("ActorRef.with() takes timeouts that no timer can hold", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0], { initTimeout: 2 ** 40 });
  assertEquals(await ledger.with({ timeout: 2 ** 40 }).ask.add(1), 1);
});

Deno.test("ActorRef.stop() of a supervised child resolves, and it stays stopped", async () => {
  await using system = new System();
  await using tree = await supervise({
    children: [{ id: "ledger", actor: Ledger, args: [0] }],
  }, system);
  const report = await tree.ref("ledger", Ledger).stop();
  assertEquals(report.kind, "stopped");
  assertEquals(tree.children().map((child) => child.state), ["stopped"]);
});

Deno.test("ActorRef.stop() refuses a reason that cannot travel, and the actor goes on", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0]);
  await assertRejects(() => ledger.stop(() => 1), DataCloneError);
  assertEquals(await ledger.ask.add(1), 1);
});

/** Runs until its thread is ended from outside. */
export const spin: Task<[], void> = task(import.meta, "spin", () => {
  for (;;);
});

for (const [how, kind] of [["kill", "killed"], ["stop", "stopped"]] as const) {
  Deno.test(`Job.${how}() of a task that still starts tells so`, async () => {
    await using system = new System({ spares: 0 });
    const job = system.run(spin, []);
    const report = await job[how]();
    assertEquals(report.kind, kind);
    assertEquals((await job.exited).kind, kind);
    await assertRejects(async () => await job, WorkerDiedError);
  });
}

Deno.test("spawn() that is refused leaves nothing that keeps the program alive", async () => {
  const code = `
    import { spawn } from "${import.meta.resolve("../../mod.ts")}";
    await spawn("nothing", []).catch((error) => console.log(error.name));
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `data:application/typescript,${encodeURIComponent(code)}`,
    ],
    stdout: "piped",
    stderr: "piped",
  });
  const { code: exit, stdout } = await child.output();
  assertEquals([exit, new TextDecoder().decode(stdout)], [
    0,
    "InvalidOptionError\n",
  ]);
});

Deno.test("ActorRef of another system is refused where it would be sent", async () => {
  await using first = new System();
  await using second = new System();
  const alice = await first.spawn(Ledger, [1], { name: "alice" });
  const bob = await second.spawn(Ledger, [2], { name: "bob" });
  const error = await assertRejects(
    () => alice.ask.echo([bob]),
    DataCloneError,
  );
  assertStringIncludes(error.message, `"bob"`);
  assertThrows(() => alice.tell.echo(bob), DataCloneError);
  assertEquals(await bob.ask.add(1), 3);
});

for (
  const options of [
    { signal: new AbortController() },
    { timeout: "5" },
    { timeout: NaN },
    { transfer: "x" },
    { transfer: [new ArrayBuffer(1), 5] },
    null,
  ]
) {
  Deno.test(`ActorRef.with() refuses ${Deno.inspect(options)}`, async () => {
    await using system = new System();
    const ledger = await system.spawn(Ledger, [0]);
    assertThrows(() => ledger.with(options as never), InvalidOptionError);
  });
}

Deno.test("ActorRef shows its name, number and incarnation", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0], { name: "books" });
  const shown = `ActorRef("books" #${ledger.id}, incarnation 1)`;
  assertEquals([String(ledger), Deno.inspect(ledger)], [shown, shown]);
});

Deno.test("actor() and task() refuse what is no class, no function, or registered twice", () => {
  const code = 5 as unknown as () => void;
  assertThrows(() => task(import.meta, "five", code), InvalidOptionError);
  const arrow = (() => 1) as unknown as new () => object;
  assertThrows(() => actor(import.meta, "arrow", arrow), InvalidOptionError);
  task(import.meta, "twice", () => 1);
  assertThrows(() => task(import.meta, "twice", () => 2), InvalidOptionError);
});

Deno.test("run() of a task that fails unheard ends the program as a forgotten promise does", async () => {
  const code = `
    import { run } from "${import.meta.resolve("../../mod.ts")}";
    run({ module: "${fail.module}", task: "fail" }, []);
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `data:application/typescript,${encodeURIComponent(code)}`,
    ],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  });
  const { code: exit, stderr } = await child.output();
  assertEquals(exit, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "Task fell over");
});

Deno.test("AskTimeoutError tells whether the call had begun", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0]);
  const word = new Int32Array(new SharedArrayBuffer(4));
  const impatient = ledger.with({ timeout: 30 });
  const held = assertRejects(() => impatient.ask.hold(word), AskTimeoutError);
  const queued = assertRejects(() => impatient.ask.add(1), AskTimeoutError);
  assertEquals([(await held).begun, (await queued).begun], [true, false]);
  await ledger.kill();
});

Deno.test("a ref that comes back is the ref that was sent", async () => {
  await using system = new System();
  const ledger = await system.spawn(Ledger, [0]);
  assertStrictEquals(await ledger.ask.echo(ledger), ledger);
  assertStrictEquals(
    ledger.with({ timeout: 100 }),
    ledger.with({ timeout: 100 }),
  );
  assertNotStrictEquals(
    ledger.with({ timeout: 100 }),
    ledger.with({ timeout: 200 }),
  );
});
