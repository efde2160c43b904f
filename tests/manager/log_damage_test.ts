import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { logDamage } from "../../src/manager/log_damage.ts";

/** The log of `commits` commits, as a program leaves it that is killed. */
async function logOf(commits: number): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/a.db`;
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE t (a PRIMARY KEY, b)");
  // Begins the log anew, over the old one.
  for (let n = 0; n < 20; n++) database.exec(`INSERT INTO t VALUES (${n}, 1)`);
  database.exec("PRAGMA wal_checkpoint(FULL)");
  for (let n = 0; n < commits; n++) database.exec(`UPDATE t SET b = ${n} + 9`);
  const log = await Deno.readFile(`${file}-wal`);
  database.close();
  await Deno.remove(folder, { recursive: true });
  return log;
}

const PAGE_BYTES = 4_096;
const FRAME_BYTES = 24 + PAGE_BYTES;
const HEADER_BYTES = 32;

Deno.test("logDamage() finds nothing in a log that is whole, empty, or ends in the middle", async () => {
  const log = await logOf(5);
  assert(log.length > HEADER_BYTES + 20 * FRAME_BYTES);
  assertEquals(logDamage(log), undefined);
  assertEquals(logDamage(new Uint8Array(0)), undefined);
  assertEquals(logDamage(new Uint8Array(100_000)), undefined);
  for (let end = 0; end < log.length; end += 1_001) {
    assertEquals(logDamage(log.subarray(0, end)), undefined);
  }
});

Deno.test("logDamage() finds any byte of a commit that is another, if there are two behind", async () => {
  const log = await logOf(5);
  let frames = 0;
  // One page is one commit here.
  for (let at = HEADER_BYTES; frames < 3; frames++, at += FRAME_BYTES) {
    for (let byte = 0; byte < FRAME_BYTES; byte += byte < 24 ? 1 : 97) {
      log[at + byte]! ^= 4;
      const found = logDamage(log);
      log[at + byte]! ^= 4;
      assert(found !== undefined, `byte ${byte} of frame ${frames}`);
    }
  }
});

Deno.test("logDamage() finds a header that is another", async () => {
  const log = await logOf(5);
  for (let byte = 0; byte < HEADER_BYTES; byte++) {
    log[byte]! ^= 4;
    assertEquals(logDamage(log), "its header is", `byte ${byte}`);
    log[byte]! ^= 4;
  }
});
