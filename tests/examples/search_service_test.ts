import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  lastLine,
  programCommand,
  runProgram,
  withFolder,
} from "./search_program.ts";

/** Fills a folder with small texts, numbered from 100. */
async function writeTexts(folder: string, count: number): Promise<void> {
  for (let i = 100; i < 100 + count; i++) {
    await Deno.writeTextFile(
      `${folder}/${i}.txt`,
      `file number ${i}\n`.repeat(50),
    );
  }
}

Deno.test("search_service loses nothing when indexers die in every way", async () => {
  await withFolder(async (folder) => {
    await writeTexts(folder, 60);
    await Deno.writeFile(`${folder}/image`, new Uint8Array([137, 80, 0, 1]));
    await Deno.writeTextFile(`${folder}/vanishing`, "read by nobody");
    const { code, stdout, stderr } = await runProgram(
      [folder, "--chaos"],
      async (line) => {
        // The files come in order, the last of them after the last kill.
        if (/^indexing/.test(line)) await Deno.remove(`${folder}/vanishing`);
      },
    );
    for (const how of ["throw", "close", "exit", "loop"]) {
      assertMatch(stdout, new RegExp(`killed indexer-\\d by ${how}`));
    }
    assertMatch(stdout, /ended the Manager's thread +back after +\d+ ms\n/);
    assertStringIncludes(stdout, "\non disk: 1 run, 60 files, 9,000 words\n");
    assertStringIncludes(stdout, "skipped 1 file as binary\n");
    assertStringIncludes(stdout, "as unreadable\n    vanishing: not found\n");
    assertEquals(
      [code, stderr, lastLine(stdout)],
      [0, "", "demo: files 60, words 9000, kills 4, restarts 4, lost 0"],
    );
  });
});

Deno.test("search_service --state goes on with the statistics of the runs before, also of one that was killed", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/texts`);
    await writeTexts(`${folder}/texts`, 20);
    const given = [`${folder}/texts`, "--state", `${folder}/state.db`];
    const first = await runProgram(given);
    assertStringIncludes(first.stdout, "on disk: 1 run, 20 files, 3,000 words");
    const killed = await runProgram(
      [...given, "--serve", "--port", "0"],
      (line, child) => {
        if (/^ready/.test(line)) child.kill("SIGKILL");
      },
    );
    assertEquals([killed.code, lastLine(killed.stdout).slice(0, 5)], [
      137,
      "ready",
    ]);
    const last = await runProgram(given);
    assertEquals(last.stderr, "");
    assertStringIncludes(last.stdout, "on disk: 3 runs, 60 files, 9,000 words");
    assertEquals(
      [last.code, lastLine(last.stdout)],
      [0, "demo: files 20, words 3000, kills 0, restarts 0, lost 0"],
    );
  });
});

Deno.test("search_service indexes names and texts of every kind, and prints no control characters of theirs", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/long line`, "wörd ".repeat(200_000));
    await Deno.writeTextFile(`${folder}/one word`, "x".repeat(1_000));
    await Deno.writeTextFile(`${folder}/名前 🎭.txt`, "Grüße\r\nneedle\r\n");
    await Deno.writeTextFile(`${folder}/\x1b[31m\n.txt`, "needle \x1b]0;\x07");
    await Deno.writeTextFile(`${folder}/empty`, "");
    await Deno.symlink("/nowhere", `${folder}/dangling`);
    const { code, stdout } = await runProgram([
      folder,
      "--query=needle",
      "--query=GRÜSSE GRÜßE",
      "--query=GRÜßE",
    ]);
    assertStringIncludes(stdout, `"needle": 2 lines in 2 files\n`);
    assertStringIncludes(stdout, `"GRÜSSE GRÜßE": 0 lines in 0 files\n`);
    assertStringIncludes(stdout, "  名前 🎭.txt:1  Grüße\n");
    assertStringIncludes(stdout, "  \\u001b[31m\\u000a.txt:1");
    assertEquals(
      [code, lastLine(stdout)],
      [0, "demo: files 5, words 200005, kills 0, restarts 0, lost 0"],
    );
  });
});

Deno.test("search_service ends with 0 when the folder is empty", async () => {
  await withFolder(async (folder) => {
    const { code, stdout } = await runProgram([folder]);
    assertEquals(
      [lastLine(stdout), code],
      ["demo: files 0, words 0, kills 0, restarts 0, lost 0", 0],
    );
  });
});

Deno.test("search_service ends with 2 and one line when it cannot use what it was given", async () => {
  const file = new URL(import.meta.url).pathname;
  const wrong = [
    {
      args: ["/no/such"],
      message: 'Cannot search "/no/such": there is no such folder',
    },
    {
      args: [file],
      message:
        `Cannot search "${file}": it is a file: give the folder that it is in`,
    },
    { args: ["--bogus"], message: 'Unknown option "--bogus": see --help' },
  ];
  for (const { args, message } of wrong) {
    const ended = await runProgram(args);
    assertEquals(ended, { code: 2, stdout: "", stderr: `${message}\n` });
  }
  const help = await runProgram(["-h"]);
  assertMatch(help.stdout, /^Usage: deno task demo/);
  assertEquals(help.code, 0);
});

Deno.test("search_service ends with 1 and one line when the port is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await withFolder(async (folder) => {
    const ended = await runProgram([folder, "--serve", "--port", `${port}`]);
    assertEquals(ended, {
      code: 1,
      stdout: "",
      stderr:
        `Cannot serve on port ${port} as it is taken: choose another with --port, or 0 for any that is free\n`,
    });
  });
});

