import { DatabaseSync, type StatementSync } from "node:sqlite";
import { TroupeError } from "../errors.ts";
import { messageOf } from "../thrown.ts";
import type { Effect } from "./effect.ts";
import { fileFault, fileFaultOf, logOf } from "./file_fault.ts";
import { FileLog } from "./file_log.ts";
import type { Keeper } from "./keeper.ts";
import { logDamage } from "./log_damage.ts";
import type { State } from "./state.ts";
import { StateFileError } from "./state_file_error.ts";
import { StateRows } from "./state_rows.ts";
import {
  APPLICATION_ID,
  type Meta,
  metaCrc,
  SCHEMA,
  SCHEMA_VERSION,
  UPGRADE,
} from "./state_schema.ts";
import { Unfolded } from "./unfolded.ts";

/** How many numbers of writes are taken at once: those that were not used are never used again. */
const REVISIONS = 2 ** 20;
/** How many rows may differ from the state: to bring so many in line holds up the thread for 5 to 10 ms. */
const FOLD_ROWS = 1_000;
/** How many bytes of writes may be in the log: all of them are read when the file is opened. A larger write is never there. */
const FOLD_BYTES = 2 ** 20;

/**
 * Keeps writes in a SQLite file: the state as it was, in rows, and a log of what was written since.
 *
 * - **On disk before it is answered:** a commit is synced, and those who wait for it are told then.
 * - **Together:** all writes that come before the event loop turns are one commit, and that is one row of the log.
 * - **Folded:** when the log has grown, and at the end, a commit brings the rows in line with the state and empties the log.
 *   However often a key was written, it is one row.
 * - **One writer:** each incarnation counts up an epoch, and a commit of an older one fails.
 */
export class StateFile implements Keeper {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #state: State;
  readonly #statements: Statements;
  readonly #rows: StateRows;
  readonly #log: FileLog;
  readonly #unfolded: Unfolded = new Unfolded();
  readonly #epoch: number;
  /** Told when the event loop has turned: a timer would take a millisecond. */
  readonly #turn: MessageChannel;
  #waiting: PromiseWithResolvers<void> | undefined;
  #failure: unknown;
  /** Up to where numbers of writes may be used, and what the file says of it. */
  #reserved: number;
  #reservedThere: number;

