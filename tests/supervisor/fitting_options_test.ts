import { assertEquals } from "@std/assert";
import {
  actor,
  type ActorClass,
  type ActorRef,
  type ChildSpec,
  supervise,
  type Supervisor,
  type SupervisorOptions,
} from "../../mod.ts";

class ShelfActor {
  constructor(readonly rows: number, readonly label: string) {}
}
class LampActor {
  constructor(readonly watts?: number) {}
}
const Shelf: ActorClass<[number, string], ShelfActor> = actor(
  import.meta,
  "Shelf",
  ShelfActor,
);
const Lamp: ActorClass<[number?], LampActor> = actor(
  import.meta,
  "Lamp",
  LampActor,
);

/** Never called: that it compiles, and that each marked line would not, is the test. */
async function compiles(list: ChildSpec[], options: SupervisorOptions) {
  await supervise(options);
  await supervise({ children: list });
  await supervise({ template: { actor: Shelf, args: [1] } });
  await supervise({
    strategy: "oneForAll",
    children: [
      { id: "shelf", actor: Shelf, args: [3, "left"] },
      { id: "dark", actor: Lamp },
      { id: "bright", actor: Lamp, args: [60] },
      {
        id: "room",
        supervisor: { children: [{ id: "lamp", actor: Lamp, args: [1] }] },
      },
    ],
  });
  await supervise({
    children: [1, 2].map((row) => ({ id: `${row}`, actor: Lamp, args: [row] })),
  });
  // @ts-expect-error the arguments are the wrong way round
  await supervise({ children: [{ id: "s", actor: Shelf, args: ["left", 3] }] });
  // @ts-expect-error an argument is missing
  await supervise({ children: [{ id: "s", actor: Shelf, args: [3] }] });
  // @ts-expect-error all arguments are missing
  await supervise({ children: [{ id: "s", actor: Shelf }] });
  // @ts-expect-error there is one argument too many
  await supervise({ children: [{ id: "l", actor: Lamp, args: [60, 1] }] });
  const short = { id: "s", actor: Shelf, args: [3] } as const;
  const branch = { id: "r", supervisor: { children: [short] } };
  // @ts-expect-error an argument of a supervisor's child is missing
  await supervise({ children: [branch] });
  await supervise({
    // @ts-expect-error these are no numbers
    children: ["1"].map((row) => ({ id: row, actor: Lamp, args: [row] })),
  });
  // @ts-expect-error no such restart type
  await supervise({ children: [{ id: "l", actor: Lamp, restart: "always" }] });
  // @ts-expect-error a child is an actor or a supervisor
  await supervise({ children: [{ id: "l" }] });
  // @ts-expect-error maxRestarts is meant
  await supervise({ children: [], maxRestart: 3 });
  // @ts-expect-error it belongs into options
  await supervise({ children: [{ id: "l", actor: Lamp, hangMs: 5 }] });
  // @ts-expect-error shutdownMs is meant
  await supervise({ template: { actor: Lamp, shutdown: 5 } });
  await supervise({
    // @ts-expect-error shutdownMs is meant
    children: [{ id: "room", supervisor: { children: [] }, shutdown: 5 }],
  });
  const most = { maxRestarts: 3, name: "lamps", now: () => 1 } as const;
  const lamp = { restart: "transient", options: { hangMs: 1 } } as const;
  await supervise({
    ...most,
    children: [{ ...lamp, id: "l", actor: Lamp, shutdownMs: "kill" }],
  });
}

/** As {@linkcode compiles}, for children that come later. */
async function compilesLater(tree: Supervisor) {
  const shelf: ActorRef<ShelfActor> = await tree.startChild({
    id: "shelf",
    actor: Shelf,
    args: [3, "left"],
  });
  await tree.startChild({ id: "dark", actor: Lamp });
  await tree.startChild({ id: "bright", actor: Lamp, args: [60] });
  // @ts-expect-error an argument is missing
  await tree.startChild({ id: "s", actor: Shelf, args: [3] });
  // @ts-expect-error all arguments are missing
  await tree.startChild({ id: "s", actor: Shelf });
  // @ts-expect-error shutdownMs is meant
  await tree.startChild({ id: "l", actor: Lamp, shutdown: 5 });
  // @ts-expect-error it belongs into options
  await tree.startChild({ id: "l", actor: Lamp, hangMs: 5 });
  return shelf;
}

Deno.test("supervise() refuses arguments that an actor does not take when the program is compiled", () => {
  assertEquals([typeof compiles, typeof compilesLater], [
    "function",
    "function",
  ]);
});
