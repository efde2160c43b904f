import type { Effect } from "./effect.ts";
import type { MapChange } from "./map_change.ts";
import { Outlet } from "./outlet.ts";
import type { State } from "./state.ts";

type AnyChange = MapChange<unknown, unknown>;

interface Watcher {
  readonly prefix: string;
  readonly outlet: Outlet<AnyChange>;
}

/** Those who watch maps, and those who read topics. */
export class Watchers {
  readonly #state: State;
  readonly #untold: () => Promise<void> | undefined;
  readonly #maps: Map<string, Set<Watcher>> = new Map();
  readonly #topics: Map<string, Set<Outlet<unknown>>> = new Map();

  /**
   * Nobody yet.
   *
   * @param untold What to wait for while something was done in `state` that may yet be lost, and was not told: no snapshot has
   *   it, so that what is told after one is newer. Rejects when it is lost.
   */
  constructor(state: State, untold: () => Promise<void> | undefined) {
    this.#state = state;
    this.#untold = untold;
  }

  /** The changes of the keys of a map that begin with `prefix`, after a snapshot. */
  async watch(
    map: string,
    prefix: string,
    capacity: number,
  ): Promise<ReadableStream<AnyChange[]>> {
    for (let wait; (wait = this.#untold()) !== undefined;) await wait;
    const snapshot = (missed: number): AnyChange => ({
      type: "snapshot",
      entries: [...this.#state.maps.get(map) ?? []]
        .filter(([key]) => isBelow(key, prefix))
        .map(([key, { value }]) => [key, value] as const),
      missed,
    });
    const outlet = new Outlet<AnyChange>([snapshot(0)], {
      capacity,
      untold: this.#untold,
      resync: snapshot,
      onClose: () => forget(this.#maps, map, watcher),
    });
    const watcher = { prefix, outlet };
    add(this.#maps, map, watcher);
    return outlet.stream;
  }

  /** What is published to a topic from now on. The number of those that were dropped comes in place of them. */
  subscribe(topic: string, capacity: number): ReadableStream<unknown[]> {
    const outlet: Outlet<unknown> = new Outlet<unknown>([], {
      capacity,
      resync: (missed) => ({ missed }),
      onClose: () => forget(this.#topics, topic, outlet),
    });
    add(this.#topics, topic, outlet);
    return outlet.stream;
  }

  /** Gives a value to the readers of a topic; answers how many there are. */
  publish(topic: string, value: unknown): number {
    const outlets = this.#topics.get(topic);
    for (const outlet of outlets ?? []) outlet.push({ value });
    return outlets?.size ?? 0;
  }

  /** Tells of a write that was done. */
  tell(effects: readonly Effect[]): void {
    if (this.#maps.size === 0) return;
    for (const effect of effects) {
      const watchers = this.#maps.get(effect[1] as string);
      if (watchers === undefined) continue;
      const change = changeOf(effect);
      if (change === undefined) continue;
      for (const { prefix, outlet } of watchers) {
        if (isBelow(change.key, prefix)) outlet.push(change);
      }
    }
  }

  /** Everybody is told of the end. */
  close(): void {
    for (const watchers of [...this.#maps.values()]) {
      for (const { outlet } of [...watchers]) outlet.close();
    }
    for (const outlets of [...this.#topics.values()]) {
      for (const outlet of [...outlets]) outlet.close();
    }
  }
}

function changeOf(
  effect: Effect,
): Exclude<AnyChange, { type: "snapshot" }> | undefined {
  if (effect[0] === "set") {
    const [, , key, value, version] = effect;
    return { type: "set", key, value, version };
  }
  if (effect[0] !== "delete") return undefined;
  const [, , key, version, reason] = effect;
  return { type: "delete", key, version, reason };
}

function isBelow(key: unknown, prefix: string): boolean {
  return prefix === "" || typeof key === "string" && key.startsWith(prefix);
}

function add<T>(sets: Map<string, Set<T>>, name: string, item: T): void {
  const set = sets.get(name) ?? new Set<T>();
  sets.set(name, set.add(item));
}

function forget<T>(sets: Map<string, Set<T>>, name: string, item: T): void {
  const set = sets.get(name);
  set?.delete(item);
  if (set?.size === 0) sets.delete(name);
}