  /**
   * Opens a file, or makes one; what it holds is done in `state`.
   *
   * @throws {StateFileError} If it cannot be used.
   */
  static open(file: string, state: State): StateFile {
    let database: DatabaseSync | undefined;
    try {
      checkWal(file);
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
    this.#state = state;
    const version = this.#check();
    database.exec("BEGIN IMMEDIATE");
    if (version === 0) database.exec(SCHEMA);
    if (version === 1) database.exec(UPGRADE);
    this.#statements = new Statements(database);
    this.#rows = new StateRows(database);
    this.#log = new FileLog(database);
    const damage = this.#load();
    if (damage !== undefined) {
      throw fileFault("corrupt", "open", file, damage);
    }
    this.#epoch = this.#meta("epoch") + 1;
    this.#setMeta("epoch", this.#epoch);
    state.apply(["revision", this.#meta("revision")]);
    this.#reserved = this.#reservedThere = state.revision + REVISIONS;
    this.#setMeta("revision", this.#reserved);
    this.#fold();
    database.exec("COMMIT");
    this.#turn = new MessageChannel();
    this.#turn.port1.onmessage = () => this.#flush();
  }

  /** See {@link Keeper.pending}. Once a write has failed it rejects: nothing is read any more that is not on disk. */
  get pending(): Promise<void> | undefined {
    return this.#waiting?.promise;
  }

  /** See {@link Keeper.keep}. Before the event loop turns the write is done in the state. */
  keep(effects: readonly Effect[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#log.add(effects);
    for (const effect of effects) {
      this.#unfolded.note(effect);
      if (effect[0] === "set") this.#reach(effect[4]);
      if (effect[0] === "delete") this.#reach(effect[3]);
    }
    return this.#wait();
  }

  /** Has numbers up to `revision`, and more, never be used again by who opens the file next. */
  reach(revision: number): void {
    if (this.#reach(revision)) this.#wait().catch(() => {});
  }

  /** See {@link Keeper.close}. */
  close(): void {
    this.#flush();
    this.#foldAtEnd();
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

  #reach(revision: number): boolean {
    if (revision + REVISIONS / 2 < this.#reserved) return false;
    this.#reserved = revision + REVISIONS;
    return true;
  }

  #flush(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#failure !== undefined) return;
    try {
      this.#commit();
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

  /** Leaves no log behind. */
  #foldAtEnd(): void {
    if (this.#failure !== undefined || this.#log.bytes === 0) return;
    try {
      this.#commit(true);
    } catch { // Whoever opens it next folds it.
    }
  }

  #commit(isLast = false): void {
    const { begin, commit } = this.#statements;
    begin.run();
    try {
      if (this.#meta("epoch") !== this.#epoch) {
        const why = "another incarnation of its Manager has taken over";
        const wayOut = "ask again";
        throw fileFault("unwritable", "write", this.#file, why, { wayOut });
      }
      if (this.#reserved !== this.#reservedThere) {
        this.#setMeta("revision", this.#reserved);
        this.#reservedThere = this.#reserved;
      }
      if (isLast || this.#isFoldDue) this.#fold();
      else this.#log.write();
      commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  get #isFoldDue(): boolean {
    return this.#log.bytes > FOLD_BYTES || this.#unfolded.size > FOLD_ROWS ||
      this.#unfolded.isUrgent;
  }

  #fold(): void {
    this.#unfolded.fold(this.#rows, this.#state);
    this.#log.clear();
  }

  /** Looks whether the file is one of a Manager, and whole; gives its version, which is 0 if it is new. */
  #check(): number {
    const database = this.#database;
    const file = this.#file;
    database.exec("PRAGMA synchronous = FULL");
    if (this.#pragma("schema_version") === 0) {
      database.exec("PRAGMA journal_mode = WAL");
      return 0;
    }
    const version = this.#pragma("user_version");
    if (this.#pragma("application_id") !== APPLICATION_ID || version < 1) {
      const why = "it is not the file of a Manager";
      const wayOut = "name another path";
      throw fileFault("corrupt", "open", file, why, { wayOut });
    }
    if (version > SCHEMA_VERSION) {
      const why =
        `its version must be at most ${SCHEMA_VERSION}: current value is ${version}`;
      throw fileFault("version", "open", file, why);
    }
    database.exec("PRAGMA journal_mode = WAL");
    // Not the quick one: that does not look whether an index leads to its rows.
    const found = database.prepare("PRAGMA integrity_check(1)").get() as {
      integrity_check: string;
    };
    if (found.integrity_check === "ok") return version;
    const why = `SQLite finds it damaged, "${found.integrity_check}"`;
    throw fileFault("corrupt", "open", file, why);
  }

  /** Does in the state what the file says; what is wrong with it, if something is. */
  #load(): string | undefined {
    const state = this.#state;
    const unfolded = this.#unfolded;
    try {
      return this.#rows.load(
        state,
        (list, position) => unfolded.placesOf(list).found(position),
      ) ?? this.#log.read((effect) => {
        unfolded.note(effect);
        state.apply(effect);
      });
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
    const row = this.#statements.meta.get(name);
    const value = Number(row?.value);
    if (row?.crc === metaCrc(name, value)) return value;
    const state = row === undefined ? "missing" : "damaged";
    throw fileFault("corrupt", "open", this.#file, `its ${name} is ${state}`);
  }

  #setMeta(name: Meta, value: number): void {
    this.#statements.setMeta.run(value, metaCrc(name, value), name);
  }
}

/** What every commit does: to prepare it costs more than to do it. */
class Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly meta: StatementSync;
  readonly setMeta: StatementSync;

  constructor(database: DatabaseSync) {
    this.begin = database.prepare("BEGIN IMMEDIATE");
    this.commit = database.prepare("COMMIT");
    const find = "SELECT value, crc FROM meta WHERE name = ?";
    this.meta = database.prepare(find);
    const update = "UPDATE meta SET value = ?, crc = ? WHERE name = ?";
    this.setMeta = database.prepare(update);
  }
}

/** Looks for what SQLite would drop without a word when it opens the file. */
function checkWal(file: string): void {
  const log = logOf(file);
  let damage: string | undefined;
  try {
    damage = logDamage(Deno.readFileSync(log));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (damage === undefined) return;
  const why = `in its log "${log}" ${damage} damaged`;
  throw fileFault("corrupt", "open", file, why);
}
