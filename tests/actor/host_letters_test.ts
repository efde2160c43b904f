/** What is said of the tells that a host worker had read when it ended. */
import { assertEquals } from "@std/assert";
import { supervise, System } from "../../mod.ts";
import { Probe } from "../conformance/probe.ts";
import { SharedWord } from "../conformance/shared_word.ts";

const SHARED = { placement: "shared" } as const;

for (const end of ["exit", "close"] as const) {
  for (const supervised of [true, false]) {
    Deno.test(`the dead letter of the tell that ends its host (${end}) names its actor${supervised ? " under a supervisor" : ""}, its method and its sender`, async () => { // M7
      await using system = new System({ hosts: 1, deadLetterLines: 0 });
      const options = { ...SHARED, name: "guilty" };
      await using tree = await supervise({
        backoff: false,
        children: supervised ? [{ id: "guilty", actor: Probe, options }] : [],
      }, system);
      const guilty = supervised
        ? tree.ref("guilty", Probe)
        : await system.spawn(Probe, [], options);
      // Heard of, so that nothing is written of its end.
      void guilty.exited;
      const innocent = await system.spawn(Probe, [], SHARED);
      const letters = system.deadLetters[Symbol.asyncIterator]();
      // This one is handled, and is no dead letter.
      guilty.tell.note("before");
      assertEquals((await guilty.ask.notes()).at(-1), "before");
      guilty.tell.die(end);
      await innocent.exited;
      const { value } = await letters.next();
      assertEquals([value.why, value.kind], ["lost", "tell"]);
      assertEquals(value.method, "die");
      assertEquals([value.sender.name, value.receiver], [
        "main",
        { id: guilty.id, name: "guilty" },
      ]);
      if (supervised) assertEquals(await guilty.ask.notes(), ["started"]);
      assertEquals(system.deadLetters.count, 1);
    });
  }
}

Deno.test("the dead letters of the tells behind the one that ends its host name the host", async () => { // M7
  await using system = new System({ hosts: 1, deadLetterLines: 0 });
  const guilty = await system.spawn(Probe, [], { ...SHARED, name: "guilty" });
  const innocent = await system.spawn(Probe, [], SHARED);
  const letters = system.deadLetters[Symbol.asyncIterator]();
  const word = new SharedWord();
  // It has its turn when all three are there.
  const held = guilty.ask.hold(word.words);
  held.catch(() => {});
  await word.reaches(1);
  guilty.tell.die("exit");
  guilty.tell.note("behind");
  guilty.tell.note("behind");
  // What is sent behind them to the same thread was read behind them.
  assertEquals(await innocent.ask.echo(1), 1);
  word.set(2);
  await guilty.exited;
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    const { method, receiver, why } = (await letters.next()).value;
    const name = receiver.name.startsWith("host-") ? "host" : receiver.name;
    seen.push(`${name} ${method}: ${why}`);
  }
  assertEquals(seen, ["guilty die: lost", "host : lost", "host : lost"]);
  assertEquals(system.deadLetters.count, 3);
});
