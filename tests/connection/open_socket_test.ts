import { assertEquals, assertRejects } from "@std/assert";
import { AddressInUseError, InvalidOptionError } from "../../mod.ts";
import { openSocket } from "../../src/connection/open_socket.ts";

const WINDOWS = Deno.build.os === "windows";

/** Has `act` done in a directory that is removed afterwards. */
async function inDirectory(
  act: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await act(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function mode(path: string): Promise<number> {
  return (await Deno.lstat(path)).mode! & 0o777;
}

/** Leaves a socket behind at which nobody listens, as a program does that is killed. */
async function leaveDead(path: string): Promise<void> {
  const source = `Deno.listen({ transport: "unix", path: ${
    JSON.stringify(path)
  } }); Deno.kill(Deno.pid, "SIGKILL");`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", source],
    stderr: "null",
    stdout: "null",
  });
  await child.output();
}

Deno.test({
  name: "openSocket() makes a socket for this user only, and removes it",
  ignore: WINDOWS,
  fn: () =>
    inDirectory(async (directory) => {
      const path = `${directory}/new/socket`;
      const socket = await openSocket({ path });
      assertEquals(socket.address, path);
      assertEquals(await mode(path), 0o600);
      assertEquals(await mode(`${directory}/new`), 0o700);
      socket.close();
      socket.close();
      assertEquals(await Array.fromAsync(Deno.readDir(`${directory}/new`)), []);
    }),
});

Deno.test({
  name:
    "openSocket() does not take over from who lives, nor a file that is no socket", // CN12
  ignore: WINDOWS,
  fn: () =>
    inDirectory(async (directory) => {
      const path = `${directory}/socket`;
      const socket = await openSocket({ path });
      await assertRejects(
        () => openSocket({ path }),
        AddressInUseError,
        "somebody listens",
      );
      (await Deno.connect({ transport: "unix", path })).close();
      socket.close();
      await Deno.writeTextFile(path, "mine");
      await assertRejects(
        () => openSocket({ path }),
        AddressInUseError,
        "no socket",
      );
      assertEquals(await Deno.readTextFile(path), "mine");
    }),
});

Deno.test({
  name: "openSocket() replaces a dead socket, once when many do",
  ignore: WINDOWS,
  fn: () =>
    inDirectory(async (directory) => {
      const path = `${directory}/socket`;
      await leaveDead(path);
      assertEquals((await Deno.lstat(path)).isSocket, true);
      const all = await Promise.allSettled(
        Array.from({ length: 6 }, () => openSocket({ path })),
      );
      const won = all.filter((each) => each.status === "fulfilled");
      assertEquals(won.length, 1);
      for (const each of all) {
        if (each.status === "fulfilled") continue;
        assertEquals(each.reason instanceof AddressInUseError, true);
      }
      const wire = await Deno.connect({ transport: "unix", path });
      wire.close();
      won[0]!.value.close();
      assertEquals(await Array.fromAsync(Deno.readDir(directory)), []);
    }),
});

Deno.test({
  name: "openSocket() refuses a directory that others may write to",
  ignore: WINDOWS,
  fn: () =>
    inDirectory(async (directory) => {
      await Deno.chmod(directory, 0o777);
      await assertRejects(
        () => openSocket({ path: `${directory}/socket` }),
        InvalidOptionError,
        "0700",
      );
      assertEquals(await Array.fromAsync(Deno.readDir(directory)), []);
    }),
});
