import { assertEquals } from "@std/assert";

const PROGRAM =
  new URL("../fixtures/full_disk_program.ts", import.meta.url).pathname;
/** Runs a program whose first argument is a disk of 4 MiB that nobody else sees. */
const ON_SMALL_DISK = 'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@" "$0"';

/** What it printed, if such a disk can be had here. */
async function onSmallDisk(...command: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const { stdout } = await new Deno.Command("unshare", {
      args: ["-rm", "sh", "-c", ON_SMALL_DISK, folder, ...command],
      stderr: "inherit",
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder);
  }
}

const hasSmallDisk = Deno.build.os === "linux" &&
  await onSmallDisk("echo").catch(() => "") !== "";

Deno.test({
  name:
    "Manager that finds no room to open its file says so, and goes on when there is some",
  ignore: !hasSmallDisk,
  async fn() {
    const program = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM];
    assertEquals(await onSmallDisk(...program), "full\n1\n");
  },
});
