import { assert, assertEquals } from "@std/assert";
import { ENDPOINT, EndpointTable } from "../../src/memory/endpoints.ts";
import {
  ENDPOINT_TABLE,
  ENDPOINT_USED,
  LAYOUT_VERSION,
} from "../../src/memory/layout.ts";
import {
  assertFlawFound,
  assertSound,
  type Exploration,
  explore,
  type Run,
} from "./explorer.ts";
import { HELD } from "./fixtures/endpoints_threads.ts";

/** More rows than the threads of any scenario can claim. */
const ROWS = 6;

function setup(held: boolean): SharedArrayBuffer {
  const words = ENDPOINT_TABLE.ROWS + ROWS * ENDPOINT_TABLE.ROW_WORDS;
  const memory = new SharedArrayBuffer(words * 4);
  new Int32Array(memory)[ENDPOINT_TABLE.VERSION] = LAYOUT_VERSION;
  if (held) {
    new EndpointTable(memory).set(HELD, ENDPOINT.USED, ENDPOINT_USED.TAKEN);
  }
  return memory;
}

/** Who claimed what, as `endpoint.life`: one owner for each is all that the table promises. */
function outcome({ logs }: Run): string {
  const claims = logs.flatMap((log) =>
    Array.from(
      { length: log.length / 2 },
      (_, i) => `${log[2 * i]}.${log[2 * i + 1]}`,
    )
  );
  const what = new Set(claims).size === claims.length ? "own" : "share";
  return `${what} ${claims.toSorted().join(" ")}`;
}

function nameWords(): Record<string, string> {
  const names: Record<string, string> = {
    [`0:${ENDPOINT_TABLE.HINT}`]: "HINT",
  };
  for (let row = 0; row < ROWS; row++) {
    for (const [field, word] of Object.entries(ENDPOINT)) {
      const at = ENDPOINT_TABLE.ROWS + row * ENDPOINT_TABLE.ROW_WORDS + word;
      names[`0:${at}`] = `${field} of ${row}`;
    }
  }
  return names;
}

function claiming(
  threads: readonly string[],
  options: { maxPreemptions?: number; mayDie?: readonly string[] } = {},
): Promise<Exploration> {
  const held = threads.some((name) => /releaser$/i.test(name));
  return explore({
    module: import.meta.resolve("./fixtures/endpoints_threads.ts"),
    threads,
    setup: () => [setup(held)],
    outcome,
    allowed: (outcome) => outcome.startsWith("own "),
    words: nameWords(),
    ...options,
  });
}

Deno.test("EndpointTable.open() gives two threads two rows in any schedule", async () => {
  assertSound(await claiming(["opener", "opener"]));
});

Deno.test("EndpointTable.open() gives three threads three rows", async () => {
  assertSound(
    await claiming(["opener", "opener", "opener"], {
      maxPreemptions: 3,
    }),
  );
});

Deno.test("EndpointTable.open() gives two threads two rows while a third frees one", async () => {
  const found = await claiming(["opener", "opener", "releaser"], {
    maxPreemptions: 3,
  });
  assertSound(found);
  // Both ways happened: one of them found the freed row, and none did.
  assertEquals(Object.keys(found.outcomes).sort(), [
    "own 0.0 0.1 1.0",
    "own 0.0 1.0 2.0",
  ]);
});

Deno.test("EndpointTable.open() gives a row that was freed another life", async () => {
  const found = await claiming(["churner", "churner"], { maxPreemptions: 3 });
  assertSound(found);
  assert("own 0.0 0.1 0.2 1.0" in found.outcomes);
});

Deno.test("EndpointTable.open() gives no row twice when an opener dies at any step", async () => {
  assertSound(
    await claiming(["opener", "churner"], {
      maxPreemptions: 3,
      mayDie: ["opener"],
    }),
  );
});

Deno.test("the explorer finds openers that load and store in place of a CAS", async () => {
  assertFlawFound(
    await claiming(["storingOpener", "storingOpener"]),
    "share 0.0 0.0",
  );
});

Deno.test("the explorer finds a row that is freed before its life is over", async () => {
  assertFlawFound(
    await claiming(["opener", "hastyReleaser"]),
    "share 0.0 0.0",
  );
});
