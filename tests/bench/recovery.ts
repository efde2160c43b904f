/**
 * From a crash to the next answer.
 *
 * @module
 */
import { supervise, System } from "../../mod.ts";
import { erlang } from "./erlang.ts";
import { FragileActor } from "./fragile_actor.ts";
import { settle } from "./settle.ts";
import { median } from "./statistics.ts";
import {
  type Effort,
  expectResult,
  NO_BAR,
  oursAtMost,
  type Subject,
  type Trial,
} from "./subject.ts";

/** Spares during the measurement: one for the restart, one in case. */
const SPARES = 2;

async function open({ quick }: Effort): Promise<Trial> {
  const system = new System({ spares: SPARES });
  const supervisor = await supervise({
    maxRestarts: Infinity,
    backoff: false,
    children: [{ id: "fragile", actor: FragileActor }],
  }, system);
  const fragile = supervisor.ref("fragile", FragileActor);
  let incarnation = await fragile.ask.incarnation();
  const fallOnce = async () => {
    await settle(system);
    const began = performance.now();
    fragile.tell.fall();
    // Kept in the mailbox over the crash: only the next incarnation can answer.
    const answer = await fragile.ask.incarnation();
    const ms = performance.now() - began;
    expectResult("the incarnation that answered", answer, ++incarnation);
    return ms;
  };
  return {
    async round() {
      const figures: number[] = [];
      for (let i = 0; i < (quick ? 2 : 4); i++) figures.push(await fallOnce());
      return median(figures);
    },
    close: () => system.close(),
  };
}

/** A supervised actor throws: time until it answers again. */
export const recovery: Subject = {
  name: "recovery",
  about: "crash of a supervised thread actor to its next answer, warm spare",
  unit: "ms",
  better: "lower",
  ours: { open },
  peers: [
    { name: "none: absolute", bar: oursAtMost(10, "≤ 10 ms") },
    {
      name: "Erlang, a process",
      bar: NO_BAR,
      contender: erlang("recovery", ({ quick }) => quick ? 10 : 100),
    },
  ],
};
