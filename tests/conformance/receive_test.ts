import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  ReceiveError,
  StashFullError,
  supervise,
} from "../../mod.ts";
import { Receiver } from "../fixtures/receiver.ts";
import { eventually } from "./journal.ts";
import { conformance } from "./placements.ts";
import { SharedWord } from "./shared_word.ts";

conformance(
  "Context.receive() takes the first of its methods, and leaves the others in their order",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const order = ref.ask.order();
    for (const text of ["a", "b"]) ref.tell.note(text);
    const paid = ref.ask.pay(3);
    for (const text of ["c", "d"]) ref.tell.note(text);
    assertEquals(await order, 3);
    assertEquals(await paid, 3);
    ref.tell.note("e");
    assertEquals(
      await ref.ask.log(),
      ["paid 3", "order", "a", "b", "c", "d", "e"],
    );
  },
);

conformance(
  "Context.receive() again looks at what it has skipped, in order",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    // The second of these is skipped by the first, with all that comes, and so is the third.
    const orders = [3, 2, 1].map((count) => ref.ask.order(count));
    for (const amount of [1, 2]) ref.tell.pay(amount);
    ref.tell.note("a");
    for (const amount of [4, 8, 16]) ref.tell.pay(amount);
    ref.tell.note("b");
    ref.tell.pay(32);
    assertEquals(await Promise.all(orders), [7, 24, 32]);
    assertEquals(await ref.ask.log(), [
      ...["paid 1", "paid 2", "paid 4", "order", "paid 8", "paid 16", "order"],
      ...["paid 32", "order", "a", "b"],
    ]);
  },
);

conformance(
  "Context.receive() takes what comes first, of several methods",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const one = ref.ask.either();
    ref.tell.later("c");
    ref.tell.note("a");
    ref.tell.pay(1);
    assertEquals(await one, "a");
    const two = ref.ask.either();
    const paid = ref.ask.pay(2);
    assertEquals(await two, "2");
    assertEquals(await paid, 2);
    await ref.ask.ready();
    assertEquals(await ref.ask.log(), ["unexpected 1", "ready", "c"]);
  },
);

conformance(
  "Context.receive() rejects at its deadline, and the rest is handled in order",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const reason = ref.ask.reason(20);
    for (const text of ["a", "b"]) ref.tell.note(text);
    assertEquals(await reason, "ReceiveError timeout");
    ref.tell.pay(1);
    assertEquals(await ref.ask.log(), ["a", "b", "unexpected 1"]);
  },
);

conformance(
  "Context.receive() rejects with the reason of its signal",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    assertEquals(await ref.ask.aborted(), "enough");
    assertEquals(await ref.ask.pay(1), -1);
  },
);

for (const drain of [false, true]) {
  conformance(
    `Context.receive() rejects when the actor is asked to stop, drain ${drain}`,
    async (t) => { // M34, M48
      const ref = await t.spawn(Receiver, []);
      const begun = new SharedWord();
      const reason = ref.ask.reason(Infinity, begun.words);
      const left = ref.ask.note("a").catch((error) => error);
      await begun.reaches(1);
      await ref.stop("enough", { drain });
      assertEquals(await reason, "ReceiveError stopped");
      const end = await left;
      if (drain) assertEquals(end, "a");
      else {
        assert(end instanceof ActorStoppedError);
        assert(end.safeToRetry);
      }
    },
  );
}

for (const drain of [false, true]) {
  conformance(
    `Context.receive() that a stop ends is no failure of its actor, drain ${drain}`,
    async (t) => { // M34, S25
      const ref = await t.spawn(Receiver, []);
      const order = ref.ask.order(2).catch((error) => error);
      await ref.ask.pay(1);
      const { kind, code } = await ref.stop("enough", { drain });
      assertEquals([kind, code], ["stopped", 0]);
      assertEquals((await ref.exited).kind, "stopped");
      const error = await order;
      assert(error instanceof ActorStoppedError);
      assertEquals(error.safeToRetry, false);
      assert(error.cause instanceof ReceiveError);
    },
  );
}

conformance(
  "Context.receive() takes what waits when the actor drains, and rejects when nothing is left",
  async (t) => { // M34, M48
    const ref = await t.spawn(Receiver, []);
    const gate = new SharedWord();
    // Both ask for more after the stop; the second has nothing left to receive.
    const first = ref.ask.orderWhen(gate.words, 2);
    const note = ref.ask.note("a");
    const second = ref.ask.reason(Infinity);
    const third = ref.ask.reason(Infinity);
    const paid = [1, 2, 4].map((amount) => ref.ask.pay(amount));
    await gate.reaches(1);
    const stopped = ref.stop("enough", { drain: true });
    gate.set(2);
    assertEquals((await stopped).kind, "stopped");
    assertEquals(await first, 3);
    assertEquals(await Promise.all(paid), [1, 2, 4]);
    assertEquals(await note, "a");
    assertEquals(await second, "received");
    assertEquals(await third, "ReceiveError stopped");
  },
);

conformance(
  "Context.receive() goes on to wait for what was sent before the actor drains",
  async (t) => { // M34, M48
    const ref = await t.spawn(Receiver, []);
    const order = ref.ask.order(2);
    await ref.ask.pay(1);
    const left = ref.ask.note("a");
    const paid = ref.ask.pay(2);
    assertEquals((await ref.stop("enough", { drain: true })).kind, "stopped");
    assertEquals(await order, 3);
    assertEquals([await left, await paid], ["a", 2]);
  },
);

