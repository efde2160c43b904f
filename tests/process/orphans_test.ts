import { assertEquals, assertRejects } from "@std/assert";

const PROGRAM = new URL(
  "../fixtures/process_parent_program.ts",
  import.meta.url,
).href;
/** When the program is killed, in milliseconds after its start: before, amid and after the start of its process. */
const POINTS_MS = [60, 120, 160, 200, 240, 280, 320, 360, 420, 500, 700, 1_000];
/** Only a fault takes so long, in milliseconds. */
const LIMIT_MS = 10_000;

/** The numbers of processes whose environment names `text`. */
function processesOf(text: string): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const variables = Deno.readTextFileSync(`/proc/${name}/environ`);
      if (variables.includes(text)) found.push(Number(name));
    } catch { /* It has ended. */ }
  }
  return found;
}

Deno.test({
  name:
    "a program that is killed amid the start of a process leaves neither the process nor its directory",
  ignore: Deno.build.os !== "linux",
  async fn() {
    for (const point of POINTS_MS) {
      const home = await Deno.makeTempDir();
      const program = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", PROGRAM, "spin"],
        env: { TMPDIR: home },
        stdout: "null",
        stderr: "null",
      }).spawn();
      await new Promise((resolve) => setTimeout(resolve, point));
      program.kill("SIGKILL");
      await program.status;
      const start = performance.now();
      const left = () => [
        ...processesOf(home),
        ...[...Deno.readDirSync(home)].map(({ name }) => name),
      ];
      while (left().length > 0 && performance.now() - start < LIMIT_MS) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assertEquals([point, ...left()], [point]);
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "a process whose program was killed before it told it anything takes its directory away",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir();
    await Deno.writeTextFile(`${directory}/socket`, "");
    const entry = new URL(
      "../../src/process/process_entry.ts",
      import.meta.url,
    );
    const code =
      `import { serve } from "${entry}"; await serve(() => Promise.reject());`;
    const main = `data:text/javascript,${encodeURIComponent(code)}`;
    const allowed = [`--allow-read=${directory}`, `--allow-write=${directory}`];
    const { code: exit, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", ...allowed, main, directory],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    assertEquals([exit, new TextDecoder().decode(stderr)], [1, ""]);
    await assertRejects(() => Deno.stat(directory), Deno.errors.NotFound);
  },
});
