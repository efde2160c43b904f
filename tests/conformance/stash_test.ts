import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  AskTimeoutError,
  InvalidOptionError,
  StashFullError,
  supervise,
} from "../../mod.ts";
import { Stasher, type StasherActor } from "../fixtures/stasher.ts";
import { eventually } from "./journal.ts";
import { type Case, conformance } from "./placements.ts";
import { SharedWord } from "./shared_word.ts";

/** A stasher that is restarted. */
async function supervised(
  t: Case,
  options: { stash?: number; capacity?: number } = {},
): Promise<{ ref: ActorRef<StasherActor> } & AsyncDisposable> {
  const tree = await supervise({
    maxRestarts: 20,
    backoff: false,
    children: [
      t.child({
        id: "stasher",
        actor: Stasher,
        args: [],
        options: { mailbox: options },
      }),
    ],
  }, t.system);
  return {
    ref: tree.ref("stasher", Stasher),
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  };
}

const PATIENT = { timeout: 30_000 };

conformance(
  "Context.unstash() has what was put aside handled in the order in which it came",
  async (t) => { // M34, M35
    const ref = await t.spawn(Stasher, []);
    const asks = ["a", "b", "c"].map((text) => ref.ask.take(text));
    ref.tell.take("d");
    assertEquals(await ref.ask.stashed(), 4);
    assertEquals(await ref.ask.open(), 4);
    assertEquals(await Promise.all(asks), ["took a", "took b", "took c"]);
    assertEquals(await ref.ask.taken(), ["a", "b", "c", "d"]);
    assertEquals(await ref.ask.stashed(), 0);
  },
);

conformance(
  "Context.unstash() has what was put aside handled before what came later",
  async (t) => { // M35
    const ref = await t.spawn(Stasher, []);
    for (const text of ["a", "b"]) ref.tell.take(text);
    ref.tell.open();
    for (const text of ["c", "d"]) ref.tell.take(text);
    assertEquals(await ref.ask.taken(), ["a", "b", "c", "d"]);
  },
);

conformance(
  "Context.stash() puts a message aside again, and keeps the order",
  async (t) => { // M34, M35
    const ref = await t.spawn(Stasher, []);
    for (const text of ["a", "b", "c", "d"]) ref.tell.take(text);
    for (let i = 0; i < 3; i++) assertEquals(await ref.ask.again(), 4);
    assertEquals(await ref.ask.stashed(), 4);
    await ref.ask.open();
    assertEquals(await ref.ask.taken(), ["a", "b", "c", "d"]);
  },
);

conformance(
  "Context.stash() keeps the order of those that are skipped until one comes",
  async (t) => { // M34
    const ref = await t.spawn(Stasher, []);
    for (const text of ["a", "b", "c", "d"]) ref.tell.take(text);
    // All but "c" are put aside again; then they are handled in their order.
    ref.tell.openFor("c");
    await eventually(() => ref.ask.taken(), ["c", "d"]);
    ref.tell.take("e");
    await ref.ask.again();
    assertEquals(await ref.ask.taken(), ["c", "d", "e", "a", "b"]);
  },
);

conformance(
  "Context.unstash() in the midst of what is handled again restores the order of arrival",
  async (t) => { // M35
    const ref = await t.spawn(Stasher, []);
    for (const text of ["a", "b"]) ref.tell.take(text);
    // Opens when it is handled again, between "b" and "c".
    await ref.ask.again();
    for (const text of ["c", "d"]) ref.tell.take(text);
    ref.tell.again();
    ref.tell.open();
    assertEquals(await ref.ask.taken(), ["a", "b", "c", "d"]);
  },
);

conformance(
  "Context.stash() works after an await",
  async (t) => { // M34
    const ref = await t.spawn(Stasher, []);
    const asks = ["a", "b"].map((text) => ref.ask.takeLater(text));
    assertEquals(await ref.ask.open(), 2);
    assertEquals(await Promise.all(asks), ["took a", "took b"]);
    assertEquals(await ref.ask.taken(), ["a", "b"]);
  },
);

conformance(
  "Context.stash() puts the message aside also when its error is caught",
  async (t) => { // M34
    const ref = await t.spawn(Stasher, []);
    const ask = ref.ask.swallow("a");
    await ref.ask.open();
    assertEquals(await ask, "took a");
  },
);

conformance(
  "Context.stash() throws StashFullError beyond its capacity, which fails the actor, and keeps the rest",
  async (t) => { // M34
    await using tree = await supervised(t, { stash: 2 });
    const { ref } = tree;
    const asks = ["a", "b"].map((text) => ref.ask.take(text));
    const error = await assertRejects(
      () => ref.ask.take("c"),
      ActorCrashedError,
    );
    assert(error.cause instanceof StashFullError);
    assertEquals(error.cause.capacity, 2);
    assertEquals(await ref.ask.open(), 2);
    assertEquals(await Promise.all(asks), ["took a", "took b"]);
  },
);