Deno.test("search_service --serve answers, takes kills and ends within 5 s of a signal", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, "one\ntwo words\n");
    let stoppedAt = 0;
    using connections = new DisposableStack();
    const { code, stdout, stderr } = await runProgram(
      [folder, "--serve", "--port", "0"],
      async (line, child) => {
        const url = /^ready: search on (\S+),/.exec(line)?.[1];
        if (url === undefined) return;
        await checkAnswers(url);
        await checkKills(url);
        await sendHalfRequest(url, connections);
        stoppedAt = performance.now();
        child.kill("SIGTERM");
      },
    );
    assertEquals(performance.now() - stoppedAt < 5_000, true);
    assertMatch(
      lastLine(stdout),
      /^demo: files 1, words 3, kills 1, restarts [01], lost 0$/,
    );
    assertEquals([code, stderr], [0, ""]);
  });
});

/** Leaves a request behind that never ends. */
async function sendHalfRequest(
  url: string,
  connections: DisposableStack,
): Promise<void> {
  const { hostname, port } = new URL(url);
  const connection = connections.use(
    await Deno.connect({ hostname, port: Number(port) }),
  );
  const head =
    "POST /tree HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf";
  await connection.write(new TextEncoder().encode(head));
}

async function checkAnswers(url: string): Promise<void> {
  const found = await (await fetch(`${url}search?q=two`)).json();
  assertEquals(found.hits, [
    { file: "a.txt", line: 2, score: 1, text: "two words" },
  ]);
  const { children } = await (await fetch(`${url}tree`)).json();
  const indexer = children.find((one: { name: string }) =>
    one.name === "indexer-1"
  );
  assertEquals([indexer.state, typeof indexer.mailbox], ["running", "number"]);
  const page = await fetch(`${url}?q=two`);
  assertStringIncludes(await page.text(), "<mark>two</mark> words");
  assertEquals(await refused(`${url}nowhere`), 404);
  assertEquals(await refused(`${url}tree`, { method: "POST" }), 405);
}

async function checkKills(url: string): Promise<void> {
  const POST = { method: "POST" };
  assertEquals(await refused(`${url}kill/indexer-1`), 405);
  assertEquals(await refused(`${url}kill/no%20body`, POST), 404);
  assertEquals(await refused(`${url}kill/manager`, POST), 404);
  assertEquals(await refused(`${url}kill/indexer-1?how=gently`, POST), 400);
  assertEquals(
    await refused(`${url}kill/indexer-1`, {
      ...POST,
      headers: { origin: "http://elsewhere" },
    }),
    403,
  );
  const kill = await fetch(`${url}kill/indexer-1?how=throw`, POST);
  assertEquals(
    [kill.status, await kill.json()],
    [202, { killed: "indexer-1", how: "throw" }],
  );
}

/** The status of a request that is to be refused, with a reason. */
async function refused(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init);
  assertEquals(Object.keys(await response.json()), ["error"]);
  return response.status;
}

for (
  const [signal, at, expected] of [
    ["SIGINT", /^serving on/, 130],
    ["SIGTERM", /killed .* by throw/, 143],
    ["SIGINT", /^checking/, 130],
  ] as const
) {
  Deno.test(`search_service ends with ${expected} when ${signal} comes at ${at}`, async () => {
    await withFolder(async (folder) => {
      await writeTexts(folder, 200);
      const { code, stdout, stderr } = await runProgram(
        [folder, "--serve", "--port", "0", "--chaos"],
        (line, child) => {
          if (at.test(line)) child.kill(signal);
        },
      );
      assertEquals(
        [code, lastLine(stdout), stderr],
        [expected, "interrupted", ""],
      );
    });
  });
}

Deno.test("search_service ends at once when there is a second signal", async () => {
  await withFolder(async (folder) => {
    const { code } = await runProgram(
      [folder, "--serve", "--port", "0"],
      (line, child) => {
        if (!/^ready/.test(line)) return;
        child.kill("SIGINT");
        child.kill("SIGTERM"); // another, as two of a kind may come as one
      },
    );
    assertEquals(code === 130 || code === 143, true);
  });
});

Deno.test({
  name: "search_service draws its progress on a terminal, on lines of its own",
  ignore: Deno.build.os !== "linux" || !hasScript(),
  async fn() {
    await withFolder(async (folder) => {
      await writeTexts(folder, 50);
      const { success, stdout } = await new Deno.Command("script", {
        args: [
          "-qec",
          programCommand(folder, "--chaos").join(" "),
          "/dev/null",
        ],
        env: { NO_COLOR: "1" },
      }).output();
      const lines = new TextDecoder().decode(stdout).split("\n");
      assertEquals(success, true);
      assertEquals(
        lines.some((line) => /indexing █*░* \d+ of 50/.test(line)),
        true,
      );
      // What stays on the screen of a line is what follows the last wipe.
      const stays = lines.map((line) =>
        line.replace(/\r$/, "").split("\r\x1b[K").at(-1)
      );
      assertEquals(stays.filter((line) => line?.includes("░")), []);
      assertEquals(
        stays.filter((line) => /^ {2}killed/.test(line ?? "")).length,
        4,
      );
    });
  },
});

function hasScript(): boolean {
  try {
    return new Deno.Command("script", { args: ["--version"] }).outputSync()
      .success;
  } catch {
    return false;
  }
}
