import { assertEquals } from "@std/assert";
import { readText } from "../../examples/search_service/file_text.ts";
import { walkFiles } from "../../examples/search_service/file_walk.ts";

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

async function filesBelow(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const found of walkFiles(folder)) {
    paths.push(`${found.kind} ${found.path.slice(folder.length + 1)}`);
  }
  return paths;
}

Deno.test("walkFiles() yields files in order, and neither .git nor what links point to", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/.git`);
    await Deno.writeTextFile(`${folder}/.git/config`, "x");
    await Deno.mkdir(`${folder}/b/c`, { recursive: true });
    await Deno.writeTextFile(`${folder}/b/c/2`, "x");
    await Deno.writeTextFile(`${folder}/b/1`, "x");
    await Deno.writeTextFile(`${folder}/a`, "x");
    await Deno.symlink(folder, `${folder}/b/loop`);
    await Deno.symlink(`${folder}/a`, `${folder}/link`);
    assertEquals(await filesBelow(folder), [
      "file a",
      "file b/1",
      "file b/c/2",
    ]);
  });
});

Deno.test("walkFiles() yields a folder it cannot list as unreadable and goes on", async () => {
  await withFolder(async (folder) => {
    assertEquals(await filesBelow(`${folder}/gone`), ["unreadable "]);
  });
});

Deno.test("readText() reads UTF-8 when a character lies across the probe's end", async () => {
  await withFolder(async (folder) => {
    const text = "x".repeat(8191) + "é" + "y".repeat(10);
    await Deno.writeTextFile(`${folder}/a`, text);
    assertEquals(await readText(`${folder}/a`, 1e6), {
      kind: "text",
      text,
      bytes: 8203,
    });
  });
});

Deno.test("readText() reads in chunks, and a character across two of them", async () => {
  await withFolder(async (folder) => {
    const text = "x".repeat((1 << 20) - 1) + "é" + "y".repeat(3 << 20);
    await Deno.writeTextFile(`${folder}/a`, text);
    const read = await readText(`${folder}/a`, 1e7);
    assertEquals(read.kind === "text" && read.text === text, true);
  });
});

Deno.test("readText() says binary when there is a NUL in the head or anything not UTF-8", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/nul`, new Uint8Array([65, 0, 66]));
    await Deno.writeFile(`${folder}/latin`, new Uint8Array([65, 0xe9, 66]));
    await Deno.writeFile(`${folder}/cut`, new Uint8Array([65, 0xc3]));
    for (const name of ["nul", "latin", "cut"]) {
      assertEquals(await readText(`${folder}/${name}`, 1e6), {
        kind: "binary",
      });
    }
  });
});

Deno.test("readText() says tooLarge, unreadable, and reads an empty file", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/big`, "x".repeat(100));
    await Deno.writeTextFile(`${folder}/empty`, "");
    assertEquals(await readText(`${folder}/big`, 99), { kind: "tooLarge" });
    assertEquals(await readText(`${folder}/empty`, 99), {
      kind: "text",
      text: "",
      bytes: 0,
    });
    assertEquals(await readText(`${folder}/gone`, 99), {
      kind: "unreadable",
      reason: "not found",
    });
  });
});
