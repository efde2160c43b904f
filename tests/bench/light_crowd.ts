/**
 * Many actors that share a thread.
 *
 * @module
 */
import { type ActorRef, type Placement, supervise, System } from "../../mod.ts";
import { FragileActor } from "./fragile_actor.ts";
import { heapInUse, ScalesActor } from "./heap.ts";
import type { Started } from "./started.ts";
import { StartedActor } from "./started_actor.ts";
import { median } from "./statistics.ts";
import { expectResult, type Trial } from "./subject.ts";

type Crowd = readonly ActorRef<Started>[];

function make(
  system: System,
  count: number,
  placement: Placement,
): Promise<Crowd> {
  return Promise.all(
    Array.from(
      { length: count },
      () => system.spawn(StartedActor, [], { placement }),
    ),
  );
}

async function askAll(crowd: Crowd): Promise<void> {
  const answers = await Promise.all(crowd.map(({ ask }) => ask.answer()));
  const sum = answers.reduce((a, b) => a + b, 0);
  expectResult("the sum of answers", sum, 42 * crowd.length);
}

async function killAll(crowd: Crowd): Promise<void> {
  const ends = await Promise.all(crowd.map((ref) => ref.kill()));
  const alive = ends.filter(({ kind }) => kind === "killed").length;
  expectResult("the number alive", alive, crowd.length);
}

/** A round is the microseconds until one of `count` actors is up. */
export function openCreating(count: number, placement: Placement): Trial {
  const system = new System({ spares: 0 });
  return {
    async round() {
      const began = performance.now();
      const crowd = await make(system, count, placement);
      const us = (performance.now() - began) * 1_000 / count;
      await killAll(crowd);
      return us;
    },
    close: () => system.close(),
  };
}

/** A round is the microseconds for each of `count` actors that are made and answer once, while all are alive. */
export function openCrowd(count: number, placement: Placement): Trial {
  const system = new System({ spares: 0 });
  return {
    async round() {
      const began = performance.now();
      const crowd = await make(system, count, placement);
      await askAll(crowd);
      const us = (performance.now() - began) * 1_000 / count;
      await killAll(crowd);
      return us;
    },
    close: () => system.close(),
  };
}

/** A round is the bytes of each of `count` actors that are alive and were asked once, on all threads. */
export async function openBytes(
  count: number,
  placement: Placement,
): Promise<Trial> {
  // One, so that the scales stand where the crowd does.
  const system = new System({ spares: 0, hosts: 1 });
  const scales = placement === "local"
    ? undefined
    : await system.spawn(ScalesActor, [], { placement });
  const weigh = async () => heapInUse() + (await scales?.ask.heapInUse() ?? 0);
  return {
    async round() {
      const before = await weigh();
      const crowd = await make(system, count, placement);
      await askAll(crowd);
      const bytes = (await weigh() - before) / count;
      await killAll(crowd);
      return bytes;
    },
    close: () => system.close(),
  };
}

/** A round is the milliseconds from the crash of a supervised actor to its next answer, the median of `count`. */
export async function openRecovery(
  count: number,
  placement: Placement,
): Promise<Trial> {
  const system = new System({ spares: 0 });
  const supervisor = await supervise({
    maxRestarts: Infinity,
    backoff: false,
    children: [{
      id: "fragile",
      actor: FragileActor,
      options: { placement },
    }],
  }, system);
  const fragile = supervisor.ref("fragile", FragileActor);
  let incarnation = await fragile.ask.incarnation();
  const fallOnce = async () => {
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
      for (let i = 0; i < count; i++) figures.push(await fallOnce());
      return median(figures);
    },
    close: () => system.close(),
  };
}
