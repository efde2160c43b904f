/** What is sent to an actor between two incarnations, and what ends before the next one begins. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorStoppedError,
  AskTimeoutError,
  type DeadLetter,
  MailboxFullError,
  supervise,
} from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";
import { SharedWord } from "./shared_word.ts";

/** Longer than any test, in milliseconds. */
const FOR_EVER_MS = 600_000;

conformance(
  "a message that fails after it was held through a restart leaves those behind it to the next incarnation",
  async (t) => { // S44, S92, M4
    const slow = new SharedWord();
    slow.set(2);
    await using tree = await supervise({
      backoff: false,
      children: [
        t.child({ id: "p", actor: Probe, args: [{ slow: slow.words }] }),
      ],
    }, t.system);
    const probe = tree.ref("p", Probe);
    slow.set(0);
    probe.tell.fail("once");
    // Its successor is in onStart: all of these are held.
    await slow.reaches(1);
    probe.tell.note("before");
    probe.tell.fail("again");
    probe.tell.note("after 1");
    probe.tell.note("after 2");
    const notes = probe.ask.notes();
    slow.set(2);
    assertEquals(await notes, ["started", "after 1", "after 2"]);
    assertEquals(probe.incarnation, 3);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

conformance(
  "what finds no room while an actor waits for its restart is a dead letter, or told",
  async (t) => { // S43, M46
    await using tree = await supervise({
      backoff: { minMs: FOR_EVER_MS, maxMs: FOR_EVER_MS, randomFactor: 0 },
      children: [t.child({
        id: "p",
        actor: Probe,
        options: { mailbox: { capacity: 2 } },
      })],
    }, t.system);
    const letters = t.system.deadLetters[Symbol.asyncIterator]();
    const probe = tree.ref("p", Probe);
    const down = nextEvent(tree, "restarting");
    probe.tell.fail("told to");
    await down;
    const hasty = probe.with({ timeout: 20 });
    for (const text of ["1", "2", "3", "4"]) hasty.tell.note(text);
    const asked = assertRejects(() => hasty.ask.notes(), MailboxFullError);
    for (let i = 0; i < 2; i++) {
      const { why, receiver, method } = (await letters.next())
        .value as DeadLetter;
      assertEquals([why, receiver.name, method], ["full", "p", "note"]);
    }
    await asked;
    // What had room is there when the wait for the restart is cut short.
    await tree.stopChild("p");
    const up = tree.restartChild("p");
    assertEquals(await probe.ask.notes(), ["started", "1", "2"]);
    await up;
  },
);

conformance(
  "what an actor started has ended before its next incarnation begins",
  async (t) => { // S99, S75
    const slow = new SharedWord();
    slow.set(2);
    await using tree = await supervise({
      backoff: false,
      children: [
        t.child({ id: "owner", actor: Probe, args: [{ slow: slow.words }] }),
      ],
    }, t.system);
    const owner = tree.ref("owner", Probe);
    const child = await owner.ask.have({}, {
      name: "child",
      placement: t.placement,
    });
    assertEquals(await child.ask.echo(1), 1);
    slow.set(0);
    owner.tell.fail("told to");
    // The owner's successor is in onStart until the end of this: a child that lived would answer.
    await slow.reaches(1);
    await assertRejects(() => child.ask.echo(2), ActorStoppedError);
    assertEquals((await child.exited).kind, "killed");
    slow.set(2);
    await assertRejects(() => owner.ask.viaChild(3));
  },
);

conformance(
  "an ask that times out tells that its actor did not run, and how one that was stopped is started",
  async (t) => { // M12, M16, S73
    await using tree = await supervise({
      backoff: { minMs: FOR_EVER_MS, maxMs: FOR_EVER_MS, randomFactor: 0 },
      children: [
        t.child({ id: "stopped", actor: Probe }),
        t.child({ id: "failed", actor: Probe }),
        t.child({ id: "busy", actor: Probe }),
      ],
    }, t.system);
    await tree.stopChild("stopped");
    const waits = nextEvent(tree, "restarting");
    tree.ref("failed", Probe).tell.fail("told to");
    await waits;
    const begun = new SharedWord();
    const busy = tree.ref("busy", Probe);
    busy.tell.never(begun.words);
    await begun.reaches(1);
    const asked = ["stopped", "failed", "busy"].map(async (id) => {
      const ref = tree.ref(id, Probe).with({ timeout: 30 });
      const { message, begun } = await assertRejects(
        () => ref.ask.notes(),
        AskTimeoutError,
      );
      const idle = message.includes("the actor did not run") &&
        message.includes("is started by restartChild()");
      return [id, begun, idle];
    });
    assertEquals(await Promise.all(asked), [
      ["stopped", false, true],
      ["failed", false, true],
      ["busy", false, false],
    ]);
    await busy.kill();
  },
);
