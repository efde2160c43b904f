/** A supervisor over fake cells: short to set up, its events written down. */
import type {
  ActorChild,
  ChildSpec,
  ChildTemplate,
  SupervisorChild,
  SupervisorOptions,
  SupervisorSettings,
} from "../../src/supervisor/child_spec.ts";
import type { ChildInfo } from "../../src/supervisor/child.ts";
import { Supervisor } from "../../src/supervisor/supervisor.ts";
import type { SupervisorEvent } from "../../src/supervisor/supervisor_event.ts";
import { FakeFactory } from "./fake_cell.ts";

/** What a test looks at. */
export interface FakeTree extends AsyncDisposable {
  readonly supervisor: Supervisor;
  readonly factory: FakeFactory;
  readonly events: SupervisorEvent[];
  /** The state of each child, in start order: "a:running b:stopped"; those of a supervisor in brackets after it. */
  states(): string;
}

/** A child of a fake tree: it may be its id alone. */
export type FakeChild = string | Omit<ActorChild, "actor"> | SupervisorChild;

/** Options of a fake tree. */
export type FakeTreeOptions =
  & SupervisorSettings
  & {
    children?: readonly FakeChild[];
    template?: ChildTemplate;
    prepare?: (factory: FakeFactory) => void;
  };

/** What a fake child runs. */
export const FAKE = { module: "file:///fake.ts", actor: "Fake" };

/** Completes a child of a fake tree. What others hold of a fake is a word. */
export function child(
  spec: string | Omit<ActorChild, "actor">,
): ActorChild<never[], never>;
export function child(spec: FakeChild): ChildSpec;
export function child(spec: FakeChild): ChildSpec {
  if (typeof spec === "string") return { actor: FAKE, id: spec };
  return "supervisor" in spec && spec.supervisor !== undefined
    ? spec
    : { actor: FAKE, ...(spec as Omit<ActorChild, "actor">) };
}

/** A child that is a supervisor, without backoff unless asked for. */
export function nested(
  id: string,
  children: readonly FakeChild[],
  rest: Partial<SupervisorChild> & { inner?: SupervisorSettings } = {},
): SupervisorChild {
  const { inner, ...own } = rest;
  return {
    id,
    supervisor: { backoff: false, ...inner, children: children.map(child) },
    ...own,
  };
}

/** Makes a tree that is not started. No backoff unless asked for; time is `Date.now`, which a test may fake. */
export function openTree(options: FakeTreeOptions): FakeTree {
  const { prepare, children, template, ...rest } = options;
  const factory = new FakeFactory();
  prepare?.(factory);
  const supervisor = new Supervisor(
    factory,
    {
      backoff: false,
      now: () => Date.now(),
      ...rest,
      ...(template === undefined
        ? { children: (children ?? []).map(child) }
        : { template }),
    } satisfies SupervisorOptions,
  );
  const events: SupervisorEvent[] = [];
  supervisor.onEvent((event) => events.push(event));
  return {
    supervisor,
    factory,
    events,
    states: () => show(supervisor.children()),
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

function show(children: readonly ChildInfo[]): string {
  return children.map(({ id, state, children }) =>
    `${id}:${state}${children === undefined ? "" : `[${show(children)}]`}`
  ).join(" ");
}
