/** A supervisor over fake cells: short to set up, its events written down. */
import type {
  ChildSpec,
  SupervisorOptions,
} from "../../src/supervisor/child_spec.ts";
import { Supervisor } from "../../src/supervisor/supervisor.ts";
import type { SupervisorEvent } from "../../src/supervisor/supervisor_event.ts";
import { FakeFactory } from "./fake_cell.ts";

/** What a test looks at. */
export interface FakeTree extends AsyncDisposable {
  readonly supervisor: Supervisor;
  readonly factory: FakeFactory;
  readonly events: SupervisorEvent[];
  /** The state of each child, in start order: "a:running b:stopped". */
  states(): string;
}

/** Options of a fake tree: a child may be its id alone. */
export type FakeTreeOptions =
  & Omit<SupervisorOptions, "children">
  & {
    children: readonly (string | Omit<ChildSpec, "actor">)[];
    prepare?: (factory: FakeFactory) => void;
  };

/** Completes a child of a fake tree. */
export function child(spec: string | Omit<ChildSpec, "actor">): ChildSpec {
  return {
    actor: { module: "file:///fake.ts", actor: "Fake" },
    ...(typeof spec === "string" ? { id: spec } : spec),
  };
}

/** Makes a tree that is not started. No backoff unless asked for; time is `Date.now`, which a test may fake. */
export function openTree(options: FakeTreeOptions): FakeTree {
  const { prepare, ...rest } = options;
  const factory = new FakeFactory();
  prepare?.(factory);
  const supervisor = new Supervisor(factory, {
    backoff: false,
    now: () => Date.now(),
    ...rest,
    children: rest.children.map(child),
  });
  const events: SupervisorEvent[] = [];
  supervisor.onEvent((event) => events.push(event));
  return {
    supervisor,
    factory,
    events,
    states: () =>
      supervisor.children().map(({ id, state }) => `${id}:${state}`).join(" "),
    [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose](),
  };
}

/** Makes a tree that is up, with an empty log. */
export async function startTree(options: FakeTreeOptions): Promise<FakeTree> {
  const tree = openTree(options);
  await tree.supervisor.start();
  tree.factory.take();
  tree.events.length = 0;
  return tree;
}
