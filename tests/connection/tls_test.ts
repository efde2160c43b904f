/** Two programs that find each other at an encrypted address, and whoever comes to it besides. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { connect as tlsConnect } from "node:tls";
import {
  AddressInUseError,
  AuthenticationError,
  connect,
  ConnectionClosedError,
  InvalidOptionError,
  listen,
  MessageTooLargeError,
  WaitTimeoutError,
} from "../../mod.ts";
import { encryptAsCaller } from "../../src/connection/encrypt.ts";
import {
  FrameError,
  frameOf,
  FrameReader,
} from "../../src/connection/frame.ts";
import {
  HANDSHAKE_LIMIT,
  newKey,
  secretOf,
  shakeHands,
  writeAll,
} from "../../src/connection/shake_hands.ts";
import { certify, type Said } from "../fixtures/certificates.ts";
import { KEY } from "../fixtures/connected.ts";
import { openDescriptors } from "../fixtures/descriptors.ts";
import {
  AUTHORITY,
  encrypted,
  SHOWN,
  STRANGER,
  TRUST,
} from "../fixtures/encrypted.ts";

/** Reads until the other end has closed. */
async function readAll(wire: Deno.Conn): Promise<void> {
  const chunk = new Uint8Array(256);
  while (await wire.read(chunk).catch(() => null) !== null);
  wire.close();
}

Deno.test("two ends connect over TLS, to who is trusted and knows the key", async () => {
  await using both = await encrypted();
  const { system, listener, options, refused } = both;
  const { address } = listener;
  assert(/^tls:\/\/127\.0\.0\.1:\d+$/.test(address), address);
  {
    await using here = await connect(address, options);
    await using there = await listener.accept();
    assertEquals([here.address, here.closed], [address, false]);
    const large = new Uint8Array(20_000_000).fill(7);
    const sent = there.send(large);
    await here.send("meanwhile");
    assertEquals(await here.receive(), large);
    assertEquals(await there.receive(), "meanwhile");
    await sent;
    await here.close();
    assertEquals(await there.ended, "there");
  }
  await using named = await connect(
    address.replace("127.0.0.1", "localhost"),
    options,
  );
  assertEquals(named.closed, false);
  assertEquals(refused, []);
  await assertRejects(
    () => listen(address, { key: KEY, system, tls: SHOWN }),
    AddressInUseError,
  );
});

Deno.test("who does not know the key is refused inside of TLS too, at either end", async () => {
  await using both = await encrypted({ keys: { ada: newKey() } });
  const { listener, options, refused } = both;
  await assertRejects(
    () => connect(listener.address, { ...options, key: newKey() }),
    AuthenticationError,
  );
  await both.until(1);
  assertInstanceOf(refused[0], AuthenticationError);
  assertStringIncludes(refused[0].message, "does not know the key");
  await both.greets();
});

Deno.test("who listens is trusted by its certificate alone, and is told nothing before", async () => {
  const bad: [string, Said, readonly string[] | undefined, string][] = [
    ["localhost", {}, undefined, "tls.caCerts"],
    ["localhost", {}, [STRANGER.cert], "tls.caCerts"],
    ["localhost", { hosts: ["example.com"] }, TRUST.caCerts, "example.com"],
    ["127.0.0.1", { hosts: ["127.0.0.2"] }, TRUST.caCerts, "127.0.0.2"],
    ["127.0.0.1", { hosts: ["localhost"] }, TRUST.caCerts, "127.0.0.1"],
    ["localhost", { days: -1 }, TRUST.caCerts, "valid now"],
    ["localhost", { days: 9 }, TRUST.caCerts, "valid now"],
  ];
  for (const [host, said, caCerts, text] of bad) {
    await using both = await encrypted({ tls: await certify(AUTHORITY, said) });
    const { listener, system } = both;
    const trust = caCerts === undefined ? {} : { tls: { caCerts } };
    const address = listener.address.replace("127.0.0.1", host);
    // Each time: that it was refused does not make it known.
    for (let times = 1; times <= 2; times++) {
      await assertRejects(
        () => connect(address, { key: KEY, system, ...trust }),
        AuthenticationError,
        text,
      );
      await both.until(times);
      const error = both.refused[times - 1];
      assertInstanceOf(error, AuthenticationError);
      assertStringIncludes(error.message, "way to encrypt");
    }
  }
});

Deno.test("several authorities may be trusted, in one text or in several", async () => {
  await using both = await encrypted();
  const { listener, options } = both;
  for (
    const caCerts of [
      [STRANGER.cert, AUTHORITY.cert],
      [`${STRANGER.cert}and\n${AUTHORITY.cert}`],
    ]
  ) {
    const { address } = listener;
    await using here = await connect(address, { ...options, tls: { caCerts } });
    assertEquals(here.closed, false);
    await (await listener.accept()).close();
  }
});

