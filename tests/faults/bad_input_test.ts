import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type ActorClass,
  ActorInitError,
  ActorStoppedError,
  ChildError,
  DataCloneError,
  InitTimeoutError,
  InvalidOptionError,
  ModuleLoadError,
  type SpawnOptions,
  supervise,
  System,
  SystemClosedError,
  type Task,
  UnknownExportError,
} from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import {
  EndlessConstructor,
  Secretive,
  ThrowingStart,
} from "../fixtures/faulty_actors.ts";
import { BadConstructor, Ledger, SlowStart } from "../fixtures/ledger.ts";
import {
  TELLS_THREADS,
  threadsGone,
  threadsNow,
} from "../fixtures/threads_gone.ts";

// deno-lint-ignore no-explicit-any -- errors of any constructor
type ErrorClass = new (...args: any[]) => Error;

/** A mistake, and the error that tells of it. */
interface Mistake {
  readonly what: string;
  readonly make: (system: System) => PromiseLike<unknown>;
  readonly error: ErrorClass;
  /** Pieces of the message: the actor, the value, the way out. */
  readonly says: readonly string[];
}

const NOWHERE = new URL("./nowhere.ts", import.meta.url).href;

function typeScript(code: string): string {
  return `data:application/typescript,${encodeURIComponent(code)}`;
}

function at(module: string): ActorClass<[], object> {
  return { module, actor: "Books" };
}

/** A function where the types ask for something that can travel. */
const UNSENDABLE = (() => 1) as never;

const MISTAKES: readonly Mistake[] = [
  {
    what: "a module that is not there",
    make: (system) => system.spawn(at(NOWHERE), []),
    error: ModuleLoadError,
    says: [`"Books-`, NOWHERE, "not found"],
  },
  {
    what: "a module whose host is not there",
    make: (system) => system.spawn(at("http://127.0.0.1:1/books.ts"), []),
    error: ModuleLoadError,
    says: [`"Books-`, `"http://127.0.0.1:1/books.ts"`],
  },
  {
    what: "a module that does not parse",
    make: (system) => system.spawn(at(typeScript("export const = ;")), []),
    error: ModuleLoadError,
    says: [`"Books-`, "SyntaxError"],
  },
  {
    what: "a module that throws",
    make: (system) => system.spawn(at(typeScript("throw new Error('No')")), []),
    error: ModuleLoadError,
    says: [`"Books-`, "No"],
  },
  {
    what: "a module that never ends to load",
    make: (system) =>
      system.spawn(
        at(typeScript("await new Promise(() => setInterval(() => {}, 1e6))")),
        [],
        { name: "books", initTimeout: 200 },
      ),
    error: InitTimeoutError,
    says: [`"books"`, "200 ms", "raise initTimeout"],
  },
  {
    what: "a module that registers nothing",
    make: (system) => system.spawn(at(typeScript("export const n = 1")), []),
    error: UnknownExportError,
    says: [`"Books-`, "it has none"],
  },
  {
    what: "a name that is not registered",
    make: (system) =>
      system.spawn({ module: Ledger.module, actor: "Leger" }, []),
    error: UnknownExportError,
    says: [`"Leger"`, Ledger.module, `it has "Ledger"`],
  },
  {
    what: "a task that is not registered",
    make: (system) => {
      const task: Task<[], never> = Object.assign(() => UNSENDABLE, {
        module: Ledger.module,
        task: "sqare",
      });
      return system.run(task, []);
    },
    error: UnknownExportError,
    says: [`"sqare"`, Ledger.module, `"square"`],
  },
  {
    what: "a constructor that throws",
    make: (system) => system.spawn(BadConstructor, [], { name: "books" }),
    error: ActorInitError,
    says: [`"books"`, "constructor", "No room here"],
  },
  {
    what: "an onStart that rejects",
    make: (system) => system.spawn(ThrowingStart, [], { name: "books" }),
    error: ActorInitError,
    says: [`"books"`, "onStart", "No disk here"],
  },
  {
    what: "an onStart that never ends",
    make: (system) =>
      system.spawn(SlowStart, [], { name: "books", initTimeout: 200 }),
    error: InitTimeoutError,
    says: [`"books"`, "200 ms", "raise initTimeout"],
  },
  {
    what: "an argument that cannot be cloned",
    make: (system) => system.spawn(Ledger, [UNSENDABLE]),
    error: DataCloneError,
    says: ["args[0]", "the function", "send the result"],
  },
  {
    what: "a task's argument that cannot be cloned",
    // run() refuses at the call.
    make: async (system) =>
      await system.run(
        Object.assign(() => {}, { module: NOWHERE, task: "task" }),
        [{ on: Promise.resolve() }] as never,
      ),
    error: DataCloneError,
    says: ["args[0].on", "Promise", "await it first"],
  },
  {
    what: "a child whose actor is none",
    make: (system) =>
      supervise({
        children: [
          { id: "good", actor: Ledger, args: [1] },
          { id: "books", actor: {} as typeof Ledger, args: [1] },
        ],
      }, system),
    error: InvalidOptionError,
    says: [`child "books"`, "'actor'", "what actor() or remote() returned"],
  },
  {
    what: "a child whose actor is of half a URL",
    make: (system) =>
      supervise({
        children: [{ id: "books", actor: { ...at(NOWHERE), module: "a.ts" } }],
      }, system),
    error: InvalidOptionError,
    says: [`child "books"`, "absolute", `"a.ts"`],
  },
  {
    what: "a child whose module is not there",
    make: (system) =>
      supervise({ children: [{ id: "books", actor: at(NOWHERE) }] }, system),
    error: ChildError,
    says: [`child "books"`, NOWHERE],
  },
  {
    what: "a child whose argument cannot be cloned",
    make: (system) =>
      supervise({
        children: [
          { id: "good", actor: Ledger, args: [1] },
          { id: "books", actor: Ledger, args: [UNSENDABLE] },
        ],
      }, system),
    error: DataCloneError,
    says: ["args[0]", "the function"],
  },
  {
    what: "a child whose constructor throws, after one that is up",
    make: (system) =>
      supervise({
        children: [
          { id: "good", actor: Ledger, args: [1] },
          { id: "books", actor: BadConstructor },
        ],
      }, system),
    error: ChildError,
    says: [`child "books"`, "No room here"],
  },
];

