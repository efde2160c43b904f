import type { Clients, Owner } from "./clients.ts";
import type { Effect } from "./effect.ts";
import { Line } from "./line.ts";
import type { State } from "./state.ts";

/** An item that was taken from a queue. */
export interface Taken {
  /** The item. */
  readonly item: unknown;
}

/** Who waits for an item of which queue. */
export class QueueBook {
  readonly #state: State;
  readonly #clients: Clients;
  readonly #commit: (effects: Effect[]) => void;
  readonly #lines: Map<string, Line<Taken>> = new Map();

  /** Nobody waits. */
  constructor(
    state: State,
    clients: Clients,
    commit: (effects: Effect[]) => void,
  ) {
    this.#state = state;
    this.#clients = clients;
    this.#commit = commit;
  }

  /** Appends to a queue, and serves those who wait; answers how many items wait then. */
  put(queue: string, values: unknown[]): number {
    const { length } = this.#state.items(queue);
    this.#commit([["splice", queue, length, 0, values]]);
    this.#serve(queue);
    return this.#state.items(queue).length;
  }

  /** Puts back at the front what was taken and is in nobody's hands. */
  putBack(queue: string, item: unknown): void {
    this.#commit([["splice", queue, 0, 0, [item]]]);
    this.#serve(queue);
  }

  /** Takes the first item of a queue, as soon as there is one; `undefined` when the time is over. */
  async take(
    queue: string,
    ticket: string,
    timeoutMs: number,
    owner: Owner,
  ): Promise<Taken | undefined> {
    const taken = this.#take(queue);
    if (taken !== undefined) return taken;
    const line = this.#lines.get(queue) ?? new Line<Taken>();
    this.#lines.set(queue, line);
    const given = await line.wait(
      ticket,
      timeoutMs,
      (leave) => this.#clients.hold(owner, leave),
    );
    if (line.size === 0 && this.#lines.get(queue) === line) {
      this.#lines.delete(queue);
    }
    return given;
  }

  /** One does not wait any more. */
  leave(queue: string, ticket: string): void {
    this.#lines.get(queue)?.leave(ticket);
  }

  /** Nobody waits any more. */
  close(): void {
    for (const line of this.#lines.values()) line.close();
  }

  #serve(queue: string): void {
    const line = this.#lines.get(queue);
    for (let next = line?.first(); next !== undefined; next = line?.first()) {
      const taken = this.#take(queue);
      if (taken === undefined) break;
      line!.give(next, taken);
    }
  }

  #take(queue: string): Taken | undefined {
    const items = this.#state.items(queue);
    if (items.length === 0) return undefined;
    const taken = { item: items.at(0) };
    this.#commit([["splice", queue, 0, 1, []]]);
    return taken;
  }
}
