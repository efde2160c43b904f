import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { Draft } from "../../src/manager/draft.ts";
import type { Effect } from "../../src/manager/effect.ts";
import { State } from "../../src/manager/state.ts";
import { StateFile } from "../../src/manager/state_file.ts";
import { StateFileError } from "../../src/manager/state_file_error.ts";
import { seeded } from "../supervisor/seeded.ts";

/** A state and its file, in a folder that goes with the scope. */
class Kept implements AsyncDisposable {
  readonly file: string;
  readonly #folder: string;
  #copies = 0;
  state: State = new State();
  keeper: StateFile;

  constructor(folder: string) {
    this.#folder = folder;
    this.file = `${folder}/state.db`;
    this.keeper = StateFile.open(this.file, this.state);
  }

  static async make(): Promise<Kept> {
    return new Kept(await Deno.makeTempDir());
  }

  /** Does a write as the Manager does it. */
  write(...effects: Effect[]): Promise<void> {
    const kept = this.keeper.keep(effects);
    for (const effect of effects) this.state.apply(effect);
    return kept;
  }

  set(map: string, key: unknown, value: unknown): Promise<void> {
    const draft = new Draft(this.state);
    draft.set(map, key, value);
    return this.write(...draft.effects);
  }

  delete(map: string, key: unknown): Promise<void> {
    const draft = new Draft(this.state);
    draft.delete(map, key);
    return this.write(...draft.effects);
  }

  splice(start: number, count: number, ...items: unknown[]): Promise<void> {
    return this.write(["splice", "l", start, count, items]);
  }

