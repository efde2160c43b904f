import { assertEquals } from "@std/assert";

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
