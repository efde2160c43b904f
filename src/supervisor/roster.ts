import type { ExitReport } from "../exit_report.ts";
import type { Child } from "./child.ts";
import { type ChildError, refuseChild } from "./child_error.ts";

/** How many children a supervisor has. */
export interface ChildCounts {
  /** Children known, running or not. */
  readonly specs: number;
  /** Children with an incarnation, or one being made; those that wait for a restart have none. */
  readonly active: number;
}

/** The children of one supervisor in start order, and the refusals that follow from who is there in which state. */
export class Roster {
  readonly #supervisor: string;
  readonly #limit: number;
  /** A Map keeps the order of insertion, which is the start order. */
  readonly #children = new Map<string, Child>();

  /** Makes an empty roster for at most `limit` children; `supervisor` is the name for the errors. */
  constructor(supervisor: string, limit: number) {
    this.#supervisor = supervisor;
    this.#limit = limit;
  }

  /** A copy of the list, in start order. */
  all(): Child[] {
    return [...this.#children.values()];
  }

  /** How many there are. */
  counts(): ChildCounts {
    const all = this.all();
    return {
      specs: all.length,
      active: all.filter((child) => child.active).length,
    };
  }

  /** The child of that id, if there is one. */
  get(id: string): Child | undefined {
    return this.#children.get(id);
  }

  /** Whether this very child is there; another may have its id by now. */
  has(child: Child): boolean {
    return this.#children.get(child.id) === child;
  }

  /** Adds a child at the end. */
  add(child: Child): void {
    this.#children.set(child.id, child);
  }

  /** Takes a child out. */
  remove(child: Child): void {
    this.#children.delete(child.id);
  }

  /**
   * The child of that id.
   *
   * @throws {ChildError} If there is none: cannot `verb` it.
   */
  find(id: string, verb: string): Child {
    const child = this.#children.get(id);
    if (child !== undefined) return child;
    const known = [...this.#children.keys()].slice(0, 20);
    throw refuseChild(verb, {
      supervisor: this.#supervisor,
      child: id,
      reason: "notFound",
      detail: `known ids are ${
        known.map((each) => `"${each}"`).join(", ") || "none"
      }`,
    });
  }

  /** @throws {ChildError} If a child has that id, or there are as many as there may be. */
  refuseTaken(id: string): void {
    const child = this.#children.get(id);
    if (child === undefined) {
      if (this.#children.size < this.#limit) return;
      throw refuseChild("start", {
        supervisor: this.#supervisor,
        child: id,
        reason: "maxChildren",
        detail: `at most ${this.#limit} allowed`,
      });
    }
    throw refuseChild("start", {
      supervisor: this.#supervisor,
      child: id,
      ...(child.active
        ? { reason: "alreadyStarted", ref: child.cell.ref }
        : { reason: "alreadyPresent", detail: wayTo(child) }),
    });
  }

  /**
   * The child of that id, which is stopped.
   *
   * @throws {ChildError} If there is none, or it is not stopped: cannot `verb` it.
   */
  findStopped(id: string, verb: string): Child {
    const child = this.find(id, verb);
    if (child.state === "stopped") return child;
    throw refuseChild(verb, {
      supervisor: this.#supervisor,
      child: id,
      reason: child.state,
    });
  }

  /** The error of a call that came too late to `verb` the child `id`. */
  closed(id: string, verb: string): ChildError {
    return refuseChild(verb, {
      supervisor: this.#supervisor,
      child: id,
      reason: "closed",
    });
  }

  /** The error of a child that did not come up. */
  startFailure(id: string, report: ExitReport): ChildError {
    return refuseChild("start", {
      supervisor: this.#supervisor,
      child: id,
      reason: "startFailed",
      detail: report.error?.message ?? report.kind,
      cause: report.error,
    });
  }
}

/** What may be done about a child that is not up, and has the id that a new one is to have. */
function wayTo({ id, state }: Child): string {
  if (state === "stopped") {
    return `restartChild("${id}") starts it again, deleteChild("${id}") frees its id`;
  }
  const now = state === "restarting"
    ? "it waits for its restart"
    : `it is ${state}`;
  return `${now}; wait until it is up, or stop it by stopChild("${id}") and then restart or delete it`;
}
