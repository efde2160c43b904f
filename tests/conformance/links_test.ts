import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorCrashedError,
  InvalidOptionError,
  TroupeError,
} from "../../mod.ts";
import { Partner } from "../fixtures/partners.ts";
import { conformance, OWN_THREAD, PLACEMENTS } from "./placements.ts";

const SHARED = PLACEMENTS.filter((known) => !OWN_THREAD.includes(known));

// M30
conformance(
  "Context.link() of an actor with one that shares its thread is refused, and nobody ends",
  async (t) => {
    const other = await t.spawn(Partner, [], { name: "other" });
    const one = await t.system.spawn(Partner, []);
    const { cause } = await assertRejects(
      () => one.ask.link(other),
      ActorCrashedError,
      '"other" as it shares its thread',
    );
    assertEquals(cause instanceof InvalidOptionError, true);
    assertEquals(await other.ask.notes(), []);
  },
  SHARED,
);

// M30
conformance(
  "Context.link() of an actor that shares its thread is refused",
  async (t) => {
    const one = await t.spawn(Partner, []);
    const other = await t.system.spawn(Partner, []);
    const { cause } = await assertRejects(
      () => one.ask.link(other),
      ActorCrashedError,
      "shares its thread",
    );
    assertEquals(cause instanceof TroupeError, true);
    assertEquals(await other.ask.notes(), []);
  },
  SHARED,
);
