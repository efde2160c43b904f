import type { ChildInfo } from "./child.ts";
import type { Strategy } from "./strategy.ts";

/** What is shown of a supervisor beside its strategy. */
interface Shown {
  readonly name: string;
  readonly state: string;
  children(): readonly ChildInfo[];
}

/** The state of each child by its id; of one that is a supervisor those of its children. */
type States = { readonly [id: string]: ChildInfo["state"] | States };

/** Has `Deno.inspect()` and `console.log()` show supervisors: name, state, strategy, and the state of each child. */
export function showWith<S extends Shown>(
  prototype: S,
  strategyOf: (supervisor: S) => Strategy,
): void {
  Object.defineProperty(prototype, Symbol.for("Deno.customInspect"), {
    value(
      this: S,
      inspect: typeof Deno.inspect,
      options: Deno.InspectOptions,
    ): string {
      const { name, state } = this;
      const strategy = strategyOf(this);
      const children = statesOf(this.children());
      const shown = { name, state, strategy, children };
      return `Supervisor ${inspect(shown, options)}`;
    },
  });
}

function statesOf(children: readonly ChildInfo[]): States {
  return Object.fromEntries(
    children.map(({ id, state, children }) => [
      id,
      children === undefined || state !== "running"
        ? state
        : statesOf(children),
    ]),
  );
}
