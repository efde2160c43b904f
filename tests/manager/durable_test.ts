import {
  assert,
  assertEquals,
  AssertionError,
  assertRejects,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  InvalidOptionError,
  Manager,
  Refusal,
  StateFileError,
  System,
} from "../../mod.ts";
import {
  crashDurableWriter,
  killDurableWriter,
} from "../fixtures/crash_durable_writer.ts";
import { Draft } from "../../src/manager/draft.ts";
import type { Effect } from "../../src/manager/effect.ts";
import { State } from "../../src/manager/state.ts";
import { StateFile } from "../../src/manager/state_file.ts";
import { Holder, misbehave } from "../fixtures/manager_tasks.ts";
import { seeded } from "../supervisor/seeded.ts";

/** A path in a folder that goes with the scope. */
async function scratch(): Promise<AsyncDisposable & { file: string }> {
  const folder = await Deno.makeTempDir();
  return {
    file: `${folder}/state.db`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function refusedFile(
  system: System,
  file: string,
): Promise<StateFileError> {
  return await assertRejects(
    () => Manager.start({ system, file }),
    StateFileError,
  );
}

Deno.test("Manager with a file goes on where the last one ended", async () => {
  await using place = await scratch();
  const { file } = place;
  await using system = new System();
  let version = 0;
  {
    await using manager = await Manager.start({ system, file });
    const map = manager.map<unknown, unknown>("m");
    await map.set("b", new Map([["deep", new Date(5)]]));
    await map.set("a", 1);
    await map.set("b", { again: [1n, undefined, "x"] });
    await map.set(7, "a number");
    await map.set("7", "a text");
    await map.set("gone", 1);
    await map.delete("gone");
    await map.set("short", 1, { ttlMs: 1 });
    const list = manager.list<number>("l");
    await list.push(1, 2, 3, 4, 5);
    await list.splice(1, 2, 20, 21, 22, 23);
    await list.shift();
    await list.splice(0, 0, 0, 0);
    await list.splice(3, 0, 9);
    await manager.queue<string>("q").put("x", "y", "z");
    await manager.queue<string>("q").take();
    await manager.presence<number>("p").enter("me", 1);
    version = (await manager.lock("lock").lock()).fence;
  }
  await using manager = await Manager.start({ system, file });
  const map = manager.map<unknown, unknown>("m");
  assertEquals(await map.entries(), [
    ["b", { again: [1n, undefined, "x"] }],
    ["a", 1],
    [7, "a number"],
    ["7", "a text"],
  ]);
  assertEquals(await manager.list("l").slice(), [
    0,
    0,
    20,
    9,
    21,
    22,
    23,
    4,
    5,
  ]);
  assertEquals(await manager.queue("q").take(), "y");
  assertEquals(await manager.queue("q").take(), "z");
  assertEquals(await manager.presence("p").entries(), []);
  await using held = (await manager.lock("lock").tryLock())!;
  assert(held.fence > version, "a fence came again");
});

Deno.test("Manager with a file has what was acknowledged after its thread ended, and held locks too", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  await using manager = await Manager.start({ system, file, hangMs: 1_000 });
  const map = manager.map<string, number>("m");
  const lock = manager.lock("l");
  const holder = await system.spawn(Holder, []);
  await holder.ask.lock(lock);
  for (const how of ["exit", "hang", "close"]) {
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, i) => map.update(`${i}`, { add: 1, init: 0 }),
      ),
    );
    const victims = manager.map<string, number[]>("victims");
    await assertRejects(() => victims.reduce("v", misbehave, [how], []));
  }
  assertEquals(new Set(await map.values()), new Set([3]));
  assertEquals([await map.size(), await lock.tryLock()], [50, undefined]);
});

Deno.test("Manager gives its file back when its system closes", async () => {
  await using place = await scratch();
  const { file } = place;
  const first = new System();
  await (await Manager.start({ system: first, file })).counter("c").add(1);
  await first.close();
  await using system = new System();
  await using manager = await Manager.start({ system, file });
  assertEquals(await manager.counter("c").get(), 1);
});

