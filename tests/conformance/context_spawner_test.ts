/** What an actor starts by its `Context`, whatever it has awaited before. */
import { assertEquals, assertRejects } from "@std/assert";
import { type ActorRef, supervise, type Supervisor } from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { Boss } from "./boss.ts";
import { eventually, Journal } from "./journal.ts";
import { type Case, conformance, type Placement } from "./placements.ts";
import type { ProbeActor } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** The placements in which an actor shares its thread: that goes on when the actor has ended. */
const LIGHT: readonly Placement[] = ["shared", "local"];

function bossTree(
  t: Case,
  how: "spawn" | "supervise",
  journal: Journal,
): Promise<Supervisor> {
  const args = [how, journal.memory, { placement: t.placement }] as const;
  return supervise({
    backoff: false,
    children: [t.child({ id: "boss", actor: Boss, args })],
  }, t.system);
}

for (const how of ["spawn", "supervise"] as const) {
  conformance(
    `Context.${
      how === "spawn" ? "spawn()" : "open(), by supervise(),"
    } after an await starts what ends with its incarnation`,
    async (t) => { // S75
      const tree = await bossTree(t, how, new Journal());
      const boss = tree.ref("boss", Boss);
      const former: ActorRef<ProbeActor>[] = [];
      for (let i = 0; i < 3; i++) {
        const child = await boss.ask.child();
        assertEquals(await child.ask.echo(i), i);
        former.push(child);
        const up = nextEvent(tree, "restarted", "boss");
        await assertRejects(() => boss.ask.fail());
        await up;
      }
      for (const child of former) await child.exited;
      const last = await boss.ask.child();
      assertEquals(await last.ask.echo("last"), "last");
      await tree.stop();
      await last.exited;
    },
  );
}

conformance(
  "Context.run() after an await starts a task that ends with its incarnation",
  async (t) => {
    const journal = new Journal();
    await using tree = await bossTree(t, "spawn", journal);
    const boss = tree.ref("boss", Boss);
    await boss.ask.begin();
    const up = nextEvent(tree, "restarted", "boss");
    await assertRejects(() => boss.ask.fail());
    await up;
    await eventually(() => journal.lines(), ["1 task killed"]);
  },
  LIGHT,
);

conformance(
  "supervise() with a Context is over when its incarnation has ended, also while a child waits for its restart",
  async (t) => { // S75
    const journal = new Journal();
    await using tree = await bossTree(t, "supervise", journal);
    const boss = tree.ref("boss", Boss);
    const child = await boss.ask.child();
    await boss.ask.loseChild();
    const up = nextEvent(tree, "restarted", "boss");
    await assertRejects(() => boss.ask.fail());
    await up;
    await child.exited;
    await eventually(() => journal.lines(), ["1 tree over"]);
  },
  LIGHT,
);

conformance(
  "Context starts nothing once its incarnation has ended",
  async (t) => {
    const journal = new Journal();
    await using tree = await bossTree(t, "spawn", journal);
    const boss = tree.ref("boss", Boss);
    const word = new SharedWord();
    await boss.ask.linger(word.words);
    const up = nextEvent(tree, "restarted", "boss");
    await assertRejects(() => boss.ask.fail());
    await up;
    word.set(2);
    const refused = Array(3).fill("1 ActorStoppedError");
    await eventually(() => journal.lines(), refused);
  },
  LIGHT,
);
