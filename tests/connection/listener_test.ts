/** Who listens, and whoever comes that does not know the key. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  AddressInUseError,
  AuthenticationError,
  connect,
  ConnectionClosedError,
  type ConnectOptions,
  InvalidOptionError,
  listen,
  type Listener,
  type ListenOptions,
  System,
  WaitTimeoutError,
} from "../../mod.ts";
import {
  FrameError,
  frameOf,
  FrameReader,
} from "../../src/connection/frame.ts";
import { pack } from "../../src/connection/freight.ts";
import {
  HANDSHAKE_LIMIT,
  newKey,
  secretOf,
  shakeHands,
  writeAll,
} from "../../src/connection/shake_hands.ts";
import { KEY } from "../fixtures/connected.ts";
import { NO_BORDER } from "../fixtures/no_border.ts";

/** Listens, and remembers who was refused. */
interface Guarded extends AsyncDisposable {
  readonly system: System;
  readonly listener: Listener;
  readonly refused: Error[];
  /** Connects without the handshake. */
  dial(): Promise<Deno.Conn>;
  /** Resolves when so many were refused. */
  until(count: number): Promise<void>;
}

async function guarded(
  options: Partial<ListenOptions> = {},
): Promise<Guarded> {
  const system = new System({ spares: 0 });
  const refused: Error[] = [];
  let wake = (): void => {};
  const listener = await listen("127.0.0.1:0", {
    key: KEY,
    system,
    onRefused: (error) => {
      refused.push(error);
      wake();
    },
    ...options,
  });
  const port = Number(listener.address.split(":")[1]);
  return {
    system,
    listener,
    refused,
    dial: () => Deno.connect({ hostname: "127.0.0.1", port }),
    async until(count) {
      while (refused.length < count) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    async [Symbol.asyncDispose]() {
      await listener.close();
      await system.close();
    },
  };
}

/** Reads until the other end has closed; what came. */
async function readAll(wire: Deno.Conn): Promise<Uint8Array> {
  const parts: number[] = [];
  const chunk = new Uint8Array(256);
  while (true) {
    const count = await wire.read(chunk).catch(() => null);
    if (count === null) break;
    parts.push(...chunk.subarray(0, count));
  }
  wire.close();
  return new Uint8Array(parts);
}

/** A key trades hands with a listener: it works for who knows it. */
async function greets({ listener, system }: Guarded): Promise<void> {
  const { address } = listener;
  await using here = await connect(address, { key: KEY, system });
  await using there = await listener.accept();
  await here.send("still there");
  assertEquals(await there.receive(), "still there");
}

Deno.test("listen() cuts who has another key, and connect() tells it so", async () => { // CN18
  await using guard = await guarded();
  const { listener, system, refused } = guard;
  await assertRejects(
    () => connect(listener.address, { key: newKey(), system }),
    AuthenticationError,
  );
  await guard.until(1);
  assertInstanceOf(refused[0], AuthenticationError);
  assertStringIncludes(refused[0].message, "does not know the key");
  assertEquals(listener.size, 0);
  await greets(guard);
});

Deno.test("connect() does not trust a listener that does not show the key", async () => { // CN19
  await using system = new System({ spares: 0 });
  using fake = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${fake.addr.port}`;
  const answering = (async () => {
    const wire = await fake.accept();
    // It has the numbers right, and shows what it cannot know.
    await writeAll(wire, new Uint8Array([32, 0, 0, 0, ...newKey()]));
    await writeAll(wire, new Uint8Array([32, 0, 0, 0, ...newKey()]));
    return await readAll(wire);
  })();
  await assertRejects(
    () => connect(address, { key: KEY, system }),
    AuthenticationError,
    "does not know the key",
  );
  // A number and a proof, each in its frame, and nothing else.
  assertEquals((await answering).length, 2 * 36);
});

Deno.test("a listener knows by the key who came, and shows that key alone", async () => {
  const keys = { ada: newKey(), bob: newKey() };
  await using guard = await guarded({ keys });
  const { listener, system, refused } = guard;
  const { address } = listener;
  for (
    const [peer, key] of [
      ["bob", keys.bob],
      [undefined, KEY],
      ["ada", keys.ada],
    ] as const
  ) {
    await using here = await connect(address, { key, system });
    await using there = await listener.accept();
    assertEquals([there.peer, here.peer], [peer, undefined]);
  }
  await assertRejects(
    () => connect(address, { key: newKey(), system }),
    AuthenticationError,
  );
  await guard.until(1);
  assertInstanceOf(refused[0], AuthenticationError);
});

Deno.test("two keys of a listener are never the same", async () => {
  await using system = new System({ spares: 0 });
  const ada = newKey();
  for (
    const keys of [{ ada: KEY }, { bob: newKey(), x: ada, ada }, {
      ada: "secret" as never,
    }]
  ) {
    const error = await assertRejects(
      () => listen("127.0.0.1:0", { key: KEY, system, keys }),
      InvalidOptionError,
    );
    assertEquals([error.option, error.value], ["keys.ada", undefined]);
  }
});

Deno.test("an empty key is a key", async () => { // CN17
  await using guard = await guarded({ key: new Uint8Array(0) });
  const { listener, system } = guard;
  const { address } = listener;
  await assertRejects(
    () => connect(address, { key: KEY, system }),
    AuthenticationError,
  );
  const key = new Uint8Array(0);
  await using here = await connect(address, { key, system });
  assertEquals(here.closed, false);
});

Deno.test("a listener shows nothing of the key to who has not shown it, and never the same number", async () => { // CN39
  await using guard = await guarded();
  const { refused } = guard;
  const numbers = new Set<string>();
  for (let i = 0; i < 20; i++) {
    const wire = await guard.dial();
    await writeAll(wire, new Uint8Array([32, 0, 0, 0, ...newKey()]));
    await writeAll(wire, new Uint8Array([32, 0, 0, 0, ...newKey()]));
    const said = await readAll(wire);
    assertEquals(said.length, 36);
    numbers.add(said.toHex());
  }
  assertEquals(numbers.size, 20);
  await guard.until(20);
  for (const error of refused) assertInstanceOf(error, AuthenticationError);
});

Deno.test("a handshake that was listened to cannot be played again, nor one be sent back", async () => {
  await using guard = await guarded();
  const secret = await secretOf(KEY);
  const said: Uint8Array[] = [];
  const wire = await guard.dial();
  const recording = {
    read: (into: Uint8Array) => wire.read(into),
    write: (bytes: Uint8Array) => {
      said.push(bytes.slice());
      return wire.write(bytes);
    },
  };
  const frames = new FrameReader(HANDSHAKE_LIMIT);
  await shakeHands(recording, frames, "caller", secret);
  wire.close();
  assertEquals(said.length, 2);
  const again = await guard.dial();
  for (const bytes of said) await writeAll(again, bytes);
  assertEquals((await readAll(again)).length, 36);
  await guard.until(1);
  // What the listener says, back to it: number for number, and the number as the proof.
  const mirror = await guard.dial();
  const number = new Uint8Array(36);
  for (let at = 0; at < 36;) at += (await mirror.read(number.subarray(at)))!;
  await writeAll(mirror, number);
  await writeAll(mirror, number);
  assertEquals((await readAll(mirror)).length, 0);
  await guard.until(2);
  // The proof of one connection in another one, made of the same secret: two listeners of one key.
  await using other = await guarded();
  const [one, two] = [await guard.dial(), await other.dial()];
  const numbers = [new Uint8Array(36), new Uint8Array(36)];
  for (const [i, end] of [one, two].entries()) {
    for (let at = 0; at < 36;) {
      at += (await end.read(numbers[i]!.subarray(at)))!;
    }
  }
  // Each is shown the number of the other: both are listeners, and what one shows is none of a caller.
  await writeAll(one, numbers[1]!);
  await writeAll(two, numbers[0]!);
  await writeAll(one, new Uint8Array([32, 0, 0, 0, ...newKey()]));
  await writeAll(two, new Uint8Array([32, 0, 0, 0, ...newKey()]));
  assertEquals((await readAll(one)).length, 0);
  assertEquals((await readAll(two)).length, 0);
  await guard.until(3);
  await other.until(1);
});

Deno.test("garbage is cut before anything is read of it, with one word each", async () => {
  await using guard = await guarded();
  const { refused } = guard;
  const garbage = [
    new Uint8Array([0, 0, 0, 0]),
    new Uint8Array([33, 0, 0, 0]),
    new Uint8Array([255, 255, 255, 255, 1, 2, 3]),
    new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
    new Uint8Array([1, 0, 0, 0, 7]),
    new Uint8Array([32, 0, 0, 0, ...newKey(), 31, 0, 0, 0, ...newKey()]),
    // A number, a false proof, and a call that would be answered after a true one.
    new Uint8Array([32, 0, 0, 0, ...newKey(), 32, 0, 0, 0, ...newKey(), 9]),
  ];
  for (const bytes of garbage) {
    const wire = await guard.dial();
    await writeAll(wire, bytes).catch(() => {});
    await readAll(wire);
  }
  await guard.until(garbage.length);
  assertEquals(refused.length, garbage.length);
  for (const error of refused) {
    assert(
      error instanceof AuthenticationError || error instanceof FrameError,
      String(error),
    );
  }
  await greets(guard);
});

Deno.test("a handshake that is made of random bytes never succeeds, and harms nobody", async () => {
  await using guard = await guarded();
  let seed = 9;
  const roll = (n: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 2 ** 32 * n);
  };
  for (let i = 0; i < 300; i++) {
    const wire = await guard.dial();
    const bytes = new Uint8Array(roll(90)).map(() => roll(256));
    // Many begin as they should.
    if (roll(3) > 0 && bytes.length > 4) bytes.set([32, 0, 0, 0]);
    await writeAll(wire, bytes).catch(() => {});
    await wire.closeWrite().catch(() => {});
    await readAll(wire);
  }
  await guard.until(300);
  assertEquals(guard.listener.size, 0);
  await greets(guard);
});

Deno.test("who is too slow with the handshake is cut, and others do not wait for it", async () => {
  await using guard = await guarded({ handshakeMs: 50, maxHandshakes: 4 });
  const { refused } = guard;
  const slow = await guard.dial();
  await writeAll(slow, new Uint8Array([32, 0]));
  const silent = await guard.dial();
  await greets(guard);
  await guard.until(2);
  for (const error of refused) assertInstanceOf(error, WaitTimeoutError);
  await readAll(slow);
  await readAll(silent);
});

Deno.test("there are no more unknown callers at a time than maxHandshakes", async () => {
  await using guard = await guarded({ maxHandshakes: 2 });
  const { refused } = guard;
  const waiting = [await guard.dial(), await guard.dial()];
  // They are seen to have been taken: the listener has said its number.
  for (const wire of waiting) await wire.read(new Uint8Array(36));
  const third = await guard.dial();
  assertEquals((await readAll(third)).length, 0);
  await guard.until(1);
  assertStringIncludes(refused[0]!.message, "2 others");
  for (const wire of waiting) wire.close();
  await guard.until(3);
  await greets(guard);
});

Deno.test("there are no more connections than maxConnections", async () => {
  await using guard = await guarded({ maxConnections: 1 });
  const { listener, system } = guard;
  const { address } = listener;
  const first = await connect(address, { key: KEY, system });
  const accepted = await listener.accept();
  await assertRejects(
    () => connect(address, { key: KEY, system }),
    ConnectionClosedError,
    "is full",
  );
  // Who says nothing, and does not leave, is in nobody's way.
  using idle = await guard.dial();
  await idle.read(new Uint8Array(5));
  assertStringIncludes(guard.refused[0]!.message, "there are 1 connections");
  await first.close();
  await accepted.ended;
  await greets(guard);
});

Deno.test("who knows the key and sends what is none of the protocol is cut, and others go on", async () => {
  await using guard = await guarded({ maxMessageBytes: 4_096 });
  const { system, listener } = guard;
  using log = stub(console, "error");
  const { address } = listener;
  await using good = await connect(address, { key: KEY, system });
  await using goodThere = await listener.accept();
  const secret = await secretOf(KEY);
  const bad = [
    new Uint8Array([0, 0, 0, 0]),
    new Uint8Array([1, 16, 0, 0]),
    new Uint8Array([255, 255, 255, 255]),
    new Uint8Array([3, 0, 0, 0, 250, 251, 252]),
  ];
  for (const bytes of bad) {
    const wire = await guard.dial();
    const frames = new FrameReader(HANDSHAKE_LIMIT);
    await shakeHands(wire, frames, "caller", secret);
    const accepted = await listener.accept();
    await writeAll(wire, bytes);
    assertEquals(await accepted.ended, "lost");
    await readAll(wire);
  }
  assertEquals(log.calls.length, bad.length);
  await good.send(1);
  assertEquals(await goodThere.receive(), 1);
});

Deno.test("a value comes out of a connection when it is there as a whole, and never a part of it", async () => {
  await using guard = await guarded();
  const { listener } = guard;
  const secret = await secretOf(KEY);
  const value = pack(NO_BORDER, "as a whole", "value");
  // A call, its number, and what it is of.
  const call = [0, 1, "value", [1, value]];
  const frame = frameOf(pack(NO_BORDER, call, "message"));
  const cuts = [1, 3, 4, 5, frame.length >> 1, frame.length - 1, frame.length];
  for (const cut of cuts) {
    const wire = await guard.dial();
    await shakeHands(
      wire,
      new FrameReader(HANDSHAKE_LIMIT),
      "caller",
      secret,
    );
    await using there = await listener.accept();
    await writeAll(wire, frame.subarray(0, cut));
    wire.close();
    assertEquals(await there.ended, "lost");
    const received = there.tryReceive()?.value;
    assertEquals(received, cut === frame.length ? "as a whole" : undefined);
    await assertRejects(() => there.receive(), ConnectionClosedError);
  }
});

Deno.test("connect() gives up in time, by its signal, and when nobody listens", async () => {
  await using system = new System({ spares: 0 });
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${silent.addr.port}`;
  const options: ConnectOptions = { key: KEY, system };
  await assertRejects(
    () => connect(address, { ...options, timeout: 20 }),
    WaitTimeoutError,
    "20 ms",
  );
  const stop = new AbortController();
  const connecting = connect(address, { ...options, signal: stop.signal });
  stop.abort(new TypeError("enough"));
  await assertRejects(() => connecting, TypeError, "enough");
  silent.close();
  await assertRejects(
    () => connect(address, options),
    ConnectionClosedError,
    "nobody listens",
  );
});

Deno.test("addresses that are none, or not of this machine, are refused", async () => { // CN32
  const bad: [unknown, string][] = [
    ["", "a text"],
    [7, "a text"],
    ["socket", "with a slash"],
    ["0.0.0.0:80", "not encrypted"],
    ["example.com:80", "not encrypted"],
    ["[::]:80", "not encrypted"],
    ["127.0.0.1:65536", "0 to 65535"],
  ];
  if (Deno.build.os !== "windows") {
    bad.push([`/${"x".repeat(110)}`, "103 bytes"]);
  }
  for (const [address, text] of bad) {
    for (const act of [listen, connect]) {
      await assertRejects(
        () => act(address as string, { key: KEY }),
        InvalidOptionError,
        text,
      );
    }
  }
});

Deno.test("listen() and connect() refuse options that are out of bounds, and do not show the key", async () => {
  const bad: Record<string, unknown>[] = [
    { capacity: 0 },
    { maxMessageBytes: 1 },
    { heartbeatMs: -1 },
    { publish: { a: 1 } },
    { publish: null },
    { key: "a secret" },
    { colour: "red" },
  ];
  for (const each of bad) {
    for (const act of [listen, connect]) {
      const options = { key: KEY, ...each } as never;
      const error = await assertRejects(
        () => act("127.0.0.1:1", options),
        InvalidOptionError,
      );
      assertEquals(error.message.includes("secret"), false);
    }
  }
  await assertRejects(
    () => listen("127.0.0.1:0", { key: KEY, handshakeMs: 0 }),
    InvalidOptionError,
  );
});

Deno.test("listen() refuses an address in use, and who listens there is unharmed", async () => { // CN12
  await using guard = await guarded();
  const { listener, system } = guard;
  const error = await assertRejects(
    () => listen(listener.address, { key: KEY, system }),
    AddressInUseError,
  );
  assertEquals(error.address, listener.address);
  await greets(guard);
});

Deno.test("Listener.accept() gives up in time, and is told of the close", async () => { // CN13
  await using guard = await guarded();
  const { listener } = guard;
  await assertRejects(
    () => listener.accept({ timeout: 10 }),
    WaitTimeoutError,
  );
  const waiting = listener.accept();
  waiting.catch(() => {});
  await listener.close();
  await assertRejects(() => waiting, ConnectionClosedError);
  await assertRejects(() => listener.accept(), ConnectionClosedError);
  assertEquals(await Array.fromAsync(listener), []);
});