Deno.test("Manager refuses a file that another one has open, until that one has stopped", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  const first = await Manager.start({ system, file });
  assertEquals((await refusedFile(system, file)).reason, "inUse");
  await first.stop();
  await using _second = await Manager.start({ system, file });
});

Deno.test("Manager refuses a file that it cannot use, says why and leaves it as it is", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  const nowhere = await refusedFile(system, `${file}/no/way`);
  assertEquals([nowhere.reason, nowhere.file], [
    "unreadable",
    `${file}/no/way`,
  ]);

  await Deno.writeTextFile(file, "no database ".repeat(1_000));
  assertEquals((await refusedFile(system, file)).reason, "corrupt");
  assert((await Deno.readTextFile(file)).startsWith("no database"));
  await Deno.remove(file);

  change(file, "CREATE TABLE theirs (a)");
  assertEquals((await refusedFile(system, file)).reason, "corrupt");
  await Deno.remove(file);

  await (await Manager.start({ system, file })).stop();
  change(file, "PRAGMA user_version = 99");
  assertEquals((await refusedFile(system, file)).reason, "version");
  await assertRejects(
    () => Manager.start({ system, file, keep: false }),
    InvalidOptionError,
  );
});

Deno.test("Manager with the file :memory: keeps its state in memory, and makes no file", async () => {
  await using place = await scratch();
  const folder = place.file.slice(0, place.file.lastIndexOf("/"));
  await using system = new System();
  const before = Deno.cwd();
  try {
    Deno.chdir(folder);
    // Neither does one shut out another.
    await using other = await Manager.start({ system, file: ":memory:" });
    await using manager = await Manager.start({ system, file: ":memory:" });
    await manager.map("m").set("a", 1);
    const victims = manager.map<string, number[]>("victims");
    await assertRejects(() => victims.reduce("v", misbehave, ["exit"], []));
    assertEquals(await manager.map("m").get("a"), 1);
    assertEquals(await other.map("m").size(), 0);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    Deno.chdir(before);
  }
  await assertRejects(
    () => Manager.start({ system, file: ":memory:", keep: false }),
    InvalidOptionError,
  );
});

Deno.test("StateFileError says in one line why, and what to do", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  const says = async (why: string, reason: string): Promise<void> => {
    const error = await refusedFile(system, file);
    assertEquals([error.code, error.reason], ["TROUPE_STATE_FILE", reason]);
    const [first, second] = error.message.split(why);
    assertEquals(first, `Cannot open the state file "${file}" as `);
    const rest = second?.replace(`"${file}-wal"`, "its log");
    assert(rest !== undefined && /^[^\n]*: [a-z ,;]+$/.test(rest), second);
  };
  change(file, "CREATE TABLE theirs (a)");
  await says("it is not the file of a Manager", "corrupt");
  await Deno.remove(file);
  {
    await using manager = await Manager.start({ system, file });
    await says("another Manager has it open", "inUse");
    const entries = Array.from({ length: 300 }, (_, i) => [i, "x".repeat(99)]);
    await manager.map<number, string>("m").setAll(
      entries as [number, string][],
    );
  }
  const good = await Deno.readFile(file);
  change(file, "PRAGMA user_version = 99");
  await says("its version must be at most ", "version");
  await Deno.writeFile(file, good);
  // A page of a tree: SQLite says what it finds there in several lines.
  for (let at = 5 * 4_096; at < 6 * 4_096; at++) good[at] = 0xff;
  await Deno.writeFile(file, good);
  await says("SQLite finds it damaged", "corrupt");
  await Deno.writeTextFile(file, "no database ".repeat(1_000));
  await says('it failed with "file is not a database"', "corrupt");
  await Deno.truncate(file);
  await says("it was emptied", "corrupt");
  await Deno.remove(file);
  await Deno.mkdir(file);
  await says('it failed with "', "unreadable");
});

