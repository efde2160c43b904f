import { assertEquals, assertMatch } from "@std/assert";

const PROGRAM = new URL("../../examples/search_service.ts", import.meta.url);

function start(...args: string[]): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM.href, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  return command.spawn();
}

async function run(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await start(...args).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

async function withFolder(
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Calls `onLine` for each line of `stream` until it answers true; then lets the rest go by. */
async function linesUntil(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => Promise<boolean> | boolean,
): Promise<string> {
  let all = "";
  let found = false;
  let seen = 0;
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    const lines = all.split("\n");
    for (; seen < lines.length - 1; seen++) {
      found ||= await onLine(lines[seen]!);
    }
  }
  return all;
}

Deno.test("search_service loses nothing when indexers die in every way", async () => {
  await withFolder(async (folder) => {
    for (let i = 0; i < 60; i++) {
      await Deno.writeTextFile(
        `${folder}/${i}.txt`,
        `file number ${i}\n`.repeat(50),
      );
    }
    await Deno.writeFile(`${folder}/image`, new Uint8Array([137, 80, 0, 1]));
    const { code, stdout } = await run(folder, "--chaos");
    assertEquals(
      lastLine(stdout),
      "demo: files 60, words 9000, kills 4, restarts 4, lost 0",
    );
    for (const how of ["throw", "close", "exit", "loop"]) {
      assertMatch(stdout, new RegExp(`killed indexer-\\d by ${how}`));
    }
    assertMatch(stdout, /skipped as binary: 1/);
    assertEquals(code, 0);
  });
});

Deno.test("search_service ends with 0 when the folder is empty", async () => {
  await withFolder(async (folder) => {
    const { code, stdout } = await run(folder);
    assertEquals([lastLine(stdout), code], [
      "demo: files 0, words 0, kills 0, restarts 0, lost 0",
      0,
    ]);
  });
});

Deno.test("search_service ends with 2 and one line when the folder is bad", async () => {
  for (
    const [folder, reason] of [["/no/such/folder", "not found"], [
      PROGRAM.pathname,
      "not a folder",
    ]]
  ) {
    const { code, stdout, stderr } = await run(folder!);
    assertEquals([code, stdout, stderr], [
      2,
      "",
      `Cannot search "${folder}": ${reason}\n`,
    ]);
  }
});

Deno.test("search_service --serve answers, takes kills and ends within 5 s of Ctrl-C", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, "one\ntwo words\n");
    const child = start(folder, "--serve", "--port", "0");
    let stoppedAt = 0;
    const errors = new Response(child.stderr).text();
    const output = await linesUntil(child.stdout, async (line) => {
      const url = /^ready: search on (\S+),/.exec(line)?.[1];
      if (url === undefined) return false;
      const found = await (await fetch(`${url}search?q=two`)).json();
      assertEquals(found.hits, [{
        file: "a.txt",
        line: 2,
        score: 1,
        text: "two words",
      }]);
      const tree = await (await fetch(`${url}tree`)).json();
      assertEquals(
        tree.children.some((one: { name: string }) => one.name === "indexer-1"),
        true,
      );
      const kill = await fetch(`${url}kill/indexer-1?how=throw`, {
        method: "POST",
      });
      assertEquals([kill.status, await kill.json()], [202, {
        killed: "indexer-1",
        how: "throw",
      }]);
      const page = await fetch(`${url}?q=two`);
      assertMatch(await page.text(), /<mark>two<\/mark> words/);
      stoppedAt = performance.now();
      child.kill("SIGINT");
      return true;
    });
    const { code } = await child.status;
    assertEquals(performance.now() - stoppedAt < 5_000, true);
    assertMatch(
      lastLine(output),
      /^demo: files 1, words 3, kills 1, restarts [01], lost 0$/,
    );
    assertEquals([code, await errors], [0, ""]);
  });
});