conformance(
  "Context.stash() frees the room of the message in the mailbox",
  async (t) => { // M34
    const ref = await t.spawn(Stasher, [], { mailbox: { capacity: 2 } });
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`);
    for (const text of texts) await ref.with(PATIENT).send.take(text);
    await ref.with(PATIENT).ask.open();
    assertEquals(await ref.ask.taken(), texts);
    // What was handled again frees nothing twice.
    for (const text of texts) await ref.with(PATIENT).send.take(text);
    assertEquals((await ref.ask.taken()).length, 40);
  },
);

conformance(
  "Context.stash() is refused where no message is handled",
  async (t) => { // M34
    const ref = await t.spawn(Stasher, []);
    await ref.ask.inTimer();
    await eventually(async () => (await ref.ask.taken()).length, 1);
    const [message] = await ref.ask.taken();
    assert(message!.endsWith("as none is handled: a hook or a timer runs"));
  },
);

conformance(
  "Context.stash() is refused when the actor handles several messages at once",
  async (t) => { // M34
    const ref = await t.spawn(Stasher, [], { concurrency: 2 });
    const error = await assertRejects(
      () => ref.ask.take("a"),
      ActorCrashedError,
      "as it handles several at once: current concurrency is 2",
    );
    assertEquals(error.actor, ref.name);
  },
);

conformance(
  "a message that is put aside keeps its deadline",
  async (t) => { // M12, M34
    const ref = await t.spawn(Stasher, []);
    await assertRejects(
      () => ref.with({ timeout: 30 }).ask.take("late"),
      AskTimeoutError,
    );
    assertEquals(await ref.ask.open(), 1);
    assertEquals(await ref.ask.taken(), ["late"]);
  },
);

conformance(
  "messages that are put aside are handled first by the next incarnation, in order",
  async (t) => { // S44, S92, M16
    await using tree = await supervised(t);
    const { ref } = tree;
    const asks = ["a", "b", "c"].map((text) =>
      ref.with(PATIENT).ask.take(text)
    );
    await assertRejects(() => ref.ask.fail(), ActorCrashedError);
    // The next incarnation is closed too, and puts them aside anew.
    await eventually(() => ref.ask.stashed(), 3);
    const order = [
      ref.with(PATIENT).ask.open(),
      ref.with(PATIENT).ask.take("d"),
    ];
    assertEquals(await order[0], 3);
    assertEquals(await Promise.all(asks), ["took a", "took b", "took c"]);
    await order[1];
    assertEquals(await ref.ask.taken(), ["a", "b", "c", "d"]);
  },
);

conformance(
  "a message that fails when it is handled again is dropped, and those behind it are kept",
  async (t) => { // S44, S93
    await using tree = await supervised(t);
    const { ref } = tree;
    const word = new SharedWord();
    const patient = ref.with(PATIENT);
    const before = patient.ask.take("a");
    const bomb = assertRejects(
      () => patient.ask.explode(word.words),
      ActorCrashedError,
    );
    const after = ["b", "c"].map((text) => patient.ask.take(text));
    assertEquals(await ref.ask.open(), 4);
    await bomb;
    assertEquals(await before, "took a");
    await eventually(() => ref.ask.stashed(), 2);
    assertEquals(await ref.ask.open(), 2);
    assertEquals(await Promise.all(after), ["took b", "took c"]);
    assertEquals(await ref.ask.taken(), ["b", "c"]);
    assertEquals(word.value, 1);
  },
);

conformance(
  "messages that are put aside outlive several restarts",
  async (t) => { // S92, M16
    await using tree = await supervised(t);
    const { ref } = tree;
    const asks = ["a", "b"].map((text) => ref.with(PATIENT).ask.take(text));
    assertEquals(await ref.ask.stashed(), 2);
    await assertRejects(() => ref.ask.fail(), ActorCrashedError);
    await assertRejects(() => ref.ask.fail(), ActorCrashedError);
    await eventually(() => ref.ask.stashed(), 2);
    await ref.ask.open();
    assertEquals(await Promise.all(asks), ["took a", "took b"]);
  },
);

conformance(
  "messages that are put aside at the final end are dead letters, and asks are safe to repeat",
  async (t) => { // M48
    const ref = await t.spawn(Stasher, [], { name: "stasher" });
    const ask = assertRejects(() => ref.ask.take("a"), ActorStoppedError);
    ref.tell.take("b");
    assertEquals(await ref.ask.stashed(), 2);
    await ref.stop();
    assert((await ask).safeToRetry);
    await eventually(() => t.system.deadLetters.countOf("undelivered"), 2);
  },
);

conformance(
  "a draining stop does not wait for what is put aside",
  async (t) => { // S77, M48
    const ref = await t.spawn(Stasher, []);
    const ask = assertRejects(() => ref.ask.take("a"), ActorStoppedError);
    assertEquals((await ref.stop("enough", { drain: true })).kind, "stopped");
    await ask;
  },
);

conformance(
  "a draining stop handles what is to be handled again",
  async (t) => { // S77
    const ref = await t.spawn(Stasher, []);
    const asks = ["a", "b"].map((text) => ref.ask.take(text));
    ref.tell.open();
    await ref.stop("enough", { drain: true });
    assertEquals(await Promise.all(asks), ["took a", "took b"]);
  },
);

conformance(
  "moved bytes may be put aside",
  async (t) => { // M34
    const ref = await t.spawn(Stasher, []);
    const bytes = new ArrayBuffer(300_000);
    const ask = ref.with({ transfer: [bytes], timeout: 30_000 })
      .ask.takeBytes(bytes);
    assertEquals(await ref.ask.open(), 1);
    assertEquals(await ask, 300_000);
  },
);

conformance(
  "SpawnOptions.mailbox.stash is refused when it is out of bounds",
  async (t) => { // M34
    const error = await assertRejects(
      () => t.spawn(Stasher, [], { mailbox: { stash: 0 } }),
      InvalidOptionError,
      "'mailbox.stash' must be a whole number from 1 to 1048576",
    );
    assertEquals(error.option, "mailbox.stash");
  },
);
