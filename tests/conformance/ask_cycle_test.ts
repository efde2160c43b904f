import { assert, assertEquals } from "@std/assert";
import { Relay } from "../fixtures/relay.ts";
import { type Case, CIRCLES, conformance, OWN_THREAD } from "./placements.ts";

/** Who asks is known before the first `await` of its handler; on a thread of its own also later. */
function late(t: Case): [late: boolean] {
  return [OWN_THREAD.includes(t.placement)];
}

// M17
conformance(
  "ActorRef.ask rejects at once when a handler asks its own actor",
  async (t) => {
    const a = await t.spawn(Relay, late(t), { name: "a" });
    // Had it waited for the deadline, it would wait for ever.
    const patient = a.with({ timeout: Infinity });
    assertEquals(await patient.ask.via([a]), ["a", "a"]);
    assertEquals(await patient.ask.now(a), ["a", "a"]);
    // The handler is over: the actor goes on and may be asked.
    assertEquals(await patient.ask.via([]), ["arrived"]);
    assertEquals(t.system.deadLetters.count, 0);
  },
);

// M17
conformance(
  "ActorRef.ask rejects at once when the asked waits for the asker through others",
  async (t) => {
    const [a, b, c] = await Promise.all(
      ["a", "b", "c"].map((name) => t.spawn(Relay, late(t), { name })),
    );
    const { ask } = a!.with({ timeout: Infinity });
    assertEquals(await ask.via([b!, a!]), ["a", "b", "a"]);
    assertEquals(await ask.via([b!, c!, b!]), ["b", "c", "b"]);
    const chain = await ask.via([b!, c!, a!]);
    // The actor in the middle may be one that the last has never met.
    assertEquals([chain[0], chain[2], chain[3]], ["a", "c", "a"]);
    assert(["b", `#${b!.id}`].includes(chain[1]!), chain[1]);
    assertEquals(await ask.via([b!, c!]), ["arrived"]);
  },
  CIRCLES,
);

// M17
conformance(
  "ActorRef.ask goes round a circle in which somebody does not wait",
  async (t) => {
    const a = await t.spawn(Relay, late(t), { name: "a", concurrency: 2 });
    const b = await t.spawn(Relay, late(t), { name: "b" });
    assertEquals(await a.ask.via([a]), ["arrived"]);
    assertEquals(await a.ask.via([b, a]), ["arrived"]);
    // It is the other that waits here.
    assertEquals(await b.ask.via([a]), ["arrived"]);
  },
);
