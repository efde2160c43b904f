/** A Manager that is reached at an encrypted address. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AuthenticationError,
  InvalidOptionError,
  Manager,
  NotPermittedError,
  System,
} from "../../mod.ts";
import { newKey } from "../../src/connection/shake_hands.ts";
import { BreakableWire } from "../fixtures/breakable_wire.ts";
import { KEY } from "../fixtures/connected.ts";
import { SHOWN, STRANGER, TRUST } from "../fixtures/encrypted.ts";
import { served } from "../fixtures/served.ts";

const SERVING = { address: "tls://127.0.0.1:0", listen: { tls: SHOWN } };

/** Resolves when the Manager has counted to `n`. */
async function counted(manager: Manager, n: number): Promise<void> {
  while (await manager.counter("c").get() < n);
}

Deno.test("a Manager is reached over TLS by who trusts it and knows the key, and a guest has its rights there", async () => {
  const guests = {
    ada: { key: newKey(), read: ["stock"] },
  };
  const refused: Error[] = [];
  const listen = { tls: SHOWN, onRefused: (e: Error) => refused.push(e) };
  const serving = { ...SERVING, guests, listen };
  await using both = await served(serving, { tls: TRUST });
  const { manager, remote, system } = both;
  const { address = "" } = manager;
  const stock = remote.map<string, Uint8Array>("stock");
  const large = new Uint8Array(1_000_000).fill(7);
  await stock.set("tea", large);
  assertEquals(await manager.map("stock").get("tea"), large);
  await using ada = await Manager.connect(address, guests.ada.key, {
    system,
    tls: TRUST,
  });
  assertEquals(await ada.map("stock").get("tea"), large);
  await assertRejects(
    () => ada.map("stock").set("tea", large),
    NotPermittedError,
  );
  for (
    const [key, tls] of [
      [newKey(), TRUST],
      [KEY, { caCerts: [STRANGER.cert] }],
    ] as const
  ) {
    await assertRejects(
      () => Manager.connect(address, key, { system, tls }),
      AuthenticationError,
    );
  }
  assertInstanceOf(refused[0], NotPermittedError);
});

Deno.test("a connection over TLS that was cut is made again, and each call is done once", async () => {
  await using system = new System();
  await using manager = await Manager.start({ system, key: KEY, ...SERVING });
  await using wire = new BreakableWire(manager.address!);
  const address = `tls://${wire.address}`;
  await using remote = await Manager.connect(address, KEY, {
    system,
    tls: TRUST,
  });
  const counter = remote.counter("c");
  for (let n = 1; n <= 10; n++) {
    // Every other time what is lost is the answer.
    if (n % 2 === 0) {
      wire.mute();
      const added = counter.add(1);
      await counted(manager, n);
      wire.break();
      assertEquals(await added, n);
    } else {
      wire.break();
      assertEquals(await counter.add(1), n);
    }
  }
});

Deno.test("a Manager with a certificate that is none is not started, and leaves its address free", async () => {
  await using system = new System();
  const key = KEY;
  const { cert } = SHOWN;
  for (
    const bad of [
      { ...SERVING, listen: {} },
      { ...SERVING, listen: { tls: { cert, key: "secret" } } },
      { address: "127.0.0.1:0", listen: { tls: SHOWN } },
      { address: "10.0.0.1:0" },
    ]
  ) {
    await assertRejects(
      () => Manager.start({ system, key, ...bad }),
      InvalidOptionError,
    );
  }
  await assertRejects(
    () => Manager.connect("127.0.0.1:9", key, { system, tls: TRUST }),
    InvalidOptionError,
    "tls://",
  );
});

Deno.test("Manager.connect() says of options that are none what they are, and nothing of what is in them", async () => {
  const address = "tls://localhost:9";
  for (
    const [options, text] of [
      [null, "the options must be an object: current value is null"],
      [7, "the options must be an object: current value is 7"],
      [{ tls: null }, "'tls' must be an object: current value is null"],
      [{ tls: "secret" }, "'tls' must be an object: current type is string"],
      [{ tls: { caCerts: "secret" } }, "one text: current type is string"],
      [{ tls: { caCerts: [] } }, "one text: current length is 0"],
    ] as const
  ) {
    const { message } = await assertRejects(
      () => Manager.connect(address, KEY, options as never),
      InvalidOptionError,
      text,
    );
    assertEquals(message.includes("secret"), false);
  }
});