conformance(
  "Context.receive() answers an ask with what its clause throws, and throws it",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const outer = ref.ask.throwing();
    await assertRejects(() => ref.ask.pay(1), RangeError, "no change");
    assertEquals(await outer, "no change");
  },
);

conformance(
  "Context.receive() ends with its handler",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    ref.tell.careless();
    assertEquals(await ref.ask.pay(1), -1);
    assertEquals(await ref.ask.log(), ["unexpected 1"]);
  },
);

conformance(
  "Context.receive() keeps what it has skipped over a restart, in order",
  async (t) => { // M34, S92
    await using tree = await supervise({
      backoff: false,
      children: [t.child({ id: "receiver", actor: Receiver, args: [] })],
    }, t.system);
    const ref = tree.ref("receiver", Receiver).with({ timeout: 30_000 });
    const failing = assertRejects(() => ref.ask.failing(), ActorCrashedError);
    const notes = ["a", "b"].map((text) => ref.ask.note(text));
    assertEquals(await ref.ask.pay(1), 1);
    const last = ref.ask.note("c");
    await failing;
    assertEquals(await Promise.all([...notes, last]), ["a", "b", "c"]);
    assertEquals(await ref.ask.log(), ["a", "b", "c"]);
  },
);

conformance(
  "Context.receive() frees the room of what it skips, up to mailbox.stash",
  async (t) => { // M34
    const mailbox = { capacity: 2, stash: 20 };
    const ref = (await t.spawn(Receiver, [], { mailbox }))
      .with({ timeout: 30_000 });
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`);
    const order = ref.ask.order();
    for (const text of texts) await ref.send.note(text);
    await ref.send.pay(5);
    assertEquals(await order, 5);
    assertEquals(await ref.ask.log(), ["paid 5", "order", ...texts]);
    // What was handled gives its room back once.
    for (const text of texts) await ref.send.note(text);
    assertEquals((await ref.ask.log()).length, 42);
  },
);

conformance(
  "Context.receive() rejects with StashFullError when it has skipped too many, and loses none",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, [], { mailbox: { stash: 2 } });
    const reason = ref.ask.reason(Infinity);
    for (const text of ["a", "b", "c", "d"]) ref.tell.note(text);
    assertEquals(await reason, StashFullError.prototype.name);
    assertEquals(await ref.ask.log(), ["a", "b", "c", "d"]);
  },
);

conformance(
  "Context.receive() lets what stash() put aside wait on",
  async (t) => { // M34, M35
    const ref = await t.spawn(Receiver, []);
    for (const text of ["a", "b"]) ref.tell.later(text);
    const order = ref.ask.order();
    for (const text of ["c", "d"]) ref.tell.note(text);
    ref.tell.pay(1);
    assertEquals(await order, 1);
    assertEquals(await ref.ask.log(), ["paid 1", "order", "c", "d"]);
    await ref.ask.ready();
    const log = await ref.ask.log();
    assertEquals(log.slice(4), ["ready", "a", "b"]);
  },
);

conformance(
  "Context.receive() works in a handler that was put aside before",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const later = ref.ask.later("x");
    const orders = [1, 2].map((count) => ref.ask.order(count));
    ref.tell.note("a");
    ref.tell.ready();
    for (const amount of [1, 2, 3]) ref.tell.pay(amount);
    assertEquals(await Promise.all(orders), [1, 5]);
    assertEquals(await later, "x");
    assertEquals(await ref.ask.log(), [
      ...["paid 1", "order", "paid 2", "paid 3", "order", "a", "ready", "x"],
    ]);
  },
);

conformance(
  "Context.receive() has timers wait for the end of its handler",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const timer = ref.ask.timer();
    await new Promise((resolve) => setTimeout(resolve));
    ref.tell.pay(1);
    await timer;
    await eventually(() => ref.ask.log(), ["paid 1", "order", "timer"]);
  },
);

conformance(
  "Context.receive() skips moved bytes, which come in their turn",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const order = ref.ask.order();
    const bytes = new ArrayBuffer(300_000);
    const size = ref.with({ transfer: [bytes] }).ask.bytes(bytes);
    ref.tell.pay(1);
    assertEquals(await order, 1);
    assertEquals(await size, 300_000);
    assertEquals(await ref.ask.log(), ["paid 1", "order", "bytes"]);
  },
);

conformance(
  "Context.receive() is refused beside another one, without a clause, and with an impossible deadline",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    const refused = ref.ask.refused();
    ref.tell.pay(1);
    const [beside, , empty, deadline] = await refused;
    assert(beside!.endsWith("as it receives one already: await that first"));
    assert(empty!.includes("'clauses' must name a method at least"));
    assert(deadline!.includes("'timeout' must be a number of milliseconds"));
  },
);

conformance(
  "Context.receive() is refused where no message is handled",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, []);
    await ref.ask.inTimer();
    await eventually(async () => (await ref.ask.log()).length, 1);
    const [message] = await ref.ask.log();
    assert(message!.endsWith("as none is handled: a hook or a timer runs"));
  },
);

conformance(
  "Context.receive() is refused when the actor handles several messages at once",
  async (t) => { // M34
    const ref = await t.spawn(Receiver, [], { concurrency: 2 });
    const error = await assertRejects(
      () => ref.ask.order(),
      ActorCrashedError,
    );
    assert((error.cause as Error).message.includes("concurrency is 2"));
  },
);
