import type { Effect } from "./effect.ts";
import { Items } from "./items.ts";
import type { State } from "./state.ts";

/** What becomes of the keys of one map. */
interface Fate {
  /** Keys that are not where they were: they are gone, or come again behind the others. */
  readonly gone: Set<unknown>;
  /** What is written where something is. */
  readonly replaced: Map<unknown, Effect>;
  /** What comes behind the others, in order. */
  readonly fresh: Map<unknown, Effect>;
}

/** A state as it is after a write that is not done yet. */
export class StateAfter {
  readonly #state: State;
  readonly #fates: Map<string, Fate> = new Map();
  readonly #lists: Map<string, Items<unknown>> = new Map();
  readonly #locks: Effect[] = [];
  #revision: number;

  /** As `state` is after `effects`. */
  constructor(state: State, effects: readonly Effect[]) {
    this.#state = state;
    this.#revision = state.revision;
    for (const effect of effects) this.#take(effect);
  }

  /** Effects that make it of an empty one. */
  *effects(): IterableIterator<Effect> {
    for (const effect of this.#state.effects()) {
      if (effect[0] === "revision") continue;
      if (effect[0] === "set") {
        const { gone, replaced } = this.#fates.get(effect[1]) ?? {};
        if (gone?.has(effect[2])) continue;
        yield replaced?.get(effect[2]) ?? effect;
      } else if (effect[0] !== "splice" || !this.#lists.has(effect[1])) {
        yield effect;
      }
    }
    for (const { fresh } of this.#fates.values()) yield* fresh.values();
    for (const [list, items] of this.#lists) {
      if (items.length > 0) yield ["splice", list, 0, 0, items.slice()];
    }
    yield* this.#locks;
    yield ["revision", this.#revision];
  }

  #take(effect: Effect): void {
    switch (effect[0]) {
      case "set":
        this.#set(effect);
        return this.#reach(effect[4]);
      case "delete": {
        const { gone, fresh } = this.#fateOf(effect[1]);
        gone.add(effect[2]);
        fresh.delete(effect[2]);
        return this.#reach(effect[3]);
      }
      case "splice": {
        const [, list, start, count, items] = effect;
        this.#itemsOf(list).splice(start, count, items);
        return;
      }
      case "revision":
        return this.#reach(effect[1]);
      default:
        this.#locks.push(effect);
    }
  }

  #set(effect: Extract<Effect, readonly ["set", ...unknown[]]>): void {
    const [, map, key] = effect;
    const { gone, replaced, fresh } = this.#fateOf(map);
    const stays = this.#state.entry(map, key) !== undefined && !gone.has(key);
    (stays ? replaced : fresh).set(key, effect);
  }

  #reach(version: number): void {
    this.#revision = Math.max(this.#revision, version);
  }

  #fateOf(map: string): Fate {
    let fate = this.#fates.get(map);
    if (fate === undefined) {
      fate = { gone: new Set(), replaced: new Map(), fresh: new Map() };
      this.#fates.set(map, fate);
    }
    return fate;
  }

  #itemsOf(list: string): Items<unknown> {
    let items = this.#lists.get(list);
    if (items === undefined) {
      items = new Items();
      items.splice(0, 0, this.#state.items(list).slice());
      this.#lists.set(list, items);
    }
    return items;
  }
}
