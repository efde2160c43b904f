/** Two programs, each with no more permissions than it needs. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  connect,
  type Connection,
  ConnectionClosedError,
  System,
  watch,
} from "../../mod.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";
import type { CounterActor } from "../fixtures/connection_actors.ts";

const WINDOWS = Deno.build.os === "windows";
const PROGRAM = "tests/fixtures/connection_program.ts";
const KEY = "a key for tests alone";
/** What every program needs that is not in a registry: its own modules. */
const SOURCES = "mod.ts,src,tests/fixtures";

/** The flags of a program that has these grants. */
function flags(grants: readonly string[], reads = ""): string[] {
  return [
    "--no-prompt",
    "--no-check",
    "--allow-env=CREW_KEY",
    `--allow-read=${SOURCES}${reads}`,
    ...grants,
  ];
}

/** The flags of a program that listens at, or connects to, the socket at `path`. */
function unixFlags(path: string): string[] {
  const directory = path.slice(0, path.lastIndexOf("/"));
  return flags(
    [`--allow-net=unix:${path}`, `--allow-write=${directory}`],
    `,${directory}`,
  );
}

/** A program that serves, until the end of the scope. */
interface Server extends AsyncDisposable {
  readonly address: string;
  readonly child: Deno.ChildProcess;
}

async function serve(
  address: string,
  grants: readonly string[],
): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...grants, PROGRAM, "serve", address],
    cwd: PACKAGE,
    env: { CREW_KEY: KEY, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { value } = await reader.read();
    if (value === undefined) break;
    said += new TextDecoder().decode(value);
  }
  await reader.cancel();
  return {
    address: said.trim(),
    child,
    async [Symbol.asyncDispose]() {
      await child.stdin.close().catch(() => {});
      await child.status;
    },
  };
}

async function call(address: string, grants: readonly string[]) {
  return await runDeno(["run", ...grants, PROGRAM, "call", address], {
    cwd: PACKAGE,
    env: { CREW_KEY: KEY },
  });
}

const SAID = 'hello\nMap(1) { "n" => 1n }\n2\n';

Deno.test({
  name: "two programs connect by a path, with least permissions", // CN14
  ignore: WINDOWS,
  async fn() {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/crew.sock`;
    {
      await using server = await serve(path, unixFlags(path));
      const { code, stdout, stderr } = await call(
        server.address,
        unixFlags(path),
      );
      assertEquals([code, stdout, stderr], [0, SAID, ""]);
    }
    assertEquals(await Array.fromAsync(Deno.readDir(directory)), []);
    await Deno.remove(directory);
  },
});

Deno.test("two programs connect by a port, with least permissions", async () => { // CN14
  await using server = await serve(
    "127.0.0.1:0",
    flags(["--allow-net=127.0.0.1"]),
  );
  const grants = flags([`--allow-net=${server.address}`]);
  const { code, stdout, stderr } = await call(server.address, grants);
  assertEquals([code, stdout, stderr], [0, SAID, ""]);
  const refused = await call(server.address, flags([]));
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "NotCapable");
});

/** A connection with a program of its own, and the ref of its counter. */
async function withServer(
  heartbeatMs: number,
  act: (
    there: Server,
    here: Connection,
    counter: ActorRef<CounterActor>,
    system: System,
  ) => Promise<void>,
): Promise<void> {
  await using system = new System({ spares: 0 });
  await using server = await serve(
    "127.0.0.1:0",
    flags(["--allow-net=127.0.0.1"]),
  );
  await using here = await connect(server.address, {
    key: new TextEncoder().encode(KEY),
    heartbeatMs,
    system,
  });
  assertEquals(await here.receive(), "hello");
  await act(
    server,
    here,
    await here.actor<CounterActor>("counter"),
    system,
  );
}

Deno.test("the other program is killed: all that waits for it settles at once", async () => {
  await withServer(15_000, async ({ child }, here, counter) => {
    const down = new Promise<string>((resolve) =>
      watch(counter, ({ report }) => resolve(report.kind))
    );
    const { exited } = counter;
    const stream = counter.stream.numbers(1_000);
    assertEquals(await stream.next(), { done: false, value: 0 });
    const asked = counter.with({ timeout: Infinity }).ask.hang();
    asked.catch(() => {});
    const received = here.receive();
    received.catch(() => {});
    child.kill("SIGKILL");
    const error = await assertRejects(() => asked, ConnectionClosedError);
    assertEquals(error.how, "lost");
    assertEquals(await here.ended, "lost");
    await assertRejects(() => received, ConnectionClosedError);
    await assertRejects(async () => {
      for await (const _ of stream);
    });
    assertEquals(await down, "lost");
    const report = await exited;
    assertEquals(report.kind, "lost");
    assertInstanceOf(report.error, ConnectionClosedError);
    await assertRejects(() => counter.ask.add(1), ActorStoppedError);
    await assertRejects(async () => {
      for await (const _ of here);
    }, ConnectionClosedError);
  });
});

Deno.test({
  name:
    "the other program stands still: asks have their deadline, and the connection is lost by its silence",
  ignore: WINDOWS,
  async fn() {
    await withServer(50, async ({ child }, here, counter) => {
      assertEquals(await counter.ask.add(1), 1);
      child.kill("SIGSTOP");
      const error = await assertRejects(
        () => counter.with({ timeout: 20 }).ask.add(1),
        AskTimeoutError,
      );
      assertEquals([error.begun, error.timeoutMs], [true, 20]);
      assertEquals(await here.ended, "lost");
      await assertRejects(
        () => counter.ask.add(1),
        ActorStoppedError,
        "lost",
      );
      child.kill("SIGCONT");
    });
  },
});

Deno.test("hundreds of messages with their boundaries cross, and polls see them", async () => { // CN16, CN20, CN21, CN23
  await withServer(15_000, async (_there, here) => {
    const messages = ["a", "", "b", "cd", "", "x".repeat(100_000)];
    for (let i = 0; i < 300; i++) messages.push(String(i));
    const sending = (async () => {
      for (const message of messages) await here.send(message);
    })();
    for (const message of messages) {
      assertEquals(await here.ready({ timeout: 10_000 }), true);
      assertEquals(await here.ready({ timeout: -1 }), true);
      assertEquals(await here.receive(), message);
    }
    await sending;
    assertEquals(await here.ready({ timeout: 0 }), false);
  });
});

Deno.test("connect() keeps the default system as long as it takes", async () => {
  // It says its number late, when a system without anything in it has closed.
  const source = `
    import { connect, listen, System } from "./mod.ts";
    const key = new Uint8Array(32);
    await using system = new System({ spares: 0 });
    const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const connecting = connect("127.0.0.1:" + silent.addr.port, { key });
    const wire = await silent.accept();
    await new Promise((resolve) => setTimeout(resolve, 400));
    silent.close();
    await using listener = await listen("127.0.0.1:0", { key, system });
    const port = Number(listener.address.split(":")[1]);
    const to = await Deno.connect({ hostname: "127.0.0.1", port });
    void wire.readable.pipeTo(to.writable).catch(() => {});
    void to.readable.pipeTo(wire.writable).catch(() => {});
    await using connection = await connecting;
    console.log(connection.closed);`;
  const end = await runDeno(["eval", "--ext=ts", source], { cwd: PACKAGE });
  assertEquals([end.code, end.stdout, end.stderr], [0, "false\n", ""]);
});
