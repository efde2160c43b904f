import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { InvalidOptionError } from "../../src/errors.ts";
import { lockFile } from "../../src/process/lock_file.ts";
import { WaitTimeoutError } from "../../src/sync/wait_timeout_error.ts";
import { PACKAGE, runDeno } from "../fixtures/child_program.ts";

const PROGRAM = "tests/fixtures/file_lock_program.ts";
const WORKER = new URL("../fixtures/file_lock_worker.ts", import.meta.url);

/** A file that goes at the end of the scope. */
async function temporary(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path).catch(() => {}),
  };
}

/** Starts the program, which holds the lock once this resolves. */
async function startHolder(
  what: "hold" | "share",
  path: string,
): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, what, path],
    cwd: PACKAGE,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), `held ${what === "share"}\n`);
  await reader.cancel();
  return child;
}

Deno.test("lockFile() gives the open file, and the lock back at the end of the scope", async () => {
  await using file = await temporary();
  {
    using held = await lockFile(file.path);
    assertEquals([held.path, held.shared], [file.path, false]);
    await held.file.write(new TextEncoder().encode("abc"));
    await assertRejects(
      () => lockFile(file.path, { timeout: 0 }),
      WaitTimeoutError,
    );
  }
  {
    await using held = await lockFile(file.path, { timeout: 0 });
    const bytes = new Uint8Array(4);
    assertEquals(await held.file.read(bytes), 3);
  }
  using _again = await lockFile(file.path, { timeout: 0 });
});

Deno.test("lockFile() makes the file when it is not there, and not when shared", async () => {
  await using file = await temporary();
  await Deno.remove(file.path);
  await assertRejects(
    () => lockFile(file.path, { shared: true }),
    Deno.errors.NotFound,
  );
  (await lockFile(file.path))[Symbol.dispose]();
  assertEquals((await Deno.stat(file.path)).size, 0);
});

// FL01
Deno.test("lockFile() never mixes 500 blocks that each of two processes writes", async () => {
  await using file = await temporary();
  const ends = await Promise.all(
    ["A", "B"].map((letter) =>
      runDeno(
        [
          "run",
          "-A",
          "--no-check",
          PROGRAM,
          "blocks",
          file.path,
          letter,
          "500",
        ],
        { cwd: PACKAGE },
      )
    ),
  );
  for (const end of ends) {
    assertEquals(end, { code: 0, stdout: "", stderr: "" });
  }
  const text = (await Deno.readTextFile(file.path)).slice(123);
  assert(text === "A".repeat(5_000) || text === "B".repeat(5_000));
});

// FL01
Deno.test("lockFile() loses none of 500 changes that four processes make under it", async () => {
  await using file = await temporary();
  const ends = await Promise.all(
    Array.from({ length: 4 }, () =>
      runDeno(
        ["run", "-A", "--no-check", PROGRAM, "count", file.path, "", "125"],
        { cwd: PACKAGE },
      )),
  );
  for (const end of ends) {
    assertEquals(end, { code: 0, stdout: "", stderr: "" });
  }
  assertEquals(await Deno.readTextFile(file.path), "500");
});

// FL03
Deno.test("lockFile() lets many have it shared, and keeps out who wants it alone until the last is gone", async () => {
  await using file = await temporary();
  const share = { shared: true, timeout: 0 };
  const first = await lockFile(file.path, share);
  const second = await lockFile(file.path, share);
  const alone = lockFile(file.path);
  first[Symbol.dispose]();
  await assertRejects(
    () => lockFile(file.path, { timeout: 0 }),
    WaitTimeoutError,
  );
  second[Symbol.dispose]();
  using _held = await alone;
  await assertRejects(() => lockFile(file.path, share), WaitTimeoutError);
});

// FL03
Deno.test("lockFile() shares with another process, and with none that has it alone", async () => {
  await using file = await temporary();
  for (const what of ["share", "hold"] as const) {
    const holder = await startHolder(what, file.path);
    const shared = lockFile(file.path, { shared: true, timeout: 0 });
    if (what === "share") (await shared)[Symbol.dispose]();
    else await assertRejects(() => shared, WaitTimeoutError);
    await assertRejects(
      () => lockFile(file.path, { timeout: 0 }),
      WaitTimeoutError,
    );
    holder.kill("SIGKILL");
    await holder.status;
  }
});

// FL04
Deno.test("lockFile() excludes another thread of the process, until that is ended", async () => {
  await using file = await temporary();
  const worker = new Worker(WORKER, { type: "module" });
  const { promise: isHeld, resolve } = Promise.withResolvers<unknown>();
  worker.onmessage = resolve;
  worker.postMessage(file.path);
  await isHeld;
  await assertRejects(
    () => lockFile(file.path, { timeout: 0 }),
    WaitTimeoutError,
  );
  const next = lockFile(file.path, { timeout: 30_000 });
  worker.terminate();
  using _held = await next;
});

