import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ActorCrashedError,
  InvalidOptionError,
  supervise,
  System,
} from "../../mod.ts";
import { Probe } from "../conformance/probe.ts";

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
    const ends = [guilty.exited, other.exited];
    await assertRejects(() => guilty.ask.die(how), ActorCrashedError);
    for (const { kind } of await Promise.all(ends)) {
      assertEquals(kind, "crashed");
    }
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
