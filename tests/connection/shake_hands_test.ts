import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { AuthenticationError } from "../../src/connection/authentication_error.ts";
import { frameOf, FrameReader } from "../../src/connection/frame.ts";
import {
  HANDSHAKE_LIMIT,
  newKey,
  type Role,
  shakeHands,
} from "../../src/connection/shake_hands.ts";
import { type PipeEnd, pipeEnds } from "../fixtures/pipe_ends.ts";

function shake(end: PipeEnd, role: Role, key: Uint8Array<ArrayBuffer>) {
  return shakeHands(end, new FrameReader(HANDSHAKE_LIMIT), role, key);
}

Deno.test("shakeHands() resolves on both ends when they know the same key, and sends it to neither", async () => {
  const [parent, child] = pipeEnds();
  const key = newKey();
  await Promise.all([shake(parent, "parent", key), shake(child, "child", key)]);
  const said = [...parent.written, ...child.written].map((each) =>
    each.toHex()
  );
  assertEquals(said.length, 4);
  assertEquals(said.some((each) => each.includes(key.toHex())), false);
});

Deno.test("shakeHands() rejects on both ends when the keys differ", async () => {
  const [parent, child] = pipeEnds();
  const results = await Promise.allSettled([
    shake(parent, "parent", newKey()),
    shake(child, "child", newKey()),
  ]);
  for (const result of results) {
    assertEquals(result.status, "rejected");
    assertInstanceOf(
      (result as PromiseRejectedResult).reason,
      AuthenticationError,
    );
  }
});

Deno.test("shakeHands() rejects when the other end sends back what it was sent", async () => {
  const [parent, mirror] = pipeEnds();
  const shaking = assertRejects(
    () => shake(parent, "parent", newKey()),
    AuthenticationError,
    "does not know the key",
  );
  for (let i = 0; i < 2; i++) {
    const bytes = new Uint8Array(64);
    const count = await mirror.read(bytes);
    await mirror.write(bytes.slice(0, count!));
  }
  await shaking;
});

Deno.test("shakeHands() rejects when the other end closes, or says something of another length", async () => {
  const [parent, child] = pipeEnds();
  const closed = assertRejects(
    () => shake(parent, "parent", newKey()),
    AuthenticationError,
    "closed the connection",
  );
  child.close();
  await closed;
  const [again, talker] = pipeEnds();
  const short = assertRejects(
    () => shake(again, "parent", newKey()),
    AuthenticationError,
    "has 5 bytes",
  );
  await talker.write(frameOf(new Uint8Array(5)));
  await short;
});
