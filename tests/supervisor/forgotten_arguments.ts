/** Prints whether a supervisor still holds the arguments of the children that it runs; needs `--expose-gc`. */
import type { Cell, CellFactory } from "../../src/actor/cell.ts";
import type { ActorChild } from "../../src/supervisor/child_spec.ts";
import { Supervisor } from "../../src/supervisor/supervisor.ts";

/** A cell that keeps nothing of what it was opened with. */
function forgetfulCell(name: string): Cell {
  return {
    name,
    ref: {},
    incarnation: 1,
    onEnded: undefined,
    start: () => Promise.resolve(),
    end: () => Promise.resolve({ kind: "stopped", code: 0 }),
    retire: () => {},
  };
}

const factory: CellFactory = { open: ({ id }) => forgetfulCell(id) };

/** Starts a child with arguments that nobody else holds. */
async function startOne(
  supervisor: Supervisor,
  start: (args: unknown[]) => ActorChild | readonly unknown[],
): Promise<WeakRef<object>> {
  const large = new Uint8Array(50_000);
  await supervisor.startChild(start([large]) as ActorChild);
  return new WeakRef(large);
}

const actor = { module: "file:///fake.ts", actor: "Fake" };
const fixed = new Supervisor(factory, { children: [] });
const dynamic = new Supervisor(factory, {
  template: { actor, restart: "temporary" },
});
await Promise.all([fixed.start(), dynamic.start()]);
const held = [
  await startOne(fixed, (args) => ({
    id: "t",
    actor,
    args,
    restart: "temporary",
  })),
  await startOne(dynamic, (args) => args),
];
// A WeakRef holds on until the turn in which it was made is over.
await new Promise((resolve) => setTimeout(resolve, 0));
(globalThis as unknown as { gc(): void }).gc();
console.log(
  JSON.stringify({
    active: [fixed.counts().active, dynamic.counts().active],
    held: held.filter((each) => each.deref() !== undefined).length,
  }),
);
