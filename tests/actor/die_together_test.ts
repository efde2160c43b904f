import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  type ActorRef,
  ActorStoppedError,
  type Down,
  LinkedExitError,
  monitor,
  Registry,
  System,
} from "../../mod.ts";
import { SharedWord } from "../conformance/shared_word.ts";
import { Doomed, type DoomedActor } from "../fixtures/doomed.ts";
import { Partner } from "../fixtures/partners.ts";
import { until } from "../fixtures/until.ts";
import { noted, Witness } from "../fixtures/witnesses.ts";

/** Asks that nothing but an end settles. */
const PATIENT = { timeout: Infinity };

/** Has an actor and its owner end their threads at the same time. */
async function endTogether(
  owner: ActorRef<DoomedActor>,
  child: ActorRef<DoomedActor>,
): Promise<void> {
  const word = new SharedWord();
  const ends = [owner, child].map((ref) =>
    assertRejects(
      () => ref.with(PATIENT).ask.await(word.words),
      ActorCrashedError,
    )
  );
  await word.reaches(2);
  word.set(9);
  await Promise.all(ends);
}

/** As `promise`, but not for ever. */
async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let settled = false;
  const over = (): boolean => settled;
  const done = promise.finally(() => settled = true);
  done.catch(() => {});
  await until(what, over);
  return await done;
}

for (const placement of ["thread", "shared"] as const) {
  Deno.test(`everybody hears of an actor that dies at the same time as its owner [${placement}]`, async () => { // S75, M24
    await using system = new System({ hosts: 1, deadLetterLines: 0 });
    const registry = await Registry.start({ system });
    const witness = await system.spawn(Witness, []);
    const owner = await system.spawn(Doomed, [], { name: "owner" });
    const child = await owner.ask.have(placement);
    await registry.register("child", child);
    await witness.ask.watch(child);
    const down = new Promise<Down>((resolve) => monitor(child, resolve));
    const ended = child.exited;
    await endTogether(owner, child);

    const kinds = [(await soon("exited", ended)).kind];
    kinds.push((await soon("monitor", down)).report.kind);
    for (const kind of kinds) {
      assertEquals(["crashed", "killed"].includes(kind), true, kind);
    }
    await soon("watch", noted(witness, "down"));
    await soon(
      "a late ask",
      assertRejects(
        () => child.with(PATIENT).ask.late(),
        ActorStoppedError,
      ),
    );
    while (await registry.whereis("child") !== undefined);
  });

  Deno.test(`an ask of an actor that died at the same time as its owner is refused, though nobody watched it [${placement}]`, async () => { // S75, M24
    await using system = new System({ hosts: 1, deadLetterLines: 0 });
    const owner = await system.spawn(Doomed, []);
    const child = await owner.ask.have(placement);
    await endTogether(owner, child);
    await soon(
      "a late ask",
      assertRejects(
        () => child.with(PATIENT).ask.late(),
        ActorStoppedError,
      ),
    );
    const later = await soon("exited", child.exited);
    assertEquals(["crashed", "killed"].includes(later.kind), true, later.kind);
  });
}

Deno.test("who is linked with an actor hears when it dies at the same time as its owner", async () => { // M30
  await using system = new System();
  const owner = await system.spawn(Doomed, []);
  const child = await owner.ask.have("thread");
  const partner = await system.spawn(Partner, []);
  await partner.ask.link(child);
  const ended = partner.exited;
  await endTogether(owner, child);
  const { error } = await soon("the partner", ended);
  assertInstanceOf(error, LinkedExitError);
});

Deno.test("what an actor on a host had on another host ends when both hosts die at the same time", async () => { // S75
  await using system = new System({ hosts: 2 });
  const owner = await system.spawn(Doomed, [], { placement: "shared" });
  const child = await owner.ask.have("shared");
  const ended = child.exited;
  await endTogether(owner, child);
  assertEquals((await soon("exited", ended)).kind, "killed");
});

Deno.test("an ask that waits for a restart on a host is refused when the owner ends", async () => { // S75
  await using system = new System({ hosts: 1, deadLetterLines: 0 });
  const owner = await system.spawn(Doomed, []);
  const child = await owner.ask.keep();
  const word = new SharedWord();
  // It counts the last one.
  word.set(8);
  await assertRejects(
    () => child.with(PATIENT).ask.await(word.words),
    ActorCrashedError,
  );
  const refused = assertRejects(
    () => child.with(PATIENT).ask.late(),
    ActorStoppedError,
  );
  // The host that is up again has read the ask, and knows whose actor that is, when it has answered both.
  const other = await system.spawn(Doomed, [], { placement: "shared" });
  for (let i = 0; i < 2; i++) await other.ask.late();
  await owner.kill();
  await soon("the ask", refused);
  assertEquals((await soon("exited", child.exited)).kind, "killed");
});
