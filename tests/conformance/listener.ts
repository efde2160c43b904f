/** An actor that reads streams of a registry until it ends, and writes down what they give. */
import {
  actor,
  type ActorClass,
  type Context,
  type OwnedStream,
  type Registry,
  type RegistryStream,
} from "../../mod.ts";
import { Journal } from "./journal.ts";

class ListenerActor {
  readonly #registry: Registry;
  readonly #journal: Journal;
  readonly #early: boolean;
  #incarnation = 0;

  constructor(registry: Registry, journal: SharedArrayBuffer, early: boolean) {
    this.#registry = registry;
    this.#journal = new Journal(journal);
    this.#early = early;
  }

  async onStart(context: Context<ListenerActor>): Promise<void> {
    this.#incarnation = context.incarnation;
    if (!this.#early) await new Promise((resolve) => setTimeout(resolve));
    // After an await only its context knows who runs here.
    const options: OwnedStream = this.#early ? {} : { owner: context };
    const registry = this.#registry;
    const all: [string, RegistryStream<unknown>][] = [
      ["listing", registry.listing("group", undefined, options)],
      ["changes", registry.changes("group", undefined, options)],
      ["following", registry.following("name", undefined, options)],
    ];
    const news = registry.subscribe<string>("news", options);
    for (const [name, stream] of [...all, ["news", await news] as const]) {
      void this.#read(name, stream);
      await stream.opened;
    }
  }

  async #read(name: string, stream: RegistryStream<unknown>): Promise<void> {
    for await (const value of stream) {
      const empty = value === undefined ||
        Array.isArray(value) && value.length === 0;
      if (!empty) this.#journal.add(`${this.#incarnation} ${name}`);
    }
  }

  ready(): void {}

  fail(): never {
    throw new RangeError("told to");
  }
}

/** Reads streams of a registry. */
export const Listener: ActorClass<
  [registry: Registry, journal: SharedArrayBuffer, early: boolean],
  ListenerActor
> = actor(import.meta, "Listener", ListenerActor);
