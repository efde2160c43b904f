/**
 * Listeners and who connects to them, as Python's `multiprocessing.connection` promises it, where tests/connection does not
 * show it already.
 */
import { assertEquals, assertRejects } from "@std/assert";
import {
  connect,
  DataCloneError,
  InvalidOptionError,
  listen,
  pipe,
  System,
} from "../../mod.ts";
import { connected, KEY } from "../fixtures/connected.ts";
import { PACKAGE } from "../fixtures/child_program.ts";

const PROGRAM = "tests/fixtures/signalled_program.ts";

Deno.test("an address without a port that can be, and a handle that is no other thread's, are refused at once", async () => { // CN31
  await using system = new System({ spares: 0 });
  for (const port of ["-1", "65536", "1.5", "NaN", "", "x"]) {
    const address = `127.0.0.1:${port}`;
    for (const open of [connect, listen]) {
      const error = await assertRejects(
        () => open(address, { key: KEY, system }),
        InvalidOptionError,
      );
      assertEquals(error.option, "address");
    }
  }
  await using both = await connected();
  const [end, other] = pipe<unknown>();
  for (const handle of [both.here, both.listener]) {
    await assertRejects(() => end.send(handle), DataCloneError);
    await assertRejects(() => both.here.send(handle), DataCloneError);
  }
  assertEquals(other.pending, false);
  await both.here.send("still there");
  assertEquals(await both.there.receive(), "still there");
});

Deno.test("a listener waits longer than any handshake may take", async () => { // CN33
  await using system = new System({ spares: 0 });
  const refused = Promise.withResolvers<Error>();
  await using listener = await listen("127.0.0.1:0", {
    key: KEY,
    system,
    handshakeMs: 500,
    onRefused: refused.resolve,
  });
  const accepted = listener.accept<string>();
  // Who says nothing is cut, so that the time is over by then.
  const port = Number(listener.address.split(":")[1]);
  using _silent = await Deno.connect({ hostname: "127.0.0.1", port });
  await refused.promise;
  await using here = await connect(listener.address, { key: KEY, system });
  await using there = await accepted;
  await there.send("late and welcome");
  assertEquals(await here.receive(), "late and welcome");
});

/** The lines of a stream, one after the other. */
async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

Deno.test({
  name:
    "signals that come while a program waits for a connection, a value or room are heeded, and the wait goes on", // CN34, CN35
  ignore: Deno.build.os === "windows",
  async fn() {
    const key = "of the signalled program";
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", PROGRAM],
      cwd: PACKAGE,
      env: { CREW_KEY: key, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = linesOf(child.stdout);
    const next = async () => (await lines.next()).value;
    const address = (await next())!;
    const interrupt = async () => {
      for (let i = 0; i < 2; i++) {
        child.kill("SIGUSR1");
        assertEquals(await next(), "signal");
      }
    };
    await interrupt();
    await using system = new System({ spares: 0 });
    const here = await connect<number>(address, {
      key: new TextEncoder().encode(key),
      capacity: 1,
      system,
    });
    assertEquals(await next(), "accepted");
    await interrupt();
    await here.send(7);
    assertEquals(await next(), "received");
    await interrupt();
    assertEquals(await here.receive(), "fills the room there");
    const bytes = await here.receive() as Uint8Array;
    assertEquals([bytes.length, bytes.at(-1)], [8 * 2 ** 20, 7]);
    assertEquals(await next(), "sent");
    await here.close();
    assertEquals(await next(), undefined);
    assertEquals((await child.status).code, 0);
  },
});