for (
  const damage of [
    "UPDATE entries SET value = x'00ff' WHERE id = 2",
    "UPDATE entries SET version = version + 1 WHERE id = 2",
    "UPDATE items SET value = x'02' WHERE position = 2048",
    "DELETE FROM meta",
    "UPDATE meta SET value = value - 1 WHERE name = 'revision'",
    "UPDATE meta SET value = 0 WHERE name = 'epoch'",
  ]
) {
  Deno.test(`Manager finds the damage of ${damage}`, async () => {
    await using place = await scratch();
    await using system = new System();
    const { file } = place;
    {
      await using manager = await Manager.start({ system, file });
      await manager.map<string, string>("m").setAll([["a", "x"], ["b", "y"]]);
      await manager.list<string>("l").push("x", "y");
    }
    change(file, damage);
    assertEquals((await refusedFile(system, file)).reason, "corrupt");
  });
}

Deno.test("Manager finds bytes of its file that are others", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  {
    await using manager = await Manager.start({ system, file });
    const entries = Array.from(
      { length: 300 },
      (_, i): [string, string] => [`key ${i}`, `value ${i} `.repeat(20)],
    );
    await manager.map<string, string>("m").setAll(entries);
  }
  const bytes = await Deno.readFile(file);
  const text = new TextEncoder().encode("value 150 ");
  // Also where SQLite keeps what is no longer used.
  for (let i = 0; i < bytes.length; i++) {
    if (text.every((byte, j) => bytes[i + j] === byte)) bytes[i + 3]! ^= 1;
  }
  await Deno.writeFile(file, bytes);
  const error = await refusedFile(system, file);
  assertEquals(error.reason, "corrupt");
  assert(error.message.includes("damaged"), error.message);
});

Deno.test("Manager with a file takes 0 and -0 for one key, as a map does", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  {
    await using manager = await Manager.start({ system, file });
    const map = manager.map<number, string>("m");
    for (const value of ["a", "b", "c"]) {
      await map.set(value === "b" ? -0 : 0, value);
    }
    const gone = manager.map<number, string>("gone");
    await gone.set(0, "a");
    assertEquals(await gone.delete(-0), true);
  }
  await using manager = await Manager.start({ system, file });
  assertEquals(await manager.map("m").entries(), [[0, "c"]]);
  assertEquals(await manager.map("gone").entries(), []);
});

Deno.test("Manager goes on in its file wherever its program goes, and by whatever way another one comes", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  const folder = file.slice(0, file.lastIndexOf("/"));
  const before = Deno.cwd();
  try {
    Deno.chdir(folder);
    await using manager = await Manager.start({ system, file: "state.db" });
    await manager.map("m").set("a", 1);
    Deno.chdir(before);
    const victims = manager.map<string, number[]>("victims");
    await assertRejects(() => victims.reduce("v", misbehave, ["exit"], []));
    assertEquals(await manager.map("m").get("a"), 1);
    await Deno.symlink(file, `${folder}/link.db`);
    const other = await refusedFile(system, `${folder}/link.db`);
    assertEquals(other.reason, "inUse");
  } finally {
    Deno.chdir(before);
  }
});

Deno.test("Manager finds a commit that is lost in the log of a program that was killed", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  await killDurableWriter(file, 50);
  const log = await Deno.readFile(`${file}-wal`);
  assert(log.length > 20_000, `${log.length} bytes`);
  log[10_000]! ^= 1;
  await Deno.writeFile(`${file}-wal`, log);
  const error = await refusedFile(system, file);
  assertEquals(error.reason, "corrupt");
  assert(error.message.includes("log"), error.message);
  // Nothing was changed: what can be had by hand is still there.
  assertEquals(await Deno.readFile(`${file}-wal`), log);
});

