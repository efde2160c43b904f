import type { ExitReport, Supervisor, System } from "@troupe/actors";

/** One actor of the service, as `/tree` shows it. */
export interface Member {
  readonly name: string;
  readonly state: string;
  readonly restarts: number;
  readonly incarnation: number;
  /** Messages that wait in its mailbox. */
  readonly mailbox: number;
  /** Why its last incarnations ended, the newest last; at most {@linkcode KEPT_ENDS}. */
  readonly ends: readonly string[];
  /** Whether a supervisor watches it, so that it may be killed by name. */
  readonly supervised: boolean;
}

/** How many ends of an actor are remembered. */
export const KEPT_ENDS = 5;

/** Remembers how the children of a supervisor ended, from when it is made. */
export class EndBook {
  readonly #ends = new Map<string, string[]>();

  constructor(supervisor: Supervisor) {
    supervisor.onEvent((event) => {
      if (event.type !== "ended" && event.type !== "startFailed") return;
      const ends = [...this.of(event.id), reasonOf(event.report)];
      this.#ends.set(event.id, ends.slice(-KEPT_ENDS));
    });
  }

  /** Why the last incarnations of the child `id` ended. */
  of(id: string): readonly string[] {
    return this.#ends.get(id) ?? [];
  }
}

/** Every actor of `system`: first those that nobody watches, then the children of `supervisor`. */
export function membersOf(
  system: System,
  supervisor: Supervisor,
  book: EndBook,
): Member[] {
  const running = system.tree();
  const children = supervisor.children();
  const supervised = new Set(children.map((child) => child.id));
  return [
    ...running.filter(({ name }) => !supervised.has(name)).map((
      { name, state, incarnation, depth },
    ): Member => ({
      name,
      state,
      incarnation,
      mailbox: depth,
      restarts: 0,
      ends: [],
      supervised: false,
    })),
    ...children.map(({ id, state, restarts, incarnation }): Member => ({
      name: id,
      state,
      restarts,
      incarnation,
      mailbox: running.find((one) => one.name === id)?.depth ?? 0,
      ends: book.of(id),
      supervised: true,
    })),
  ];
}

/** An exit report in one line; the code where it says more than the kind. */
function reasonOf({ kind, code, error }: ExitReport): string {
  const what = code > 1 ? `${kind} with code ${code}` : kind;
  return error === undefined ? what : `${what}: ${error.message}`;
}
