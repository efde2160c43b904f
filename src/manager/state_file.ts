import { DatabaseSync } from "node:sqlite";
import { TroupeError } from "../errors.ts";
import { messageOf } from "../thrown.ts";
import type { Effect } from "./effect.ts";
import type { Keeper } from "./keeper.ts";
import type { State } from "./state.ts";
import { fileFault, fileFaultOf } from "./file_fault.ts";
import { logDamage } from "./log_damage.ts";
import { StateFileError } from "./state_file_error.ts";
import {
  APPLICATION_ID,
  type Meta,
  metaCrc,
  type RowChange,
  rowChange,
  SCHEMA,
  SCHEMA_VERSION,
  StateRows,
} from "./state_rows.ts";

/** How many numbers of writes are taken at once: those that were not used are never used again. */
const REVISIONS = 2 ** 20;

/**
 * Keeps writes in a SQLite file.
 *
 * - **On disk before it is answered:** a commit is synced, and those who wait for it are told then.
 * - **Together:** all writes that come before the event loop turns are one commit.
 * - **One writer:** each incarnation counts up an epoch, and a commit of an older one fails.
 */
export class StateFile implements Keeper {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #rows: StateRows;
  readonly #epoch: number;
  /** Told when the event loop has turned: a timer would take a millisecond. */
  readonly #turn: MessageChannel;
  #changes: RowChange[] = [];
  #waiting: PromiseWithResolvers<void> | undefined;
  #failure: unknown;
  #reserved: number;

  /**
   * Opens a file, or makes one; what it holds is done in `state`.
   *
   * @throws {StateFileError} If it cannot be used.
   */
  static open(file: string, state: State): StateFile {
    let database: DatabaseSync | undefined;
    try {
      checkLog(file);
      database = new DatabaseSync(file);
      database.exec("PRAGMA busy_timeout = 5000");
      return new StateFile(file, database, state);
    } catch (error) {
      database?.close();
      if (error instanceof StateFileError) throw error;
      throw fileFaultOf("open", file, error);
    }
  }

