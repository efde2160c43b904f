import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  ActorStoppedError,
  InvalidOptionError,
  supervise,
  SupervisorGaveUpError,
  System,
} from "../../mod.ts";
import { eventually, Journal } from "../conformance/journal.ts";
import { Probe } from "../conformance/probe.ts";
import { SharedWord } from "../conformance/shared_word.ts";
import { Gate } from "../fixtures/gate.ts";
import { Tally } from "../fixtures/host_actors.ts";

const SHARED = { placement: "shared" } as const;
/** An ask that may wait for a host to come up again. */
const PATIENT = { timeout: 30_000 };

Deno.test("System refuses a number of hosts out of bounds", () => {
  for (const hosts of [0, 65, 1.5, NaN]) {
    const error = assertThrows(
      () => new System({ hosts }),
      InvalidOptionError,
    );
    assertEquals(error.option, "hosts");
  }
});

for (const how of ["close", "exit"] as const) {
  Deno.test(`a host that ends by ${how} ends all its actors, and no others`, async () => {
    await using system = new System({ hosts: 1 });
    const guilty = await system.spawn(Probe, [], SHARED);
    const other = await system.spawn(Probe, [], SHARED);
    const elsewhere = await system.spawn(Probe, []);
    const { exited } = elsewhere;
    const ends = Promise.all([guilty.exited, other.exited]);
    await assertRejects(() => guilty.ask.die(how), ActorCrashedError);
    const [first, second] = await ends;
    assertEquals(first.kind, "crashed");
    // Which of them it was is known if its handler had not returned.
    assert(["crashed", "killed"].includes(second.kind));
    assertEquals(await elsewhere.ask.echo(1), 1);
    // The host is there again for whoever comes next.
    const next = await system.spawn(Probe, [], SHARED);
    assertEquals(await next.ask.echo(2), 2);
    await elsewhere.stop();
    assertEquals((await exited).kind, "stopped");
  });
}

Deno.test("the death of a host restarts each actor by the rule of its own supervisor", async () => {
  await using system = new System({ hosts: 1 });
  await using one = await supervise({
    backoff: false,
    children: [
      { id: "a", actor: Probe, options: SHARED },
      { id: "t", actor: Probe, options: SHARED, restart: "temporary" },
    ],
  }, system);
  await using two = await supervise({
    backoff: false,
    children: [{ id: "b", actor: Probe, options: SHARED }],
  }, system);
  const a = one.ref("a", Probe).with(PATIENT);
  const b = two.ref("b", Probe).with(PATIENT);
  const died = await assertRejects(() => b.ask.die("exit"), ActorCrashedError);
  assert(died.mayHaveRun);
  assertInstanceOf(died.cause, Error);
  assertEquals(await a.ask.echo(1), 1);
  assertEquals(await b.ask.echo(2), 2);
  assertEquals([a.incarnation, b.incarnation], [2, 2]);
  assertEquals(one.children().map(({ id }) => id), ["a"]);
});

for (const how of ["stop", "kill", "fail", "die"] as const) {
  Deno.test(`what an actor starts on a host ends with it when it ends by ${how}`, async () => { // S74, S75
    await using system = new System({ hosts: 1 });
    const journal = new Journal();
    const owner = await system.spawn(Probe, []);
    const child = await owner.ask.have({ journal: journal.memory }, {
      name: "child",
      ...SHARED,
    });
    const { exited } = child;
    // Its host has heard of the watch when it answers.
    assertEquals(await child.ask.echo(1), 1);
    const ended = owner.exited;
    if (how === "fail") owner.tell.fail("told to");
    else if (how === "die") owner.tell.die("exit");
    else await owner[how]();
    await ended;
    assertEquals((await exited).kind, how === "stop" ? "stopped" : "killed");
    await assertRejects(() => child.ask.echo(1), ActorStoppedError);
    assertEquals(
      journal.lines().slice(2),
      how === "stop" ? ["child stop 1: owner stopped"] : [],
    );
    // Its host lives on.
    const other = await system.spawn(Probe, [], SHARED);
    assertEquals(await other.ask.echo(2), 2);
  });
}

Deno.test("the end of a host is one failure, however many children it takes along", async () => { // S31
  await using system = new System({ hosts: 1 });
  await using tree = await supervise({
    maxRestarts: 2,
    withinMs: 3_600_000,
    backoff: false,
    children: Array.from(
      { length: 40 },
      (_, i) => ({ id: `c${i}`, actor: Probe, options: SHARED }),
    ),
  }, system);
  const refs = Array.from(
    { length: 40 },
    (_, i) => tree.ref(`c${i}`, Probe).with(PATIENT),
  );
  const incarnations = async () => {
    await Promise.all(refs.map((ref) => ref.ask.echo(1)));
    return [...new Set(refs.map(({ incarnation }) => incarnation))];
  };
  await assertRejects(() => refs[7]!.ask.die("exit"), ActorCrashedError);
  await eventually(incarnations, [2]);
  await assertRejects(() => refs[8]!.ask.die("exit"), ActorCrashedError);
  await eventually(incarnations, [3]);
  await assertRejects(() => refs[9]!.ask.die("exit"), ActorCrashedError);
  const { error } = await tree.exited;
  assert(error instanceof SupervisorGaveUpError);
});

