import type { Context } from "../actor/current.ts";
import { type ActorRef, coreIn } from "../actor/ref.ts";
import { isGivenUp } from "./given_up.ts";

/** Which incarnation of which actor is a client; `undefined` stands for one that is no actor, and never ends. */
export type Owner =
  | { readonly ref: ActorRef<unknown>; readonly incarnation: number }
  | undefined;

interface Hold {
  readonly incarnation: number;
  readonly onEnd: () => void;
}

interface Client {
  readonly holds: Set<Hold>;
  readonly watch: Disposable;
  /** The latest incarnation that is known of. */
  latest: number;
}

/** What clients hold, to be given up when they end or are restarted. */
export class Clients {
  readonly #context: Context;
  readonly #clients: Map<string, Client> = new Map();

  /** None yet; they are watched by the actor of `context`. */
  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Calls `onEnd` when a client has ended.
   *
   * @returns Takes that back.
   */
  hold(owner: Owner, onEnd: () => void): () => void {
    const core = coreIn(owner?.ref);
    if (owner === undefined || core === undefined) return () => {};
    const { endpoint, life, local = 0 } = core.address;
    const key = `${endpoint}.${life}.${local}`;
    const client = this.#clients.get(key) ?? this.#open(key, owner.ref);
    const hold = { incarnation: owner.incarnation, onEnd };
    client.holds.add(hold);
    // What an incarnation asked for that is over is given to nobody.
    if (owner.incarnation < client.latest) {
      queueMicrotask(() => this.#end(key, client.latest));
    }
    return () => {
      client.holds.delete(hold);
      if (client.holds.size === 0) this.#close(key);
    };
  }

  #open(key: string, ref: ActorRef<unknown>): Client {
    const watch = this.#context.watch(ref, () => this.#end(key, Infinity), {
      onRestart: ({ incarnation }) => this.#end(key, incarnation),
    });
    const client = { holds: new Set<Hold>(), watch, latest: 0 };
    this.#clients.set(key, client);
    return client;
  }

  #end(key: string, before: number): void {
    const client = this.#clients.get(key);
    // A thread that was given up is told that everybody has ended.
    if (client === undefined || isGivenUp(this.#context)) return;
    client.latest = before;
    const ended = [...client.holds].filter((h) => h.incarnation < before);
    for (const hold of ended) client.holds.delete(hold);
    if (client.holds.size === 0) this.#close(key);
    for (const { onEnd } of ended) onEnd();
  }

  #close(key: string): void {
    this.#clients.get(key)?.watch[Symbol.dispose]();
    this.#clients.delete(key);
  }
}