  private constructor(file: string, database: DatabaseSync, state: State) {
    this.#file = file;
    this.#database = database;
    this.#prepare();
    this.#rows = new StateRows(database);
    database.exec("BEGIN IMMEDIATE");
    const damage = this.#load(state);
    if (damage !== undefined) {
      throw fileFault("corrupt", "open", file, damage);
    }
    this.#epoch = this.#meta("epoch") + 1;
    this.#setMeta("epoch", this.#epoch);
    state.apply(["revision", this.#meta("revision")]);
    this.#reserved = state.revision + REVISIONS;
    this.#setMeta("revision", this.#reserved);
    database.exec("COMMIT");
    this.#turn = new MessageChannel();
    this.#turn.port1.onmessage = () => this.#flush();
  }

  /** See {@link Keeper.pending}. Once a write has failed it rejects: nothing is read any more that is not on disk. */
  get pending(): Promise<void> | undefined {
    return this.#waiting?.promise;
  }

  /** See {@link Keeper.keep}. */
  keep(effects: readonly Effect[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const changes: RowChange[] = [];
    for (const effect of effects) {
      const change = rowChange(effect);
      if (change !== undefined) changes.push(change);
      if (effect[0] === "set") this.reach(effect[4]);
      if (effect[0] === "delete") this.reach(effect[3]);
    }
    for (const change of changes) this.#changes.push(change);
    return this.#wait();
  }

  /** Has numbers up to `revision`, and more, never be used again by who opens the file next. */
  reach(revision: number): void {
    if (revision + REVISIONS / 2 < this.#reserved) return;
    const reserved = this.#reserved = revision + REVISIONS;
    this.#changes.push(() => this.#setMeta("revision", reserved));
    this.#wait().catch(() => {});
  }

  /** See {@link Keeper.close}. */
  close(): void {
    if (this.#waiting !== undefined) this.#flush();
    this.#turn.port1.close();
    this.#turn.port2.close();
    this.#failure ??= fileFault(
      "unwritable",
      "write",
      this.#file,
      "it is closed",
      { wayOut: "start another Manager" },
    );
    if (this.#database.isOpen) this.#database.close();
  }

  #wait(): Promise<void> {
    if (this.#waiting === undefined) {
      this.#waiting = Promise.withResolvers();
      // Whoever waits for it is told; nobody may.
      this.#waiting.promise.catch(() => {});
      this.#turn.port2.postMessage(0);
    }
    return this.#waiting.promise;
  }

  #flush(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#failure !== undefined) return;
    const changes = this.#changes;
    this.#changes = [];
    try {
      this.#commit(changes);
      this.#waiting = undefined;
      waiting.resolve();
    } catch (error) {
      // What is in memory is not in the file: this incarnation must not go on.
      this.#failure = error instanceof StateFileError
        ? error
        : fileFaultOf("write", this.#file, error);
      waiting.reject(this.#failure);
    }
  }

  #commit(changes: readonly RowChange[]): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      if (this.#meta("epoch") !== this.#epoch) {
        const why = "another incarnation of its Manager has taken over";
        const wayOut = "ask again";
        throw fileFault("unwritable", "write", this.#file, why, { wayOut });
      }
      for (const change of changes) change(this.#rows);
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Makes the tables, or looks whether they are there and whole. */
  #prepare(): void {
    const database = this.#database;
    const file = this.#file;
    const isNew = this.#pragma("schema_version") === 0;
    if (!isNew && this.#pragma("application_id") !== APPLICATION_ID) {
      const why = "it is not the file of a Manager";
      const wayOut = "name another path";
      throw fileFault("corrupt", "open", file, why, { wayOut });
    }
    const version = this.#pragma("user_version");
    if (version > SCHEMA_VERSION) {
      const why =
        `its version must be at most ${SCHEMA_VERSION}: current value is ${version}`;
      throw fileFault("version", "open", file, why);
    }
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    if (isNew) {
      database.exec(
        `BEGIN IMMEDIATE; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
      );
      return;
    }
    // Not the quick one: that does not look whether an index leads to its rows.
    const found = database.prepare("PRAGMA integrity_check(1)").get() as {
      integrity_check: string;
    };
    if (found.integrity_check === "ok") return;
    const why = `SQLite finds it damaged, "${found.integrity_check}"`;
    throw fileFault("corrupt", "open", file, why);
  }

  #load(state: State): string | undefined {
    try {
      return this.#rows.load(state);
    } catch (error) {
      // What cannot be decoded was written by another hand.
      if (error instanceof TroupeError) return messageOf(error);
      throw error;
    }
  }

  #pragma(name: string): number {
    const row = this.#database.prepare(`PRAGMA ${name}`).get();
    return Number(Object.values(row ?? { none: 0 })[0]);
  }

  #meta(name: Meta): number {
    const find = "SELECT value, crc FROM meta WHERE name = ?";
    const row = this.#database.prepare(find).get(name);
    const value = Number(row?.value);
    if (row?.crc === metaCrc(name, value)) return value;
    const state = row === undefined ? "missing" : "damaged";
    throw fileFault("corrupt", "open", this.#file, `its ${name} is ${state}`);
  }

  #setMeta(name: Meta, value: number): void {
    const update = "UPDATE meta SET value = ?, crc = ? WHERE name = ?";
    this.#database.prepare(update).run(value, metaCrc(name, value), name);
  }
}

/** Looks for what SQLite would drop without a word when it opens the file. */
function checkLog(file: string): void {
  let damage: string | undefined;
  try {
    damage = logDamage(Deno.readFileSync(`${file}-wal`));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (damage === undefined) return;
  throw fileFault("corrupt", "open", file, `in its log ${damage} damaged`);
}
