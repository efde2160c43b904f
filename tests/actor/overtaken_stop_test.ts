import { assertEquals, assertNotEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Isolate } from "../../src/actor/thread/isolate.ts";
import { Foreseen } from "../../src/actor/nursery/foreseen.ts";
import { Nursery } from "../../src/actor/nursery/nursery.ts";
import type { FromNursery, ToNursery } from "../../src/actor/mail/protocol.ts";
import type { Start } from "../../src/actor/nursery/seat.ts";
import { checkSpawnOptions } from "../../src/actor/spawn_options.ts";
import { ThreadCell } from "../../src/actor/thread/thread_cell.ts";
import { Lives } from "../../src/sync/lives.ts";
import { ENDPOINT, EndpointTable } from "../../src/memory/endpoints.ts";

function startOf(endpoint: number, incarnation: number): Start {
  const become = { address: { endpoint, life: 0 }, name: "x", incarnation };
  return {
    type: "start",
    owner: 0,
    become,
    transfer: [],
    initTimeout: Infinity,
    hangMs: Infinity,
    redeliver: 0,
    dropMail: false,
  } as unknown as Start;
}

/** A nursery without spares, what it tells, and the row of an actor that it may start. */
function openNursery(): {
  nursery: Nursery;
  told: FromNursery[];
  table: EndpointTable;
  endpoint: number;
} {
  const table = new EndpointTable();
  const told: FromNursery[] = [];
  const nursery = new Nursery(
    table.memory,
    { memory: new Lives(undefined, 2).memory, group: 1 },
    0,
    new Foreseen([]),
    (message) => void told.push(message),
  );
  table.open(); // The owner.
  const { endpoint } = table.open();
  return { nursery, told, table, endpoint };
}

Deno.test("ThreadCell does not take a stop that found nobody for the end of the incarnation that starts", async () => { // M4, S79
  const posts: ToNursery[] = [];
  const isolate = new Isolate(new EndpointTable(), 0, 0, (message) => {
    posts.push(message);
  });
  const plan = {
    kind: "actor",
    module: import.meta.url,
    definition: "X",
    args: [],
    once: false,
  } as const;
  const cell = new ThreadCell(
    isolate,
    plan,
    checkSpawnOptions("X", {}),
    { id: 0, name: "main" },
  );
  const { address } = cell;
  const ended = (incarnation: number, asked: boolean) =>
    cell.receive({
      type: "ended",
      address,
      incarnation,
      report: { kind: asked ? "stopped" : "failed", code: 1 },
      asked,
      crash: undefined,
      heard: true,
    });
  const ends: boolean[] = [];
  cell.onEnded = (_report, asked) => void ends.push(asked);

  const first = cell.start();
  cell.receive({ type: "started", address, incarnation: 1 });
  await first;
  ended(1, false);
  const second = cell.start(cell.lastReport);
  ended(1, true);
  assertEquals([cell.running, ends], [true, [false]]);
  const last = posts.at(-1);
  assertEquals(last?.type === "stop" && last.asked, true);
  cell.receive({ type: "started", address, incarnation: 2 });
  await second;
  ended(2, true);
  assertEquals([cell.running, ends], [false, [false, true]]);
});

Deno.test("Nursery counts no wait for a thread as a part of the start, and waits 30 s at most", () => { // S53
  using time = new FakeTime();
  const { nursery, told, endpoint } = openNursery();
  nursery.receive({ ...startOf(endpoint, 1), initTimeout: 5 });
  const [hatch] = told;
  const id = hatch?.type === "hatch" ? hatch.id : "";
  const { port1, port2 } = new MessageChannel();
  nursery.receive({ type: "hatched", id, port: port1 });
  time.tick(29_999);
  assertEquals(told.map(({ type }) => type), ["hatch"]);
  time.tick(1);
  const ended = told.at(-1);
  assertEquals(ended?.type === "ended" && ended.report.kind, "failed");
  nursery.receive({ type: "close" });
  port2.close();
});

Deno.test("Nursery fences an incarnation before it starts the next, whoever asks for it", () => { // M4, S60
  const { nursery, told, endpoint, table } = openNursery();
  nursery.receive(startOf(endpoint, 1));
  const epoch = table.get(endpoint, ENDPOINT.EPOCH);
  nursery.receive(startOf(endpoint, 2));
  // One step fences the first, one more is the second's: whatever starts for the first has no epoch that it could share.
  assertEquals(table.get(endpoint, ENDPOINT.EPOCH), epoch + 2);
  assertNotEquals(told.find(({ type }) => type === "ended"), undefined);
  nursery.receive({ type: "close" });
});