Deno.test("Manager whose log is damaged goes on as its error says: with a copy, or anew, when the log is removed too", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  const log = `${file}-wal`;
  {
    await using manager = await Manager.start({ system, file });
    await manager.map("m").set("kept", 1);
  }
  const copy = await Deno.readFile(file);
  await killDurableWriter(file, 50);
  const damaged = await Deno.readFile(log);
  damaged[10_000]! ^= 1;
  await Deno.writeFile(log, damaged);
  const error = await refusedFile(system, file);
  assertEquals(error.message.split(`"${log}"`).length, 3, error.message);
  // Only the one of the two: it says the same.
  await Deno.writeFile(file, copy);
  assertEquals((await refusedFile(system, file)).message, error.message);
  await Deno.remove(log);
  {
    await using manager = await Manager.start({ system, file });
    assertEquals(await manager.map("m").entries(), [["kept", 1]]);
  }
  await Deno.writeFile(log, damaged);
  await Deno.remove(file);
  assertEquals((await refusedFile(system, file)).message, error.message);
  await Deno.remove(log);
  await using manager = await Manager.start({ system, file });
  assertEquals(await manager.map("m").size(), 0);
});

Deno.test("Manager finds that its file was emptied, and begins anew when it was removed", async () => {
  await using place = await scratch();
  await using system = new System();
  const { file } = place;
  // One that is empty before there was a state is a new one.
  await Deno.writeFile(file, new Uint8Array(0));
  {
    await using manager = await Manager.start({ system, file });
    await manager.map("m").set("a", 1);
  }
  await Deno.truncate(file);
  assertEquals((await refusedFile(system, file)).reason, "corrupt");
  await Deno.remove(file);
  await using manager = await Manager.start({ system, file });
  assertEquals(await manager.map("m").size(), 0);
});

Deno.test("StateFile.open() finds every byte that makes its state another one", async () => {
  await using place = await scratch();
  const { file } = place;
  {
    const { state, keeper } = opened(file);
    const draft = new Draft(state);
    for (let n = 0; n < 40; n++) draft.set("m", `key ${n}`, "x".repeat(n));
    const list: Effect = ["splice", "l", 0, 0, [1, "two", [3]]];
    for (const effects of [draft.effects, [list]]) {
      keeper.keep(effects).catch(() => {});
      effects.forEach((effect) => state.apply(effect));
    }
    keeper.close();
  }
  const shown = (): unknown => {
    const { state, keeper } = opened(file);
    keeper.close();
    return [...state.effects()].filter(([kind]) => kind !== "revision");
  };
  const good = await Deno.readFile(file);
  const wanted = shown();
  const random = seeded(1);
  let found = 0;
  for (let n = 0; n < 200; n++) {
    const bad = good.slice();
    // Half of them in the header, which tells of all the rest.
    const at = Math.floor(random() * (n % 2 === 0 ? 100 : bad.length));
    bad[at]! ^= 1 << Math.floor(random() * 8);
    await Deno.writeFile(file, bad);
    try {
      assertEquals(shown(), wanted, `byte ${at}`);
    } catch (error) {
      if (!(error instanceof StateFileError)) throw error;
      found++;
    }
  }
  assert(found > 25, `${found} were found`);
});

Deno.test("Manager with a file refuses what means nothing to the next program", async () => {
  await using place = await scratch();
  await using system = new System();
  await using manager = await Manager.start({ system, file: place.file });
  const map = manager.map<string, unknown>("m");
  await assertRejects(() => map.set("a", { inside: [map] }), Refusal);
  await assertRejects(
    () => map.set("a", new SharedArrayBuffer(4)),
    Refusal,
  );
  assertEquals(await map.size(), 0);
});

for (const fault of ["early", "half"] as const) {
  Deno.test(`crashDurableWriter() finds a writer that is wrong: "${fault}"`, async () => {
    await using place = await scratch();
    await using system = new System();
    // All of its clients have said so by then.
    await assertRejects(
      () => crashDurableWriter(system, place.file, 20, fault),
      AssertionError,
      "5 acknowledged",
    );
  });
}

Deno.test("Manager has every acknowledged write, and none by half, after its program was killed", async () => {
  await using place = await scratch();
  await using system = new System();
  // The same file each time: recovery is recovered from too.
  for (const writes of [0, 1, 7, 40, 90, 200, 333, 500]) {
    await crashDurableWriter(system, place.file, writes);
  }
});

function opened(file: string): { state: State; keeper: StateFile } {
  const state = new State();
  return { state, keeper: StateFile.open(file, state) };
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}
