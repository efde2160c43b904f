/** A connection over which all is encrypted, without the programs that use it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { encryptAsCaller, encryptingAs } from "../../src/connection/encrypt.ts";
import { writeAll } from "../../src/connection/shake_hands.ts";
import type { Socket } from "../../src/connection/socket.ts";
import { certify, makeAuthority } from "../fixtures/certificates.ts";
import { openDescriptors } from "../fixtures/descriptors.ts";

const AUTHORITY = await makeAuthority("who signs for tests");
const ENCRYPT = encryptingAs(await certify(AUTHORITY));
const NEVER = new AbortController().signal;

/** Both ends of one, and what carries them. */
interface Ends extends Disposable {
  readonly here: Socket;
  readonly there: Socket;
  readonly raw: readonly [Deno.Conn, Deno.Conn];
}

/** Two ends of what is not encrypted. */
async function rawEnds(): Promise<[Deno.Conn, Deno.Conn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const accepted = listener.accept();
  return [await Deno.connect({ hostname, port }), await accepted];
}

async function ends(): Promise<Ends> {
  const raw = await rawEnds();
  const to = { hostname: "localhost", port: 1, tls: true };
  const [here, there] = await Promise.all([
    encryptAsCaller(raw[0], to, [AUTHORITY.cert], NEVER),
    ENCRYPT(raw[1], NEVER),
  ]);
  return {
    here,
    there,
    raw,
    [Symbol.dispose]() {
      here.close();
      there.close();
    },
  };
}

/** Reads until there are `length` bytes, or the end comes. */
async function readSome(socket: Socket, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const count = await socket.read(bytes.subarray(at));
    if (count === null) break;
    at += count;
  }
  return bytes.subarray(0, at);
}

/** Bytes of which each says where it is. */
function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    bytes[i] = Math.imul(i, 2_654_435_761) >>> 24;
  }
  return bytes;
}

/** Turns the event loop until `count()` has not changed for many turns. */
async function settled(count: () => number): Promise<void> {
  let before = -1;
  for (let still = 0; still < 100;) {
    await new Promise((resolve) => setTimeout(resolve));
    still = before === count() ? still + 1 : 0;
    before = count();
  }
}

Deno.test("what is written at one end is read at the other, all of it and in order, both ways at once", async () => {
  using both = await ends();
  const { here, there } = both;
  const bytes = pattern(16 << 20);
  const [, , came, back] = await Promise.all([
    writeAll(here, bytes),
    writeAll(there, bytes),
    readSome(there, bytes.length),
    readSome(here, bytes.length),
  ]);
  assert(came.every((byte, i) => byte === bytes[i]));
  assert(back.every((byte, i) => byte === bytes[i]));
});

Deno.test("a read takes as few bytes as it has room for", async () => {
  using both = await ends();
  const { here, there } = both;
  const bytes = pattern(1_000);
  await writeAll(here, bytes);
  const came: number[] = [];
  const room = new Uint8Array(7);
  while (came.length < bytes.length) {
    const count = await there.read(room);
    came.push(...room.subarray(0, count!));
  }
  assertEquals(new Uint8Array(came), bytes);
});

