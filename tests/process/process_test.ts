import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  ActorCrashedError,
  ActorInitError,
  type ActorRef,
  DataCloneError,
  InitTimeoutError,
  InvalidOptionError,
  MessageTooLargeError,
  Mutex,
  type OutputLine,
  Refusal,
  type SpawnOptions,
  supervise,
  System,
  type SystemOptions,
  UnknownMethodError,
  WorkerDiedError,
} from "../../mod.ts";
import { ProcessDiedError } from "../../src/process/process_died_error.ts";
import {
  Counter,
  type CounterActor,
  die,
  hasGlobal,
  linger,
  mayRead,
  Stillborn,
  Stuck,
  surroundings,
  whoami,
} from "../fixtures/process_actors.ts";

const PATIENT = { timeout: 60_000 };
const PROCESS = { placement: "process", initTimeout: 30_000 } as const;

type CounterRef = ActorRef<CounterActor>;

function newSystem(options: SystemOptions = {}): System {
  return new System({ spares: 0, deadLetterLines: 0, ...options });
}

async function counterIn(
  system: System,
  options: SpawnOptions = {},
): Promise<CounterRef> {
  return await system.spawn(Counter, [], { ...PROCESS, ...options });
}

/** Whether a process of that number runs; one that only waits to be asked for its status does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("spawn() in a process answers asks, tells and streams as any actor does", async () => {
  await using system = newSystem();
  const counter = await system.spawn(Counter, [40], {
    ...PROCESS,
    name: "far",
  });
  counter.tell.add(1);
  assertEquals(await counter.ask.add(1), 42);
  assert(await counter.ask.pid() !== Deno.pid);
  assertEquals(await counter.ask.facts(), [
    "far",
    1,
    { id: 0, name: "main" },
    counter.id,
  ]);
  const numbers: number[] = [];
  for await (const n of counter.stream.countTo(3)) numbers.push(n);
  assertEquals(numbers, [1, 2, 3]);
  const refusal = await assertRejects(() => counter.ask.refuse(), Refusal);
  assertEquals(refusal.data, 7);
  const unknown = counter as unknown as ActorRef<{ sell(): void }>;
  await assertRejects(() => unknown.ask.sell(), UnknownMethodError, "sell()");
  const values = [new Map([[1, new Date(5)]]), new Uint8Array([1, 2]), 3n];
  assertEquals(await counter.ask.echo(values), values);
  assertEquals((await counter.stop()).kind, "stopped");
});

Deno.test("spawn() in a process takes refs along and gives them back, the own one too", async () => {
  await using system = newSystem();
  const counter = await counterIn(system);
  const other = await system.spawn(Counter, [100], { name: "other" });
  assertEquals(await counter.ask.self(), counter);
  assertEquals(await counter.ask.echo(other), other);
  assertEquals(await counter.ask.viaOther(other, 1), 101);
  const third = await counterIn(system);
  assertEquals(await counter.ask.viaOther(third, 5), 5);
  await counter.ask.watchOther(other);
  await other.stop();
  let downs = await counter.ask.downs();
  while (downs.length === 0) downs = await counter.ask.downs();
  assertEquals(downs, ["stopped"]);
});

Deno.test("spawn() in a process refuses what only threads can share, where it is sent and where it is answered", async () => {
  await using system = newSystem();
  const counter = await counterIn(system);
  const shared = new SharedArrayBuffer(4);
  const refused = async (send: () => PromiseLike<unknown>, path: string) => {
    const error = await assertRejects(async () => await send(), DataCloneError);
    assertStringIncludes(error.message, `Cannot send ${path} to another`);
    assertEquals(error.path, path);
  };
  await refused(() => counter.ask.echo(shared), "args[0]");
  const view = new Uint8Array(shared);
  await refused(() => counter.ask.echo({ a: [1, view] }), "args[0].a[1]");
  const lock = { inside: new Mutex() };
  await refused(
    () => system.spawn(Counter, [lock as never], PROCESS),
    "args[0].inside",
  );
  assertEquals(await counter.ask.add(1), 1);
});

const ends: [
  how: string,
  end: (counter: CounterRef) => Promise<unknown>,
  report: { kind: string; code: number; signal?: string },
  options?: SpawnOptions,
][] = [
  ["throws", (c) => c.ask.fail(), { kind: "failed", code: 1 }],
  ["calls Deno.exit()", (c) => c.ask.exit(3), { kind: "crashed", code: 3 }],
  [
    "is killed from outside",
    async (c) => {
      const pid = await c.ask.pid();
      const spinning = c.with(PATIENT).ask.spin();
      Deno.kill(pid, "SIGKILL");
      await spinning;
    },
    { kind: "crashed", code: 137, signal: "SIGKILL" },
  ],
  [
    "hangs",
    (c) => c.with(PATIENT).ask.spin(),
    { kind: "hung", code: 1 },
    { hangMs: 1_500 },
  ],
  [
    "has more buffers than it may",
    (c) => c.with(PATIENT).ask.hoardBuffers(),
    { kind: "oom", code: 137, signal: "SIGKILL" },
    { process: { maxMemoryMb: 64 } },
  ],
  [
    "runs out of memory",
    (c) => c.with(PATIENT).ask.hoard(),
    { kind: "oom", code: 133, signal: "SIGTRAP" },
    { process: { maxMemoryMb: 64 } },
  ],
];
for (const [how, end, expected, options] of ends) {
  Deno.test(`ref.exited tells how a process ended that ${how}, and its ask rejects at once`, async () => {
    await using system = newSystem();
    const counter = await counterIn(system, options);
    const pid = await counter.ask.pid();
    await assertRejects(() => end(counter), ActorCrashedError);
    const { error: _, ...report } = await counter.exited;
    assertEquals<object>(report, expected);
    await untilDead(pid);
  });
}

Deno.test("ProcessDiedError has the last lines of stderr", async () => {
  await using system = newSystem();
  const counter = await counterIn(system);
  counter.tell.speak("last words");
  await assertRejects(() => counter.ask.exit(9), ActorCrashedError);
  const { error } = await counter.exited;
  assertInstanceOf(error, ProcessDiedError);
  assertEquals(error.exitCode, 9);
  assertEquals(error.stderr, ["last words"]);
});

Deno.test("ref.kill() and a stop that takes too long end a process in synchronous code", async () => {
  await using system = newSystem();
  for (const end of ["kill", "stop"] as const) {
    const counter = await counterIn(system);
    const pid = await counter.ask.pid();
    counter.tell.spin();
    const report = end === "kill"
      ? await counter.kill()
      : await counter.stop("enough", { timeout: 100 });
    assertEquals(report.kind, "killed");
    await untilDead(pid);
  }
});

Deno.test("spawn() leaves no process behind when the start fails, or never ends", async () => {
  await using system = newSystem();
  const failed = await assertRejects(
    () => system.spawn(Stillborn, [], PROCESS),
    ActorInitError,
  );
  assertInstanceOf(failed.cause, RangeError);
  await untilDead(Number(failed.cause.message));
  const path = await Deno.makeTempFile();
  await assertRejects(
    () => system.spawn(Stuck, [path], { ...PROCESS, initTimeout: 1_500 }),
    InitTimeoutError,
  );
  const pid = Number(await Deno.readTextFile(path));
  await Deno.remove(path);
  if (pid > 0) await untilDead(pid);
});

Deno.test("supervise() restarts an actor in a process of its own", async () => {
  await using system = newSystem();
  await using tree = await supervise({
    backoff: false,
    children: [{ id: "c", actor: Counter, args: [7], options: PROCESS }],
  }, system);
  const counter = tree.ref("c", Counter);
  const before = await counter.ask.pid();
  await assertRejects(() => counter.ask.exit(1), ActorCrashedError);
  assertEquals(await counter.ask.add(1), 8);
  assert(await counter.ask.pid() !== before);
  assertEquals(counter.incarnation, 2);
});

Deno.test("run() in a process gives it the permissions, variables and directory that it is to have", async () => {
  await using system = newSystem();
  assert(await system.run(whoami, [], PROCESS) !== Deno.pid);
  const none = { ...PROCESS, permissions: "none" } as const;
  assertEquals(await system.run(mayRead, [], none), "prompt");
  assertEquals(await system.run(mayRead, [], PROCESS), "granted");
  const cwd = await Deno.realPath(await Deno.makeTempDir());
  const found = await system.run(surroundings, ["TROUPE_TEST"], {
    ...PROCESS,
    process: { env: { TROUPE_TEST: "yes" }, cwd },
  });
  await Deno.remove(cwd);
  assertEquals(found, ["yes", cwd, []]);
});

Deno.test("run() in a process rejects with how that ended, and what it wrote last", async () => {
  await using system = newSystem();
  const error = await assertRejects(
    async () => await system.run(die, [3], { ...PROCESS, name: "dies" }),
    WorkerDiedError,
    '"dies" ended (crashed) before its task did: The process of "dies" ended with code 3; it wrote last: no more',
  );
  assertInstanceOf(error.cause, ProcessDiedError);
});

Deno.test("run() in a process gives the result when it is there, and the end when the process has ended", async () => {
  await using system = newSystem();
  const job = system.run(linger, [300], PROCESS);
  assertEquals(await job, "long before");
  const early = await Promise.race([job.exited, "not yet"]);
  assertEquals([early, job.state], ["not yet", "done"]);
  assertEquals((await job.exited).kind, "done");
});

Deno.test("run() in a process hands flags on to V8", async () => {
  await using system = newSystem();
  assertEquals(await system.run(hasGlobal, ["gc"], PROCESS), false);
  const process = { v8Flags: ["--expose-gc"] };
  const options = { ...PROCESS, process };
  assertEquals(await system.run(hasGlobal, ["gc"], options), true);
});

Deno.test({
  name: "run() in a process that is to be nice has it give way",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using system = newSystem();
    const options = { ...PROCESS, process: { nice: 7 } };
    const counter = await system.spawn(Counter, [], options);
    const stat = Deno.readTextFileSync(`/proc/${await counter.ask.pid()}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    assertEquals(fields[16], "7");
  },
});

Deno.test({
  name:
    "run() in a process hands on what the program was granted in part, and no more",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const root = new URL("../../", import.meta.url).pathname;
    const temp = await Deno.makeTempDir();
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        `--allow-read=${root},${temp}`,
        `--allow-write=${temp}`,
        "--allow-env",
        "--allow-net",
        "--deny-net=example.com",
        "--allow-run",
        "--allow-sys=hostname",
        `${root}tests/fixtures/process_grants_program.ts`,
        "--allow-read=/etc",
        temp,
      ],
      env: { TMPDIR: temp },
      stdout: "piped",
      stderr: "piped",
    }).output();
    await Deno.remove(temp, { recursive: true });
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
      here: "granted",
      etc: "prompt",
      other: "granted",
      example: "denied",
      hostname: "granted",
      uid: "prompt",
      ffi: "prompt",
    });
  },
});

Deno.test("an answer that is larger than any message is refused, and its actor goes on", async () => {
  await using system = newSystem();
  const counter = await counterIn(system);
  const error = await assertRejects(
    () => counter.with(PATIENT).ask.bytes(65 * 2 ** 20),
    MessageTooLargeError,
  );
  assertEquals(error.limit, 64 * 2 ** 20);
  assertEquals(await counter.ask.add(1), 1);
  const large = await counter.with(PATIENT).ask.bytes(63 * 2 ** 20);
  assertEquals(large.length, 63 * 2 ** 20);
});

for (
  const [why, process, lines] of [
    [
      'The process of "counter" ended with code 1; it wrote last: error: V8 did not recognize flag',
      { v8Flags: ["--nonsense"] },
      1,
    ],
    ["Failed to spawn", { cwd: "/no such directory" }, 0],
  ] as const
) {
  Deno.test(`spawn() tries once to start a process, and rejects as ${why}`, async () => {
    const said: string[] = [];
    const onOutput = ({ text }: OutputLine) => {
      if (/^error/.test(text)) said.push(text);
    };
    await using system = newSystem({ onOutput });
    const error = await assertRejects(
      () => system.spawn(Counter, [], { ...PROCESS, name: "counter", process }),
      ActorInitError,
      `Cannot start "counter" as its process cannot be started: ${why}`,
    );
    assertEquals(error.actor, "counter");
    // They come by another way.
    while (said.length < lines) await new Promise(setImmediate);
    await system.close();
    assertEquals(said.length, lines);
  });
}

Deno.test("spawn() refuses options of a process that are out of bounds, and in other placements", async () => {
  await using system = newSystem();
  const bad: SpawnOptions[] = [
    { permissions: "none" },
    { process: {} },
    { ...PROCESS, permissions: 5 as never },
    { ...PROCESS, permissions: null as never },
    { ...PROCESS, permissions: { red: true } as never },
    { ...PROCESS, permissions: { read: "/etc" as never } },
    { ...PROCESS, permissions: { read: [1 as never] } },
    { ...PROCESS, permissions: { read: [""] } },
    { ...PROCESS, permissions: { net: ["a\0b"] } },
    { ...PROCESS, process: { maxMemoryMb: 1 } },
    { ...PROCESS, process: { inheritEnv: "no" as never } },
    { ...PROCESS, process: { env: { "": "1" } } },
    { ...PROCESS, process: { env: { A: "x\0y" } } },
    { ...PROCESS, process: { nice: 20 } },
    { ...PROCESS, process: { nice: -1 } },
    { ...PROCESS, process: { v8Flags: ["-x"] } },
    { ...PROCESS, process: { v8Flags: ["--a,--b"] } },
    { ...PROCESS, process: { cwd: 5 as never } },
    { ...PROCESS, process: { cwd: "" } },
    { ...PROCESS, process: { env: { A: 1 as never } } },
    { ...PROCESS, process: { env: { "A=B": "1" } } },
    { ...PROCESS, process: { env: { "": "1" } } },
    { ...PROCESS, process: { env: { A: "a\0b" } } },
    { ...PROCESS, process: { env: ["A=1"] as never } },
    { ...PROCESS, process: { enviroment: {} } as never },
  ];
  for (const options of bad) {
    await assertRejects(
      () => system.spawn(Counter, [], options),
      InvalidOptionError,
    );
  }
});

/** Whether the process of that number has a thread beside its own that runs code: Deno names them so. */
function hasWorker(pid: number): boolean {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].some(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/comm`)
      .startsWith("worker")
  );
}

for (
  const [how, permissions] of [
    ["idle", "all"],
    ["spin", "all"],
    ["idle", "few"],
    ["spin", "few"],
  ] as const
) {
  Deno.test({
    name:
      `a process with ${permissions} permissions ends within a second when the program that started it is killed, and it is ${
        how === "idle" ? "idle" : "in synchronous code"
      }`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const program = new URL(
        "../fixtures/process_parent_program.ts",
        import.meta.url,
      );
      const parent = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", program.href, how, permissions],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const reader = parent.stdout.getReader();
      const { value } = await reader.read();
      const pid = Number(new TextDecoder().decode(value).trim());
      assert(isAlive(pid));
      if (Deno.build.os === "linux") {
        // Where the system sees to it no thread is needed for that.
        assertEquals(hasWorker(pid), permissions === "few");
      }
      parent.kill("SIGKILL");
      await parent.status;
      const start = performance.now();
      await untilDead(pid);
      assert(performance.now() - start < 1_000);
      await reader.cancel();
    },
  });
}