/** Options out of their bounds, with what the message says of each. */
const OPTIONS: readonly [SpawnOptions, string][] = [
  ...[0, -1, NaN, 1.5, Infinity].map((capacity) =>
    [{ mailbox: { capacity } }, `current value is ${capacity}`] as [
      SpawnOptions,
      string,
    ]
  ),
  [{ concurrency: 0 }, "'concurrency'"],
  [{ concurrency: NaN }, "'concurrency'"],
  [{ initTimeout: 0 }, "'initTimeout'"],
  [{ initTimeout: NaN }, "'initTimeout'"],
  [{ hangMs: -1 }, "'hangMs'"],
  [{ hangMs: NaN }, "'hangMs'"],
];

/** Runs `work` in a system of its own, and sees that no actor and no thread is left of it. */
async function leavesNothing(
  work: (system: System) => Promise<void>,
): Promise<void> {
  const system = new System();
  try {
    await work(system);
    assertEquals(system.tree(), []);
    // One mistake must not spoil the next start.
    const good = await system.spawn(Ledger, [1]);
    assertEquals(await good.ask.add(1), 2);
  } finally {
    await system.close();
  }
  assertEquals(system.tree(), []);
  await threadsGone();
}

for (const { what, make, error, says } of MISTAKES) {
  Deno.test(`System refuses ${what} and leaves nothing behind`, async () => {
    await leavesNothing(async (system) => {
      const { message } = await assertRejects(
        async () => await make(system),
        error,
      );
      for (const piece of says) assertStringIncludes(message, piece);
    });
  });
}

Deno.test("System.spawn() refuses options out of their bounds and leaves nothing behind", async () => {
  await leavesNothing(async (system) => {
    for (const [options, piece] of OPTIONS) {
      const { message } = await assertRejects(
        () => system.spawn(Ledger, [1], options),
        InvalidOptionError,
      );
      assertStringIncludes(message, `Cannot start "Ledger"`);
      assertStringIncludes(message, piece);
    }
  });
});

