/** Streams of a registry that actors read: they end with the incarnation that made them. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InvalidOptionError, Registry, supervise } from "../../mod.ts";
import { nextEvent } from "../fixtures/next_event.ts";
import { eventually, Journal } from "./journal.ts";
import { Listener } from "./listener.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";

for (const early of [true, false]) {
  conformance(
    `RegistryStream of an actor ends with its incarnation, ${
      early ? "made before an await" : "made after one with its owner"
    }`,
    async (t) => { // M51, S75
      const registry = await Registry.of(t.system);
      const journal = new Journal();
      const args = [registry, journal.memory, early] as const;
      const tree = await supervise({
        backoff: false,
        children: [t.child({ id: "listener", actor: Listener, args })],
      }, t.system);
      const listener = tree.ref("listener", Listener);
      for (let i = 0; i < 3; i++) {
        const up = nextEvent(tree, "restarted", "listener");
        await assertRejects(() => listener.ask.fail());
        await up;
      }
      assertEquals(await registry.publish("news", "hello"), 1);
      const probe = await t.spawn(Probe, []);
      await registry.join("group", probe);
      await registry.register("name", probe);
      const lines = () => journal.lines().sort();
      const heard = ["4 changes", "4 following", "4 listing", "4 news"];
      await eventually(lines, heard);
      await tree.stop();
      await eventually(() => registry.publish("news", "nobody hears"), 0);
      assertEquals(lines(), heard);
    },
  );
}

conformance(
  "Registry refuses an owner of a stream that is no context",
  async (t) => {
    const registry = await Registry.of(t.system);
    const probe = await t.spawn(Probe, []);
    assertThrows(
      () => registry.listing("group", Probe, { owner: probe as never }),
      InvalidOptionError,
      "'owner' must be the Context",
    );
  },
);
