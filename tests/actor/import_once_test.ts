import { assert, assertEquals, assertRejects } from "@std/assert";
import { importOnce } from "../../src/actor/import_once.ts";

Deno.test("importOnce() imports once for all who want the module at the same time", async () => {
  const url = import.meta.resolve("../fixtures/ledger.ts");
  const first = importOnce(url);
  assert(importOnce(url) === first);
  const { Ledger } = await first;
  assertEquals((Ledger as { actor: string }).actor, "Ledger");
  assert(importOnce(url) !== first);
  assert((await importOnce(url)).Ledger === Ledger);
});

Deno.test("importOnce() tries again when an import failed before", async () => {
  const url = import.meta.resolve("./nowhere.ts");
  const first = importOnce(url);
  await assertRejects(() => first, TypeError);
  assert(importOnce(url) !== first);
  await assertRejects(() => importOnce(url), TypeError);
});
