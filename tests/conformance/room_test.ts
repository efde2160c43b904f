/** When the room of a message that was answered is free again. */
import { assertEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../mod.ts";
import { conformance } from "./placements.ts";
import { Probe } from "./probe.ts";

const ROUNDS = 300;

for (const overflow of ["fail", "dropNewest", "dropOldest"] as const) {
  for (const how of ["at once", "later", "by a refusal"] as const) {
    conformance(
      `an ask after the answer to another finds its room (${overflow}, answered ${how})`,
      async (t) => { // M9 M46
        const probe = await t.spawn(Probe, [], {
          mailbox: { capacity: 1, overflow },
        });
        for (let i = 0; i < ROUNDS; i++) {
          if (how === "at once") assertEquals(await probe.ask.echo(i), i);
          else if (how === "later") {
            assertEquals(await probe.ask.echoLater(i), i);
          } else await assertRejects(() => probe.ask.refuse(i), Refusal);
        }
        assertEquals(t.system.deadLetters.count, 0);
      },
    );
  }
}
