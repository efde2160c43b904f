/** What waits for room at the thread of its sender, when that thread ends. */
import { assertEquals } from "@std/assert";
import { held } from "./held.ts";
import { eventually } from "./journal.ts";
import { conformance, OWN_THREAD } from "./placements.ts";
import { Probe } from "./probe.ts";

const ENDS = ["kill", "stop", "exit", "fail"] as const;

for (const end of ENDS) {
  conformance(
    `a tell that waits for room when its sender ends (${end}) is a dead letter`,
    async (t) => { // M7 M46 M48
      const { system } = t;
      const receiver = await t.spawn(Probe, [{}], {
        name: "receiver",
        mailbox: { capacity: 2 },
      });
      // Its end is that of its thread, wherever the receiver lives.
      const sender = await system.spawn(Probe, [{}], { name: "sender" });
      const letters = system.deadLetters[Symbol.asyncIterator]();
      const { letGo, answer } = await held(receiver);
      await sender.ask.sendAll(receiver, "n", 9);
      if (end === "kill") await sender.kill();
      else if (end === "stop") await sender.stop();
      else if (end === "exit") sender.tell.die("exit");
      else sender.ask.fail("over").catch(() => {});
      await sender.exited;
      for (let i = 0; i < 7; i++) {
        const { why, kind, sender, receiver, method } =
          (await letters.next()).value;
        assertEquals([why, kind, method], ["unsent", "tell", ""]);
        assertEquals(sender.name, "sender");
        // Of actors that share a thread only the thread is known.
        if (OWN_THREAD.includes(t.placement)) {
          assertEquals(receiver.name, "receiver");
        }
      }
      letGo();
      await answer;
      // What this thread asks is not ordered with what that one had sent.
      const all = ["started", "held", "n0", "n1"];
      await eventually(() => receiver.ask.notes(), all);
      assertEquals(system.deadLetters.countOf("unsent"), 7);
      assertEquals(system.deadLetters.count, 7);
    },
  );
}

conformance(
  "a tell that waited for room and found it is no dead letter when its sender ends",
  async (t) => { // M4 M7
    const { system } = t;
    const receiver = await t.spawn(Probe, [{}], { mailbox: { capacity: 2 } });
    const sender = await system.spawn(Probe, [{}]);
    const { letGo, answer } = await held(receiver);
    await sender.ask.sendAll(receiver, "n", 9);
    letGo();
    await answer;
    // Its own messages are behind those that waited.
    assertEquals(await sender.ask.askOther(receiver, "last"), "last");
    assertEquals((await receiver.ask.notes()).length, 11);
    await sender.kill();
    await sender.exited;
    assertEquals(system.deadLetters.count, 0);
  },
);

conformance(
  "what actors of one host have waiting for room elsewhere is dead letters when the host ends",
  async (t) => { // M7
    const { system } = t;
    const receiver = await t.spawn(Probe, [{}], { mailbox: { capacity: 2 } });
    const shared = { placement: "shared" } as const;
    const [one, other] = [
      await system.spawn(Probe, [{}], shared),
      await system.spawn(Probe, [{}], shared),
    ];
    const { letGo, answer } = await held(receiver);
    await one.ask.sendAll(receiver, "n", 4);
    await other.ask.sendAll(receiver, "n", 4);
    const ends = Promise.all([one.exited, other.exited]);
    one.ask.die("exit").catch(() => {});
    await ends;
    await eventually(() => system.deadLetters.count, 6);
    assertEquals(system.deadLetters.countOf("unsent"), 6);
    letGo();
    await answer;
    await eventually(async () => (await receiver.ask.notes()).length, 4);
  },
  // Not beside its senders on the host that ends.
  ["thread", "local"],
  { hosts: 1 },
);