  /** The file as a crash would leave it now, with so many bytes of SQLite's log. */
  async copy(walBytes?: number): Promise<string> {
    const copy = `${this.#folder}/copy ${this.#copies++}.db`;
    await Deno.copyFile(this.file, copy);
    const wal = await Deno.readFile(`${this.file}-wal`);
    await Deno.writeFile(`${copy}-wal`, wal.subarray(0, walBytes));
    return copy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.keeper.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** What a state is, in order, but for the number of its last write. */
function shown(state: State): unknown[] {
  const effects = [...state.effects()].filter(([kind]) => kind !== "revision");
  // Their maps have no order.
  return effects.sort(([, a], [, b]) => `${a}` < `${b}` ? -1 : +(a !== b));
}

/** What whoever opens a file finds. */
function found(file: string): unknown[] {
  const state = new State();
  StateFile.open(file, state).close();
  return shown(state);
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function count(file: string, what: string): number {
  const database = new DatabaseSync(file);
  const row = database.prepare(`SELECT count(*) AS n FROM ${what}`).get();
  database.close();
  return Number(row!.n);
}

Deno.test("StateFile puts a commit into one row of its log, and folds it when there is much of it", async () => {
  await using kept = await Kept.make();
  for (let n = 0; n < 3; n++) {
    await Promise.all([kept.set("m", "a", n), kept.set("m", `b ${n}`, n)]);
  }
  let copy = await kept.copy();
  assertEquals([count(copy, "log"), count(copy, "entries")], [3, 0]);
  // Many keys.
  const draft = new Draft(kept.state);
  for (let n = 0; n < 1_000; n++) draft.set("many", n, n);
  await kept.write(...draft.effects);
  copy = await kept.copy();
  assertEquals([count(copy, "log"), count(copy, "entries")], [0, 1_004]);
  // Many bytes.
  for (let n = 0; n < 9; n++) await kept.set("m", "a", "x".repeat(2 ** 17) + n);
  copy = await kept.copy();
  assertEquals([count(copy, "log"), count(copy, "entries")], [1, 1_004]);
  assertEquals(found(copy), shown(kept.state));
  // The end.
  kept.keeper.close();
  assertEquals(count(kept.file, "log"), 0);
});

Deno.test("StateFile has every order of writes come back as it was, folded or not", async () => {
  let folds = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const random = seeded(seed);
    const below = (n: number): number => Math.floor(random() * n);
    await using kept = await Kept.make();
    let rows = 0;
    for (let step = 0; step < 200; step++) {
      const key = below(3) === 0 ? below(5) : `key ${below(8)}`;
      const { length } = kept.state.items("l");
      const start = below(length + 1);
      // Those that follow each other at once are one commit.
      const write = [
        () => kept.set("m", key, step),
        () => kept.set(`m ${below(2)}`, key, { step }),
        () => kept.delete("m", key),
        () => kept.splice(start, 0, step),
        () => kept.splice(1 > length ? 0 : 1, 0, step, -step),
        () => kept.splice(start, below(4), ...Array(below(4)).fill(step)),
        () => kept.splice(0, 1),
        () => kept.set("m", "large", "x".repeat(below(2 ** 18))),
        () => kept.write(...mixed(kept.state, step)),
      ][below(9)]!;
      const done = write();
      if (below(3) > 0) await done;
      if (below(12) > 0) continue;
      await done;
      const copy = await kept.copy();
      const before = rows;
      rows = count(copy, "log");
      if (rows < before) folds++;
      assertEquals(found(copy), shown(kept.state), `${seed}: ${step}`);
      // What was folded when it was opened.
      assertEquals(found(copy), shown(kept.state), `${seed}: ${step} again`);
      if (below(3) > 0) continue;
      kept.keeper.close();
      kept.state = new State();
      kept.keeper = StateFile.open(kept.file, kept.state);
      assertEquals(shown(kept.state), found(copy));
      rows = 0;
    }
  }
  assert(folds > 3, `${folds} folds`);
});

/** One write that takes keys away and puts them back. */
function mixed(state: State, step: number): Effect[] {
  const draft = new Draft(state);
  draft.delete("m", "key 1");
  draft.set("m", "key 2", step);
  draft.set("m", "key 1", step);
  draft.delete("m", "key 3");
  return [...draft.effects, ["splice", "l", 0, 0, [step]]];
}

Deno.test("StateFile keeps a list in order, however often an item comes between two neighbours", async () => {
  await using kept = await Kept.make();
  await kept.splice(0, 0, "first", "last");
  for (let n = 0; n < 50; n++) {
    await kept.splice(1, 0, n);
    if (n % 7 === 0) assertEquals(found(await kept.copy()), shown(kept.state));
  }
  kept.keeper.close();
  assertEquals(found(kept.file), shown(kept.state));
});

Deno.test("StateFile writes nothing of items that have come and gone before the fold", async () => {
  await using kept = await Kept.make();
  for (let n = 1; n <= 3_000; n++) {
    kept.splice(kept.state.items("l").length, 0, n);
    const done = kept.splice(0, n % 100 === 0 ? 0 : 1);
    if (n % 100 === 0) await done;
  }
  const copy = await kept.copy();
  assertEquals([count(copy, "items"), count(copy, "log") > 20], [0, true]);
  assertEquals(found(copy), shown(kept.state));
});

Deno.test("StateFile takes away a key that is an object, of which each copy is another", async () => {
  await using kept = await Kept.make();
  const key = { a: 1 };
  await kept.set("m", key, 1);
  await kept.delete("m", key);
  assertEquals(found(await kept.copy()), []);
});

/** Bytes of a frame of SQLite's log: its header and a page. */
const FRAME_BYTES = 24 + 4_096;
const HEADER_BYTES = 32;

/** Makes commits, folds among them; what each of them left, and what there was before. */
async function commits(kept: Kept): Promise<unknown[][]> {
  const states = [shown(kept.state)];
  for (let n = 0; n < 24; n++) {
    const draft = new Draft(kept.state);
    draft.delete("m", `key ${n % 5}`);
    draft.set("m", `key ${n % 3}`, n);
    draft.set("m", `key ${n % 5}`, n);
    for (let i = 0; i < 9; i++) draft.set("wide", n * i, "x".repeat(99));
    // Has it folded at once.
    const key = {};
    if (n % 6 === 5) draft.set("m", key, n);
    if (n % 6 === 5) draft.delete("m", key);
    const { length } = kept.state.items("l");
    const list: Effect = ["splice", "l", Math.min(1, length), n % 2, [n, -n]];
    await kept.write(...draft.effects, list);
    states.push(shown(kept.state));
  }
  return states;
}

/** Opens the file as a crash after any frame of its log would leave it, and looks for the last commit before. */
async function cutEverywhere(kept: Kept, states: unknown[][]): Promise<number> {
  const wal = await Deno.readFile(`${kept.file}-wal`);
  const view = new DataView(wal.buffer);
  const total = (wal.length - HEADER_BYTES) / FRAME_BYTES;
  // The last of them are commits; what was before, the tables and the epoch, is not.
  const ends: number[] = [];
  for (let frame = 0; frame < total; frame++) {
    const isEnd = view.getUint32(HEADER_BYTES + frame * FRAME_BYTES + 4) > 0;
    if (isEnd) ends.push(frame + 1);
  }
  const own = ends.slice(-states.length);
  for (let frame = own[0]!; frame <= total; frame++) {
    const done = own.filter((end) => end <= frame).length - 1;
    // And a torn one behind.
    for (const more of frame % 5 === 0 ? [0, 1_000] : [0]) {
      const bytes = HEADER_BYTES + frame * FRAME_BYTES + more;
      const copy = await kept.copy(bytes);
      assertEquals(found(copy), states[done], `after ${frame} of ${total}`);
      await Deno.remove(copy);
    }
  }
  return total - own[0]!;
}

Deno.test("StateFile goes on from the last commit wherever a fold was cut off", async () => {
  await using kept = await Kept.make();
  const states = await commits(kept);
  const frames = await cutEverywhere(kept, states);
  assert(frames > 50, `${frames} frames`);
});

Deno.test("cutEverywhere() finds a commit that is not what was acknowledged", async () => {
  await using kept = await Kept.make();
  const states = await commits(kept);
  states[9] = states[8]!;
  await assertRejects(() => cutEverywhere(kept, states), Error, "after ");
});

for (
  const damage of [
    "UPDATE log SET writes = x'0000000101' WHERE id = 2",
    "UPDATE log SET writes = substr(writes, 1, length(writes) - 1) WHERE id = 2",
    "UPDATE log SET crc = crc + 1 WHERE id = 3",
    "DELETE FROM log WHERE id = 1",
    "DELETE FROM log WHERE id = 2",
    "UPDATE log SET id = 4 WHERE id = 3",
    "UPDATE log SET id = id - 1",
    "UPDATE log SET id = CASE id WHEN 1 THEN -1 ELSE id END; UPDATE log SET id = 1 WHERE id = 2; UPDATE log SET id = 2 WHERE id = -1",
  ]
) {
  Deno.test(`StateFile finds the damage of ${damage}, and drops nothing`, async () => {
    await using kept = await Kept.make();
    for (const n of [1, 2, 3]) await kept.set("m", `key ${n}`, n);
    const copy = await kept.copy();
    change(copy, damage);
    const before = await Deno.readFile(copy);
    const error = assertThrows(() => found(copy), StateFileError);
    assertEquals(error.reason, "corrupt");
    assert(error.message.includes('of "log" is'), error.message);
    assertEquals(count(copy, "entries"), 0);
    assertEquals(await Deno.readFile(copy), before);
  });
}

/** A file as version 1 made it: without a log, and items without gaps. */
async function makeOld(kept: Kept): Promise<string> {
  for (const n of [1, 2, 3]) await kept.set("m", `key ${n}`, n);
  await kept.splice(0, 0, 5, 6, 7);
  kept.keeper.close();
  const database = new DatabaseSync(kept.file);
  database.exec("DROP TABLE log; PRAGMA user_version = 1");
  const rows = database.prepare("SELECT position, value FROM items").all();
  const update = database.prepare(
    "UPDATE items SET position = ?, crc = ? WHERE position = ?",
  );
  for (const [i, { position, value }] of rows.entries()) {
    const sum = crc32(value as Uint8Array, crc32(`l\n${i + 1}\n`));
    update.run(i + 1, sum, position!);
  }
  database.close();
  return kept.file;
}

Deno.test("StateFile opens a file of version 1, and makes it one of its own", async () => {
  await using kept = await Kept.make();
  const file = await makeOld(kept);
  const before = shown(kept.state);
  kept.state = new State();
  kept.keeper = StateFile.open(file, kept.state);
  assertEquals(shown(kept.state), before);
  // Between those that have no gap.
  await kept.splice(1, 0, 55);
  await kept.set("m", "key 4", 4);
  const copy = await kept.copy();
  assertEquals(count(copy, "log"), 2);
  assertEquals(found(copy), shown(kept.state));
});

Deno.test("StateFile leaves a file of version 1 as it is when it is damaged", async () => {
  await using kept = await Kept.make();
  const file = await makeOld(kept);
  change(file, "UPDATE entries SET value = x'07' WHERE id = 2");
  const before = await Deno.readFile(file);
  const error = assertThrows(() => found(file), StateFileError);
  assertEquals(error.reason, "corrupt");
  assertEquals(await Deno.readFile(file), before);
});
