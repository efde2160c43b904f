import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Context } from "../../src/actor/current.ts";
import { Journal } from "../../src/manager/journal.ts";
import type { MapChange } from "../../src/manager/map_change.ts";
import { StateFileError } from "../../src/manager/state_file_error.ts";
import { Vault } from "../../src/manager/vault.ts";

/** A vault with a file, in this thread: what it does between a write and its commit can be seen. */
async function withVault(
  body: (vault: Vault, file: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/state.db`;
  const vault = new Vault({ file, journal: Journal.memory(65_536) });
  const { signal } = new AbortController();
  await vault.onStart({ signal } as Context<Vault>);
  await body(vault, file);
  await vault.onStop();
  await Deno.remove(folder, { recursive: true });
}

type Batch = MapChange<unknown, unknown>[];

/** The values that a watcher of one key is told, one after the other. */
function told(batch: Batch): unknown[] {
  return batch.flatMap((change) =>
    change.type === "snapshot"
      ? change.entries.map(([, value]) => value)
      : change.type === "set"
      ? [change.value]
      : []
  );
}

Deno.test("Vault answers a write, and what reads it, when it is on disk", () =>
  withVault(async (vault, file) => {
    using other = new DatabaseSync(file);
    const count = other.prepare("SELECT count(*) AS n FROM log");
    const rows = (): unknown => count.get()!.n;
    const seen = (answer: unknown): Promise<unknown> =>
      Promise.resolve(answer).then(rows);
    const written = seen(vault.set("m", "k", 1));
    const read = seen(vault.get("m", "k"));
    // It is done, and waits for those that come in the same turn.
    assertEquals(rows(), 0);
    assertEquals([await written, await read], [1, 1]);
  }));

Deno.test("Vault.watch() begins with what is on disk, and never goes back", () =>
  withVault(async (vault) => {
    const before = [vault.set("m", "k", 1), vault.set("m", "k", 2)];
    const watching = vault.watch("m", "", 10);
    const after = [vault.set("m", "k", 3), vault.set("m", "k", 4)];
    const reader = (await watching).getReader();
    await Promise.all([...before, ...after]);
    const last = vault.set("m", "k", 5);
    const seen: unknown[] = [];
    while (seen.at(-1) !== 5) seen.push(...told((await reader.read()).value!));
    assertEquals(seen, [4, 5]);
    await last;
    await reader.cancel();
  }));

Deno.test("Vault.watch() gives a watcher that lags a snapshot of what is on disk", () =>
  withVault(async (vault) => {
    const reader = (await vault.watch("m", "", 1)).getReader();
    assertEquals(told((await reader.read()).value!), []);
    for (const n of [1, 2, 3]) await vault.set("m", "k", n);
    const pending = vault.set("m", "k", 4);
    const { value } = await reader.read();
    assertEquals(value, [{ type: "snapshot", entries: [["k", 4]], missed: 4 }]);
    await pending;
    const next = vault.set("m", "k", 5);
    assertEquals(told((await reader.read()).value!), [5]);
    await next;
    await reader.cancel();
  }));

Deno.test("Vault answers nothing any more when a write could not be kept", () =>
  withVault(async (vault, file) => {
    await vault.set("m", "k", 1);
    const other = new DatabaseSync(file);
    other.exec("UPDATE meta SET value = 9 WHERE name = 'epoch'");
    other.close();
    await assertRejects(
      async () => await vault.set("m", "k", 2),
      StateFileError,
    );
    // What it holds is not on disk.
    for (
      const call of [
        () => vault.get("m", "k"),
        () => vault.size("m"),
        () => vault.slice("l"),
        () => vault.set("m", "k", 3),
      ]
    ) await assertRejects(async () => await call(), StateFileError);
  }));

Deno.test("Vault.watch() rejects when what it would show could not be kept", () =>
  withVault(async (vault, file) => {
    const other = new DatabaseSync(file);
    other.exec("UPDATE meta SET value = 9 WHERE name = 'epoch'");
    other.close();
    const write = vault.set("m", "k", 2);
    const watching = vault.watch("m", "", 10);
    await assertRejects(async () => await write, StateFileError);
    await assertRejects(() => watching, StateFileError);
  }));