Deno.test("50 who connect and say nothing are cut in time, with one word each, and leave nothing open", async () => {
  await using both = await encrypted({ handshakeMs: 100 });
  const { at, refused } = both;
  await both.greets();
  const before = openDescriptors();
  const silent: Deno.Conn[] = [];
  for (let i = 0; i < 50; i++) {
    const wire = await Deno.connect(at);
    // Some begin, and say no more.
    if (i % 2 === 0) await writeAll(wire, new Uint8Array([22, 3, 1, 2, 0, 1]));
    silent.push(wire);
  }
  await both.until(50);
  for (const error of refused) assertInstanceOf(error, WaitTimeoutError);
  await Promise.all(silent.map(readAll));
  assertEquals(refused.length, 50);
  // Fewer, if a thread of an earlier test has just gone.
  assert(openDescriptors() <= before);
  await both.greets();
});

Deno.test("a listener that closes does not wait for who says nothing", async () => {
  await using both = await encrypted({ handshakeMs: 2 ** 31 - 1 });
  const silent = await Deno.connect(both.at);
  await both.greets();
  await both.listener.close();
  await readAll(silent);
  assertEquals(both.refused, []);
});

Deno.test("garbage in the place of TLS is cut at once, with one word each, and harms nobody", async () => {
  await using both = await encrypted({ handshakeMs: 2 ** 31 - 1 });
  await both.greets();
  const before = openDescriptors();
  const garbage = [
    new Uint8Array([0, 0, 0, 0, 0]),
    new Uint8Array([32, 0, 0, 0, ...newKey()]),
    new Uint8Array(70_000).fill(255),
    new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
    // Something of TLS: an alert, data, and a greeting that is none.
    new Uint8Array([21, 3, 3, 0, 2, 2, 40]),
    new Uint8Array([23, 3, 3, 0, 4, 1, 2, 3, 4]),
    new Uint8Array([22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 9, 9]),
    new Uint8Array([22, 3, 1, 255, 255, ...new Uint8Array(70_000)]),
  ];
  for (const bytes of garbage) {
    const wire = await Deno.connect(both.at);
    await writeAll(wire, bytes).catch(() => {});
    await readAll(wire);
  }
  // Who goes before it was agreed upon anything.
  (await Deno.connect(both.at)).close();
  await both.until(garbage.length + 1);
  for (const error of both.refused) {
    assertInstanceOf(error, AuthenticationError);
  }
  assertEquals(both.refused.length, garbage.length + 1);
  assert(openDescriptors() <= before);
  await both.greets();
});

Deno.test("nothing is read inside of TLS of who has not shown the key", async () => {
  await using both = await encrypted();
  const { at, refused } = both;
  const bad = [
    [255, 255, 255, 127],
    [0, 0, 0, 0],
    [33, 0, 0, 0],
    [32, 0, 0, 0, ...newKey(), 32, 0, 0, 0, ...newKey(), 9],
  ];
  for (const bytes of bad) {
    const to = { ...at, tls: true };
    const { signal } = new AbortController();
    const raw = await Deno.connect(at);
    const wire = await encryptAsCaller(raw, to, TRUST.caCerts, signal);
    await writeAll(wire, new Uint8Array(bytes));
    const chunk = new Uint8Array(256);
    while (await wire.read(chunk).catch(() => null) !== null);
    wire.close();
  }
  await both.until(bad.length);
  for (const error of refused) {
    assert(
      error instanceof AuthenticationError || error instanceof FrameError,
      String(error),
    );
  }
  await both.greets();
});

Deno.test("bounds of messages, of connections and of handshakes hold over TLS", async () => {
  const bounds = {
    maxConnections: 1,
    maxHandshakes: 1,
    maxMessageBytes: 4_096,
  };
  await using both = await encrypted(bounds);
  const { listener, options, at } = both;
  const { address } = listener;
  const here = await connect(address, options);
  const there = await listener.accept();
  await assertRejects(
    () => connect(address, options),
    ConnectionClosedError,
    "is full",
  );
  await assertRejects(
    () => there.send(new Uint8Array(5_000)),
    MessageTooLargeError,
  );
  assertEquals(there.closed, false);
  // What one end says comes after what it takes.
  await there.send("ready");
  await here.receive();
  await assertRejects(
    () => here.send(new Uint8Array(5_000)),
    MessageTooLargeError,
    "4096 of its receiver",
  );
  assertEquals(here.closed, false);
  await here.close();
  assertEquals([await there.ended, there.pending], ["there", false]);
  // Who sends it all the same is cut, and the other end has nothing of it.
  using log = stub(console, "error");
  const { signal } = new AbortController();
  const to = { ...at, tls: true };
  const raw = await Deno.connect(at);
  const wire = await encryptAsCaller(raw, to, TRUST.caCerts, signal);
  const frames = new FrameReader(HANDSHAKE_LIMIT);
  await shakeHands(wire, frames, "caller", await secretOf(options.key));
  const cut = await listener.accept();
  await writeAll(wire, frameOf(new Uint8Array(5_000)));
  assertEquals([await cut.ended, cut.pending], ["lost", false]);
  assertEquals(log.calls.length, 1);
  wire.close();
  const silent = await Deno.connect(at);
  const second = await Deno.connect(at);
  await readAll(second);
  await both.until(2);
  assertStringIncludes(both.refused.at(-1)!.message, "1 others");
  silent.close();
  await both.until(3);
  await both.greets();
});

