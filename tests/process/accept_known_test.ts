import { assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { acceptKnown } from "../../src/process/accept_known.ts";
import { FrameReader } from "../../src/connection/frame.ts";
import {
  HANDSHAKE_LIMIT,
  newKey,
  shakeHands,
  writeAll,
} from "../../src/connection/shake_hands.ts";

Deno.test({
  name:
    "acceptKnown() cuts whoever does not know the key, with one line each, and takes who does",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/socket`;
    const listener = Deno.listen({ transport: "unix", path });
    using log = stub(console, "error");
    const key = newKey();
    const accepted = acceptKnown(
      "actor",
      listener as unknown as Deno.Listener,
      key,
    );
    const garbage = [
      new Uint8Array([1, 0, 0, 0, 7]),
      new Uint8Array([255, 255, 255, 255]),
      new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
      new Uint8Array([32, 0, 0, 0, ...newKey(), 32, 0, 0, 0, ...newKey()]),
    ];
    for (const bytes of garbage) {
      const stranger = await Deno.connect({ transport: "unix", path });
      await writeAll(stranger, bytes);
      // Read until it is cut.
      const chunk = new Uint8Array(256);
      while ((await stranger.read(chunk).catch(() => null)) !== null);
      stranger.close();
    }
    const known = await Deno.connect({ transport: "unix", path });
    await shakeHands(known, new FrameReader(HANDSHAKE_LIMIT), "child", key);
    const { wire } = await accepted;
    await known.write(new Uint8Array([42]));
    const byte = new Uint8Array(1);
    await wire.read(byte);
    assertEquals(byte[0], 42);
    assertEquals(log.calls.length, garbage.length);
    for (const { args: [name] } of log.calls) assertEquals(name, "[actor]");
    known.close();
    wire.close();
    listener.close();
    await Deno.remove(directory, { recursive: true });
  },
});
