import { assertEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { ExitKind } from "../../src/exit_report.ts";
import type { ChildInfo } from "../../src/supervisor/child.ts";
import type { ChildSpec, StopOrder } from "../../src/supervisor/child_spec.ts";
import type { Directive } from "../../src/supervisor/failure_rule.ts";
import { StartDeclined } from "../../src/supervisor/start_declined.ts";
import type { Strategy } from "../../src/supervisor/strategy.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import { type FakeCell, settle } from "./fake_cell.ts";
import { child, FAKE, type FakeTree, startTree } from "./fake_tree.ts";
import { calm, problemsAtEnd } from "./random_life.ts";
import { seeded } from "./seeded.ts";

type Random = () => number;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** The specs of a level: actors, and supervisors with levels of their own as long as `depth` allows. */
function level(random: Random, depth: number, path: string): ChildSpec[] {
  const specs: ChildSpec[] = ["x", "y"].map((id) =>
    child({
      id: `${path}${id}`,
      restart: pick(random, ["permanent", "transient", "temporary"]),
    })
  );
  if (depth === 0) return specs;
  const settings = {
    strategy: pick<Strategy>(random, ["oneForOne", "oneForAll", "restForOne"]),
    stopOrder: pick<StopOrder>(random, ["reverse", "together"]),
    maxRestarts: pick(random, [0, 1, 3]),
    stopWithinMs: pick(random, ["infinity" as const, 20]),
    onFailure: [
      { error: TypeError, then: pick<Directive>(random, ["stop", "resume"]) },
      {
        error: RangeError,
        then: pick<Directive>(random, ["escalate", "restart"]),
      },
    ],
    backoff: random() < 0.5 ? false as const : { minMs: 5, maxMs: 20 },
  };
  specs.splice(1, 0, {
    id: `${path}s`,
    restart: pick(random, ["permanent", "transient"]),
    shutdownMs: pick(random, ["infinity", 15, "kill"]),
    supervisor: {
      ...settings,
      children: level(random, depth - 1, `${path}s/`),
    },
  }, {
    id: `${path}d`,
    supervisor: {
      ...settings,
      strategy: "oneForOne",
      template: { id: `${path}d/t`, actor: FAKE },
    },
  });
  return specs;
}

/** Every supervisor of the tree. */
function supervisors(root: Supervisor): Supervisor[] {
  return [
    root,
    ...root.children().filter((each) => each.children !== undefined)
      .flatMap(({ id }) => supervisors(root.supervisor(id))),
  ];
}

/** Does one random thing somewhere in the tree. */
async function disturb(
  tree: FakeTree,
  all: Set<FakeCell>,
  random: Random,
): Promise<void> {
  const alive = [...all].filter((cell) => cell.alive);
  const cell = pick(random, alive.length > 0 ? alive : [...all]);
  const supervisor = pick(random, supervisors(tree.supervisor));
  const ids = supervisor.children().map((each) => each.id);
  const id = pick(random, ids) ?? "none";
  const kinds: ExitKind[] = ["crashed", "crashed", "done", "hung"];
  const late = (): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, random() * 40));
  const ignored = (): void => {};
  await pick<() => unknown>(random, [
    () => cell.alive && cell.finish(pick(random, kinds), random() < 0.1),
    () => cell.alive && cell.finish(),
    () => cell.failNext(),
    () => void cell.failures.push(new StartDeclined("not now")),
    () => void cell.failures.push(new TypeError("no data")),
    () => cell.alive && cell.finish("failed", false, new TypeError("bad")),
    () => cell.alive && cell.finish("failed", false, new RangeError("fatal")),
    () => void (cell.startGate = random() < 0.5 ? late() : undefined),
    () => void (cell.endGate = random() < 0.5 ? late() : undefined),
    () => void supervisor.stopChild(id).catch(ignored),
    () => void supervisor.restartChild(id).catch(ignored),
    () => void supervisor.startChild([]).catch(ignored),
    () =>
      void supervisor.startChild(child(`n${Math.floor(random() * 1e6)}`)).catch(
        ignored,
      ),
    () => Promise.try(() => supervisor.deleteChild(id)).catch(ignored),
    () =>
      supervisor === tree.supervisor || random() < 0.5
        ? settle()
        : void supervisor.stop(),
    () =>
      supervisor === tree.supervisor || random() < 0.5
        ? settle()
        : void supervisor.kill(),
  ])();
}

function everyone(children: readonly ChildInfo[]): ChildInfo[] {
  return children.flatMap((each) =>
    each.children === undefined ? [each] : [each, ...everyone(each.children)]
  );
}

/** Lives one random life; adds to `seen` how often a supervisor inside another was started again. */
async function randomTree(
  seed: number,
  seen: { restarts: number },
): Promise<string[]> {
  using time = new FakeTime();
  const random = seeded(seed);
  const all = new Set<FakeCell>();
  const tree = await startTree({
    maxRestarts: Infinity,
    strategy: pick<Strategy>(random, ["oneForOne", "oneForAll", "restForOne"]),
    prepare: (factory) => {
      factory.prepare = (cell) => void all.add(cell);
    },
    children: level(random, 2, "") as never,
  });
  for (let step = 0; step < 60; step++) {
    await disturb(tree, all, random);
    if (random() < 0.4) await time.tickAsync(Math.floor(random() * 30));
  }
  await calm(all, time, 12);
  const problems: string[] = [];
  const known = new Set<string>();
  for (
    const { id, state, children, restarts } of everyone(
      tree.supervisor.children(),
    )
  ) {
    known.add(id);
    if (children !== undefined) seen.restarts += restarts;
    if (state !== "running" && state !== "stopped") {
      problems.push(`${id} never left ${state}`);
    }
  }
  for (const cell of all) {
    if (cell.alive && !known.has(cell.name)) {
      problems.push(`${cell.name} lives and nobody knows it`);
    }
    if (cell.alive && cell.retired) problems.push(`${cell.name} is a ghost`);
  }
  const handles = supervisors(tree.supervisor);
  problems.push(...await problemsAtEnd(tree, all, time));
  for (const handle of handles) {
    if (handle.state !== "stopped") problems.push(`${handle.name} not stopped`);
    await handle.exited;
  }
  return problems;
}

Deno.test("Supervisor loses, doubles and leaks nothing at any level of a tree, in random lives", async () => { // S60, S74, S88
  const seen = { restarts: 0 };
  for (let seed = 0; seed < 20; seed++) {
    assertEquals(await randomTree(seed, seen), [], `seed ${seed}`);
  }
  // Else the lives would be too quiet to show anything.
  assertEquals(seen.restarts > 20, true, `${seen.restarts} restarts`);
});
