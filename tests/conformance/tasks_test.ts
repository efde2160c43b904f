/** Tasks that an actor, or the thread that made it, has done by others. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataCloneError, Pool } from "../../mod.ts";
import { square } from "../fixtures/pool_tasks.ts";
import { crowdWords } from "../fixtures/router_tasks.ts";
import { Foreman } from "./foreman.ts";
import { conformance, COPIES, type Placement } from "./placements.ts";
import { Probe } from "./probe.ts";

/** Where an actor is on another thread; the pools of a local one are those of this thread, as in tests/pool. */
const AWAY: readonly Placement[] = ["thread", "shared"];

conformance("a task is awaited by the thread that started it", async (t) => { // M21
  const foreman = await t.spawn(Foreman, []);
  assertEquals(await foreman.ask.squares(3), [9, 9]);
}, AWAY);

conformance(
  "a task is awaited by nobody else: it is refused as a message, with its path",
  async (t) => { // M21
    await using pool = new Pool({ system: t.system, size: 1 });
    const probe = await t.spawn(Probe, [{}]);
    for (const job of [pool.run(square, [3]), t.system.run(square, [3])]) {
      await assertRejects(
        () => probe.ask.echo({ jobs: [job] }),
        DataCloneError,
        "jobs[0] as it is a Job that is waited for: await it first",
      );
      assertEquals(await job, 9);
    }
  },
  COPIES,
);

conformance(
  "tasks of a stream run as many at once as the pool has workers, their results in order",
  async (t) => { // M22
    const foreman = await t.spawn(Foreman, []);
    const words = crowdWords();
    const got = await foreman.with({ timeout: 30_000 }).ask.goIn(words, 12);
    assertEquals(got, Array.from({ length: 12 }, (_, at) => at));
    const [inside, most, came] = words;
    assertEquals([inside, most, came], [0, 2, 12]);
  },
  AWAY,
);

conformance(
  "results of a stream come in order unless it is told otherwise",
  async (t) => { // M22
    const foreman = await t.spawn(Foreman, []);
    for (const ordered of [true, false]) {
      const got = await foreman.with({ timeout: 30_000 }).ask.overtake(
        crowdWords(),
        ordered,
      );
      assertEquals(got, ordered ? [0, 1] : [1, 0]);
    }
  },
  AWAY,
);

conformance(
  "a reader that leaves a stream leaves no task behind",
  async (t) => { // M22
    const foreman = await t.spawn(Foreman, []);
    const words = crowdWords();
    const [read, pending, closed] = await foreman.with({ timeout: 30_000 }).ask
      .leave(words);
    assertEquals([pending, closed], [0, true]);
    assert(read <= 5, `${read} were read`);
    // The pool is closed: what has not come in by now never does.
    const [inside, , came] = words;
    assertEquals(inside, 0);
    assert(came! <= read, `${came} of ${read} came in`);
  },
  AWAY,
);

conformance(
  "who started a task survives its crash, and is told once",
  async (t) => { // M23
    const foreman = await t.spawn(Foreman, []);
    for (const how of ["run", "pool"] as const) {
      const [told, name, kind] = await foreman.with({ timeout: 30_000 }).ask
        .loseOne(how);
      assertEquals([told, name], [1, "WorkerDiedError"]);
      assertEquals(kind, how === "run" ? "crashed" : "failed");
    }
    assertEquals([foreman.incarnation, await foreman.ask.squares(2)], [1, [
      4,
      4,
    ]]);
  },
  AWAY,
);