Deno.test("what is carried is none of what was written", async () => {
  const [near, far] = await rawEnds();
  const seen: number[] = [];
  const listened = new Proxy(near, {
    get(target, name) {
      if (name === "write") {
        return (bytes: Uint8Array) => {
          seen.push(...bytes);
          return target.write(bytes);
        };
      }
      const value = target[name as keyof Deno.Conn];
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const to = { hostname: "localhost", port: 1, tls: true };
  const [here, there] = await Promise.all([
    encryptAsCaller(listened, to, [AUTHORITY.cert], NEVER),
    ENCRYPT(far, NEVER),
  ]);
  const secret = new TextEncoder().encode("nobody else may know that");
  await writeAll(here, secret);
  assertEquals(await readSome(there, secret.length), secret);
  assert(seen.length > secret.length);
  assertEquals(
    new TextDecoder("latin1").decode(new Uint8Array(seen)).includes("nobody"),
    false,
  );
  here.close();
  there.close();
});

Deno.test("who writes waits for who does not read, and goes on when that reads", async () => {
  using both = await ends();
  const { here, there } = both;
  const all = 64 << 20;
  const chunk = new Uint8Array(1 << 16);
  let written = 0;
  const writing = (async () => {
    while (written < all) written += await here.write(chunk);
  })();
  await settled(() => written);
  // What the system holds of a connection of this machine, and some chunks.
  assert(written < all / 2, `${written} bytes are with who does not read`);
  assertEquals((await readSome(there, all)).length, all);
  await writing;
});

Deno.test("an end that writes no more can be told so, and answered", async () => {
  using both = await ends();
  const { here, there } = both;
  const bytes = pattern(3_000_000);
  const sent = writeAll(here, bytes).then(() => here.closeWrite());
  assertEquals((await readSome(there, bytes.length + 1)).length, bytes.length);
  await sent;
  assertEquals(await there.read(new Uint8Array(1)), null);
  const back = writeAll(there, bytes).then(() => there.closeWrite());
  assertEquals((await readSome(here, bytes.length + 1)).length, bytes.length);
  await back;
  assertEquals(await here.read(new Uint8Array(1)), null);
  await assertRejects(() => here.write(bytes));
});

Deno.test("closing ends what is read and written just then, at both ends, and leaves nothing open", async () => {
  const before = openDescriptors();
  {
    using both = await ends();
    const { here, there } = both;
    const reading = assertRejects(() => here.read(new Uint8Array(1)));
    let written = 0;
    const writing = assertRejects(async () => {
      while (true) written += await here.write(new Uint8Array(1 << 16));
    });
    await settled(() => written);
    here.close();
    here.close();
    await Promise.all([reading, writing]);
    await assertRejects(() => here.read(new Uint8Array(1)));
    await assertRejects(() => here.write(new Uint8Array(1)));
    await assertRejects(() => here.closeWrite());
    // What came before can be read, and then there is the end, or an error.
    const chunk = new Uint8Array(1 << 16);
    while (await there.read(chunk).catch(() => null) !== null);
  }
  assertEquals(openDescriptors(), before);
});

Deno.test("what carries it is cut: both ends are told, also who writes", async () => {
  using both = await ends();
  const { here, there, raw } = both;
  const reading = there.read(new Uint8Array(1)).catch(() => null);
  raw[0].close();
  assertEquals(await reading, null);
  await assertRejects(() => here.read(new Uint8Array(1)));
  await assertRejects(async () => {
    while (true) await there.write(new Uint8Array(1 << 16));
  });
});

Deno.test("bytes that are changed on the way are not read, and nothing after them", async () => {
  for (const caller of [true, false]) {
    using both = await ends();
    const { here, there, raw } = both;
    const [reader, writer] = caller ? [here, there] : [there, here];
    await writeAll(writer, pattern(10));
    assertEquals(await readSome(reader, 10), pattern(10));
    // A record of data that nobody has encrypted, and one that is as it should be.
    const [carrier] = caller ? raw.toReversed() : raw;
    await writeAll(carrier!, new Uint8Array([23, 3, 3, 0, 32, ...pattern(32)]));
    await writeAll(writer, pattern(10)).catch(() => {});
    const came = await reader.read(new Uint8Array(1)).catch(() => null);
    assertEquals(came, null);
  }
});

Deno.test("a handshake ends with its signal, also before it begins, and leaves nothing open", async () => {
  const before = openDescriptors();
  const to = { hostname: "localhost", port: 1, tls: true };
  for (const isOver of [true, false]) {
    for (const caller of [true, false]) {
      const [near, far] = await rawEnds();
      const stop = new AbortController();
      if (isOver) stop.abort(new TypeError("enough"));
      const agreeing = caller
        ? encryptAsCaller(near, to, [AUTHORITY.cert], stop.signal)
        : ENCRYPT(near, stop.signal);
      const refused = assertRejects(() => agreeing, TypeError, "enough");
      if (!isOver) {
        // In the middle of it: something was said.
        if (caller) await far.read(new Uint8Array(1));
        else await far.write(new Uint8Array([22, 3, 1, 2]));
        stop.abort(new TypeError("enough"));
      }
      await refused;
      while (await far.read(new Uint8Array(1 << 10)).catch(() => null));
      far.close();
    }
  }
  assertEquals(openDescriptors(), before);
});