Deno.test("lockFile() has the lock once the process that held it is killed", async () => {
  await using file = await temporary();
  const holder = await startHolder("hold", file.path);
  const next = lockFile(file.path, { timeout: 30_000 });
  holder.kill("SIGKILL");
  await holder.status;
  using _held = await next;
});

Deno.test("lockFile() rejects when its time is over, and leaves nothing behind", async () => {
  await using file = await temporary();
  const held = await lockFile(file.path);
  const late = await assertRejects(
    () => lockFile(file.path, { timeout: 25 }),
    WaitTimeoutError,
    `Cannot lock "${file.path}" as it took too long: the limit is 25 ms`,
  );
  assertEquals(late.timeoutMs, 25);
  held[Symbol.dispose]();
  using _again = await lockFile(file.path, { timeout: 0 });
});

Deno.test("lockFile() rejects with the reason of its signal, before and while it waits", async () => {
  await using file = await temporary();
  const held = await lockFile(file.path);
  const reason = new RangeError("enough");
  for (const isBefore of [true, false]) {
    const controller = new AbortController();
    if (isBefore) controller.abort(reason);
    const wait = lockFile(file.path, { signal: controller.signal });
    const rejected = assertRejects(() => wait);
    controller.abort(reason);
    assertStrictEquals(await rejected, reason);
  }
  held[Symbol.dispose]();
  using _again = await lockFile(file.path, { timeout: 0 });
});

Deno.test("lockFile() locks the file that has the name in the end when it was replaced meanwhile", async () => {
  await using file = await temporary();
  const { tryLock } = Deno.FsFile.prototype;
  // Once, between its opening and its lock.
  Deno.FsFile.prototype.tryLock = function (exclusive) {
    Deno.FsFile.prototype.tryLock = tryLock;
    Deno.removeSync(file.path);
    Deno.writeTextFileSync(file.path, "new");
    return tryLock.call(this, exclusive);
  };
  using held = await lockFile(file.path);
  assertEquals((await held.file.stat()).size, 3);
  await assertRejects(
    () => lockFile(file.path, { timeout: 0 }),
    WaitTimeoutError,
  );
});

Deno.test("FileLock is given back once, and by who closes the file", async () => {
  await using file = await temporary();
  const held = await lockFile(file.path);
  held.file.close();
  {
    using _next = await lockFile(file.path, { timeout: 0 });
    held[Symbol.dispose]();
    await held[Symbol.asyncDispose]();
    await assertRejects(
      () => lockFile(file.path, { timeout: 0 }),
      WaitTimeoutError,
    );
  }
});

Deno.test("lockFile() refuses what is no path and no option", async () => {
  const wrong: [unknown, unknown, string][] = [
    ["", {}, "path"],
    [3, {}, "path"],
    ["x", { shared: 1 }, "shared"],
    ["x", { timeout: -1 }, "timeout"],
    ["x", { signal: 1 }, "signal"],
    ["x", { share: true }, "share"],
  ];
  for (const [path, options, option] of wrong) {
    const error = await assertRejects(
      () => lockFile(path as string, options as Record<string, never>),
      InvalidOptionError,
    );
    assertEquals(error.option, option);
  }
});

Deno.test("lockFile() needs to read and to write the file, or to read it when shared, and nothing else", async () => {
  await using file = await temporary();
  const module = new URL("src/process/lock_file.ts", PACKAGE).href;
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      program,
      `import { lockFile } from ${JSON.stringify(module)};
      await lockFile(Deno.args[0], { shared: Deno.args[1] === "shared" }).then(
        (held) => held[Symbol.dispose](),
        (error) => console.log(error.name, /--allow-\\w+/.exec(error.message)[0]),
      );`,
    );
    const told: string[] = [];
    for (
      const [how, ...flags] of [
        ["alone", "read", "write"],
        ["shared", "read"],
        ["alone", "read"],
        ["shared", "write"],
      ]
    ) {
      const end = await runDeno([
        "run",
        "--no-prompt",
        "--no-check",
        ...flags.map((flag) => `--allow-${flag}=${file.path}`),
        program,
        file.path,
        how!,
      ], { cwd: PACKAGE });
      assertEquals([end.code, end.stderr], [0, ""]);
      told.push(end.stdout.trim());
    }
    assertEquals(told, [
      "",
      "",
      "NotCapable --allow-write",
      "NotCapable --allow-read",
    ]);
  } finally {
    await Deno.remove(program);
  }
});