Deno.test("nothing hangs where one end speaks TLS and the other does not", async () => {
  await using both = await encrypted({ handshakeMs: 2 ** 31 - 1 });
  const { listener, system, options, refused } = both;
  const plain = listener.address.slice("tls://".length);
  await assertRejects(() => connect(plain, { key: KEY, system }));
  await both.until(1);
  assertInstanceOf(refused[0], AuthenticationError);
  await using bare = await listen("127.0.0.1:0", {
    key: KEY,
    system,
    handshakeMs: 2 ** 31 - 1,
    onRefused: () => {},
  });
  await assertRejects(
    () => connect(`tls://${bare.address}`, options),
    AuthenticationError,
    "way to encrypt",
  );
});

Deno.test("nothing older than TLS 1.3 is spoken", async () => {
  await using both = await encrypted();
  const { hostname: host, port } = both.at;
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    const socket = tlsConnect({ host, port, ca: TRUST.caCerts, maxVersion });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    const agreed = Promise.withResolvers<boolean>();
    socket.on("secureConnect", () => agreed.resolve(true));
    socket.on("error", () => agreed.resolve(false));
    assertEquals(await agreed.promise, maxVersion === "TLSv1.3");
    socket.destroy();
    await closed;
  }
  await both.until(2);
});

Deno.test("connect() over TLS gives up in time, by its signal, and when nobody is there, and leaves nothing open", async () => {
  await using both = await encrypted();
  const { options } = both;
  await both.greets();
  const before = openDescriptors();
  const mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `tls://127.0.0.1:${mute.addr.port}`;
  for (let i = 0; i < 10; i++) {
    const taken = mute.accept();
    await assertRejects(
      () => connect(address, { ...options, timeout: 20 }),
      WaitTimeoutError,
      "20 ms",
    );
    await readAll(await taken);
  }
  const stop = new AbortController();
  const { signal } = stop;
  const connecting = connect(address, { ...options, signal });
  const taken = await mute.accept();
  stop.abort(new TypeError("enough"));
  await assertRejects(() => connecting, TypeError, "enough");
  await readAll(taken);
  mute.close();
  const absent = await assertRejects(
    () => connect(address, options),
    ConnectionClosedError,
    "nobody listens",
  );
  assertEquals(absent.address, address);
  await assertRejects(
    () => connect("tls://nobody.invalid:9", options),
    ConnectionClosedError,
    "cannot be reached",
  );
  assert(openDescriptors() <= before);
});

Deno.test("what is said of certificates is checked before anything is opened, and never shown", async () => {
  const { cert, key } = SHOWN;
  const at = "tls://127.0.0.1:0";
  const broken = cert.replaceAll(/\n\w{4}/g, "\n");
  const serving: [string, string, unknown][] = [
    ["tls", at, undefined],
    ["tls", at, null],
    ["tls", at, "secret"],
    ["tls", "127.0.0.1:0", SHOWN],
    ["tls.key", at, { cert }],
    ["tls.key", at, { cert, key: "secret" }],
    ["tls.key", at, { cert, key: (await certify(AUTHORITY)).key }],
    ["tls.key", at, { cert: AUTHORITY.cert, key }],
    ["tls.cert", at, { key }],
    ["tls.cert", at, { cert: key, key }],
    ["tls.cert", at, { cert: 7, key }],
    ["tls.cert", at, { cert: broken, key }],
    ["tls.cert", at, { cert: cert + broken, key }],
    ["tls.certs", at, { certs: key }],
    ["address", "tls://a/b", SHOWN],
    ["address", "tls://127.0.0.1:65536", SHOWN],
    ["address", "10.0.0.1:0", undefined],
  ];
  const connecting: [string, string, unknown][] = [
    ["tls", "127.0.0.1:9", TRUST],
    ["tls", "/tmp/nobody/socket", TRUST],
    ["tls", at, null],
    ["tls.caCerts", at, {}],
    ["tls.caCerts", at, { caCerts: [] }],
    ["tls.caCerts", at, { caCerts: cert }],
    ["tls.caCerts", at, { caCerts: [7] }],
    ["tls.caCerts", at, { caCerts: [cert, "secret"] }],
    ["tls.caCerts", at, { caCerts: [broken] }],
    ["tls.key", at, { caCerts: [cert], key }],
  ];
  for (
    const [act, bad] of [[listen, serving], [connect, connecting]] as const
  ) {
    for (const [option, address, tls] of bad) {
      const error = await assertRejects(
        () => act(address, { key: KEY, tls: tls as never }),
        InvalidOptionError,
      );
      assertEquals(error.option, option, error.message);
      for (const secret of ["BEGIN", "secret"]) {
        assertEquals(error.message.includes(secret), false, error.message);
      }
    }
  }
});