Deno.test("System.spawn() gives up a constructor that never returns and leaves no thread once it does", async () => {
  const word = new Int32Array(new SharedArrayBuffer(4));
  await leavesNothing(async (system) => {
    const { message } = await assertRejects(
      () =>
        system.spawn(EndlessConstructor, [word], {
          name: "books",
          initTimeout: 200,
        }),
      InitTimeoutError,
    );
    assertStringIncludes(message, `"books"`);
    assertStringIncludes(message, "200 ms");
    Atomics.store(word, 0, 1);
  });
});

Deno.test("System.spawn() takes no address for what it refuses, however often", async () => {
  await leavesNothing(async (system) => {
    // More often than there are addresses.
    for (let i = 0; i < 10_000; i++) {
      await assertRejects(
        () => system.spawn(Ledger, [UNSENDABLE]),
        DataCloneError,
      );
    }
  });
});

Deno.test("ActorRef refuses what cannot be cloned and the actor goes on", async () => {
  await leavesNothing(async (system) => {
    const ref = await system.spawn(Ledger, [1]);
    const asked = await assertRejects(
      () => ref.ask.echo({ key: Symbol("mine") }),
      DataCloneError,
    );
    assertStringIncludes(asked.message, "args[0].key");
    assertStringIncludes(asked.message, "send a string");
    assertThrows(() => ref.tell.add(UNSENDABLE), DataCloneError, "args[0]");
    assertEquals(await ref.ask.add(1), 2);
    await ref.stop();
  });
});

Deno.test("ActorRef.ask rejects when the result cannot be cloned, and the actor goes on", async () => {
  await leavesNothing(async (system) => {
    const ref = await system.spawn(Secretive, []);
    await assertRejects(
      () => ref.ask.secret(),
      DataCloneError,
      "Cannot send result",
    );
    assertEquals(await ref.ask.plain(), 7);
    await ref.stop();
  });
});

Deno.test("ActorRef.with() refuses a timeout that is no time", async () => {
  await leavesNothing(async (system) => {
    const ref = await system.spawn(Ledger, [1], { name: "books" });
    for (const timeout of [NaN, -1]) {
      const { message } = assertThrows(
        () => ref.with({ timeout }),
        InvalidOptionError,
      );
      assertStringIncludes(message, `"books"`);
      assertStringIncludes(message, `0 or more milliseconds`);
      assertStringIncludes(message, `current value is ${timeout}`);
    }
    await ref.stop();
  });
});

Deno.test("ActorRef refuses asks after the end of its actor, drops tells, and ends are told again", async () => {
  await leavesNothing(async (system) => {
    const ref = await system.spawn(Ledger, [1], { name: "books" });
    const report = await ref.stop();
    const { message } = await assertRejects(
      () => ref.ask.add(1),
      ActorStoppedError,
    );
    assertStringIncludes(message, `"books"`);
    assertStringIncludes(message, "(stopped): spawn a new one");
    ref.tell.add(1);
    assertEquals(await ref.stop(), report);
    assertEquals(await ref.kill(), report);
    assertEquals(await ref.exited, report);
  });
});

Deno.test("System refuses everything after close() and names the way out", async () => {
  const system = new System();
  const ref = await system.spawn(Ledger, [1], { name: "books" });
  await system.close();
  await assertRejects(
    () => system.spawn(Ledger, [1]),
    SystemClosedError,
    "make a new one",
  );
  await assertRejects(() => ref.ask.add(1), ActorStoppedError, `"books"`);
  await system.close();
  assertEquals(system.tree(), []);
  await threadsGone();
});

Deno.test({
  name: "threadsNow() sees the thread of an actor, threadsGone() its end",
  ignore: !TELLS_THREADS,
  async fn() {
    const system = new System();
    await system.spawn(Ledger, [1]);
    assertGreater(threadsNow().length, 0);
    await system.close();
    await threadsGone();
    assertEquals(threadsNow(), []);
  },
});

Deno.test("A program that made every mistake ends by itself", async () => {
  const end = await runDeno(
    ["run", "--quiet", "--allow-read", "tests/fixtures/bad_input_program.ts"],
    { cwd: PACKAGE },
  );
  assertEquals(end, {
    code: 0,
    stdout: `module ModuleLoadError
export UnknownExportError
constructor ActorInitError
onStart ActorInitError
never InitTimeoutError
endless InitTimeoutError
task RangeError
child ChildError
deadline AskTimeoutError
stopped ActorStoppedError
`,
    stderr: "",
  });
});