Deno.test("an actor on a host handles no more than a slice of its messages while others wait", async () => {
  await using system = new System({ hosts: 1 });
  const words = new Int32Array(new SharedArrayBuffer(8));
  const tally = () => system.spawn(Tally, [words], SHARED);
  const [busy, other, blocker] = [await tally(), await tally(), await tally()];
  const blocked = Atomics.waitAsync(words, 1, 0);
  const blocking = blocker.ask.block();
  await blocked.value;
  // All of these wait when the thread turns to them.
  for (let i = 0; i < 1_000; i++) busy.tell.count();
  const seen = other.ask.read();
  Atomics.store(words, 1, 2);
  Atomics.notify(words, 1);
  await blocking;
  const count = await seen;
  assert(
    count <= 64,
    `It handled ${count} messages before the other had its turn`,
  );
  while (await busy.ask.read() < 1_000);
});

Deno.test("a tree over all placements is restarted as one, also by the death of a host", async () => { // S2, S88
  await using system = new System({ hosts: 1 });
  await using tree = await supervise({
    strategy: "oneForAll",
    backoff: false,
    children: [
      { id: "thread", actor: Probe },
      { id: "shared", actor: Probe, options: SHARED },
      { id: "local", actor: Probe, options: { placement: "local" } },
    ],
  }, system);
  const ids = ["thread", "shared", "local"];
  const refs = ids.map((id) => tree.ref(id, Probe).with(PATIENT));
  await Promise.all(refs.map((ref) => ref.ask.note("forgotten")));
  const [thread, shared, local] = refs as [
    typeof refs[0],
    typeof refs[0],
    typeof refs[0],
  ];
  const restarted = () =>
    Promise.all(
      refs.map(async (ref) => [await ref.ask.notes(), ref.incarnation]),
    );
  const next = (incarnation: number) =>
    ids.map(() => [["started"], incarnation]);

  await assertRejects(() => shared.ask.die("exit"), ActorCrashedError);
  await eventually(restarted, next(2));
  await assertRejects(() => local.ask.fail("told to"), ActorCrashedError);
  await eventually(restarted, next(3));
  // Across threads, and from each placement to each other.
  for (const from of refs) {
    for (const to of refs) {
      if (from !== to) {
        assertEquals(await from.ask.askOther(to, "hello"), "hello");
      }
    }
  }
  assertEquals((await thread.ask.facts()).parent?.name, "main");
});

// M7
Deno.test("the tells that a host had read when it ended are dead letters, each once", async () => {
  await using system = new System({ hosts: 1, deadLetterLines: 0 });
  await using tree = await supervise({
    backoff: false,
    children: [{ id: "gate", actor: Gate, options: SHARED }],
  }, system);
  const gate = tree.ref("gate", Gate).with(PATIENT);
  const letters = system.deadLetters[Symbol.asyncIterator]();
  // These are dealt with.
  for (let n = 0; n < 5; n++) gate.tell.waiting();
  assertEquals(await gate.ask.waiting(), 0);
  const guilty = await system.spawn(Probe, [], SHARED);
  const arrived = new SharedWord();
  const passing = assertRejects(
    () => gate.ask.pass(arrived.words),
    ActorCrashedError,
  );
  await arrived.reaches(1);
  // These wait at the host, beside one that it reads behind them.
  for (let n = 0; n < 3; n++) gate.tell.waiting();
  await assertRejects(() => guilty.ask.die("exit"), ActorCrashedError);
  await passing;
  assertEquals(await gate.ask.waiting(), 0);
  for (let n = 0; n < 3; n++) {
    const { value } = await letters.next();
    assertEquals([value.why, value.kind, value.sender.id], ["lost", "tell", 0]);
  }
  assertEquals(system.deadLetters.count, 3);
});

Deno.test("an actor that hangs takes its host along, and each on it is restarted", async () => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  await using system = new System({ hosts: 1 });
  await using tree = await supervise({
    backoff: false,
    children: [
      {
        id: "guilty",
        actor: Tally,
        args: [words],
        options: { ...SHARED, hangMs: 1_500 },
      },
      { id: "other", actor: Probe, options: SHARED },
    ],
  }, system);
  const ends: unknown[] = [];
  using _events = tree.onEvent((event) => {
    if (event.type === "ended") ends.push([event.id, event.report.kind]);
  });
  const guilty = tree.ref("guilty", Tally).with(PATIENT);
  const other = tree.ref("other", Probe).with(PATIENT);
  const hung = await assertRejects(() => guilty.ask.block(), ActorCrashedError);
  assert(hung.mayHaveRun);
  assertEquals(await other.ask.echo(1), 1);
  assertEquals(await guilty.ask.read(), 0);
  assertEquals([guilty.incarnation, other.incarnation], [2, 2]);
  assertEquals(ends, [["guilty", "hung"], ["other", "killed"]]);
  await eventually(() => system.zombies, 1);
  // Nothing that it does now counts.
  Atomics.store(words, 1, 2);
  Atomics.notify(words, 1);
  await eventually(() => system.zombies, 0);
  assertEquals(await guilty.ask.read(), 0);
});

Deno.test("ActorRef.kill() of an actor whose host hangs ends the host", async () => { // S24, S66
  const words = new Int32Array(new SharedArrayBuffer(8));
  await using system = new System({ hosts: 1 });
  const guilty = await system.spawn(Tally, [words], SHARED);
  const other = await system.spawn(Probe, [], SHARED);
  const ended = Promise.all([guilty.exited, other.exited]);
  const blocked = Atomics.waitAsync(words, 1, 0);
  const blocking = assertRejects(() => guilty.ask.block(), ActorCrashedError);
  await blocked.value;
  await guilty.kill();
  await blocking;
  assertEquals((await ended).map(({ kind }) => kind), ["hung", "killed"]);
  const next = await system.spawn(Probe, [], SHARED);
  assertEquals(await next.ask.echo(1), 1);
  await eventually(() => system.zombies, 1);
  Atomics.store(words, 1, 2);
  Atomics.notify(words, 1);
  await eventually(() => system.zombies, 0);
});
