import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ActorCrashedError, supervise, System } from "../../mod.ts";
import { KeyKeeper } from "../fixtures/key_keeper.ts";
import { conformance, SHARING } from "./placements.ts";

const AES = { name: "AES-GCM", length: 128 } as const;

/** A key, and what it makes of a text here. */
async function aKey(text: string): Promise<[CryptoKey, Uint8Array]> {
  const key = await crypto.subtle.generateKey(AES, false, ["encrypt"]);
  const how = { name: "AES-GCM", iv: new Uint8Array(12) };
  const bytes = new TextEncoder().encode(text);
  return [key, new Uint8Array(await crypto.subtle.encrypt(how, key, bytes))];
}

conformance(
  "a CryptoKey serves wherever it is sent, and comes back",
  async (t) => {
    const [key, sealed] = await aKey("hello");
    const keeper = await t.spawn(KeyKeeper, [key]);
    const other = await t.spawn(KeyKeeper, [key]);
    const elsewhere = await t.system.spawn(KeyKeeper, [key]);
    assertEquals(await keeper.ask.seal(key, "hello"), sealed);
    const back = await keeper.ask.key();
    assertInstanceOf(back, CryptoKey);
    assertEquals(await keeper.ask.seal(back, "hello"), sealed);
    assertEquals(await keeper.ask.sealBy(other, "hello"), sealed);
    assertEquals(await elsewhere.ask.sealBy(keeper, "hello"), sealed);
    assertEquals(await keeper.ask.sealBy(elsewhere, "hello"), sealed);
  },
  SHARING,
);

Deno.test("a CryptoKey is kept by a checkpoint", async () => { // S94
  const [key, sealed] = await aKey("hello");
  await using system = new System();
  await using tree = await supervise({
    children: [{ id: "keeper", actor: KeyKeeper, args: [key] }],
    backoff: false,
  }, system);
  const keeper = tree.ref("keeper", KeyKeeper);
  await assertRejects(() => keeper.ask.fail(), ActorCrashedError);
  assertEquals(await keeper.ask.seal(await keeper.ask.key(), "hello"), sealed);
  assertEquals(keeper.incarnation, 2);
});
