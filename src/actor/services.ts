/**
 * Actors of which a system has one each, made when somebody first asks for them.
 *
 * They belong to the thread that made the system, and are no part of its tree.
 *
 * @module
 */
import { errorToWire } from "../error_wire.ts";
import { encode } from "../memory/codec.ts";
import { ENDPOINT } from "../memory/endpoints.ts";
import type { LaneReader } from "../memory/lane.ts";
import type { ActorClass } from "./define.ts";
import { Ask, askedAt } from "./mail/ask_book.ts";
import { type Address, KIND } from "./mail/protocol.ts";
import type { Spawner } from "./offspring.ts";
import { type ActorRef, coreIn } from "./ref.ts";
import type { SpawnOptions } from "./spawn_options.ts";
import type { Isolate } from "./thread/isolate.ts";

/** What a service is: the module of its definition, the name there, and how it is started. */
type ServiceKey = readonly [
  module: string,
  actor: string,
  options: SpawnOptions,
];
type Service = Promise<ActorRef<unknown>>;

const NO_TRANSFER: readonly Transferable[] = [];
/** The longest that a service is waited for, in milliseconds. */
const START_MS = 10_000;

/** The services of one system, at the thread that made it. */
export class Services {
  /** Whether the thread that made the system is in another process. */
  readonly apart?: boolean = false;
  readonly #isolate: Isolate;
  readonly #spawner: () => Spawner;
  readonly #made: Map<string, Service> = new Map();

  /** None yet; `spawner` starts them. */
  constructor(isolate: Isolate, spawner: () => Spawner) {
    this.#isolate = isolate;
    this.#spawner = spawner;
  }

  /** What starts them. */
  get spawner(): Spawner {
    return this.#spawner();
  }

  /** The service, which is started if there is none. */
  get([module, actor, options]: ServiceKey): Service {
    const key = `${module}#${actor}`;
    let service = this.#made.get(key);
    if (service === undefined) {
      const definition = { module, actor } as ActorClass<[], unknown>;
      service = this.#spawner().spawn(definition, [], options);
      this.#made.set(key, service);
      const forget = (): void => void this.#made.delete(key);
      // The next one who asks gets another.
      service.then((ref) => ref.exited).then(forget, forget);
    }
    return service;
  }

  /** Answers a record of the kind `SERVICE`. */
  receive(lane: LaneReader): void {
    const { b: askId, c: endpoint } = lane;
    const answer = (kind: number, value: unknown): void => {
      const life = this.#isolate.table.get(endpoint, ENDPOINT.LIFE);
      const encoded = encode(value);
      const parts = { a: 0, b: askId, encoded, transfer: NO_TRANSFER };
      this.#isolate.send(
        { endpoint, life },
        true,
        { kind, ...parts },
        Infinity,
      );
    };
    this.#isolate.readLater(lane, (read) => {
      this.get(read() as ServiceKey).then(
        (ref) => answer(KIND.REPLY, ref),
        (error) => answer(KIND.ERROR, errorToWire(error)),
      );
    });
  }
}

/** What each thread knows of the services of its system. */
const KNOWN: WeakMap<Isolate, Map<string, Service>> = new WeakMap();

/** The one actor of that definition in the system of `isolate`, on whatever thread this is. */
export async function serviceOf<C>(
  isolate: Isolate,
  { module, actor }: ActorClass<[], C>,
  options: SpawnOptions,
): Promise<ActorRef<C>> {
  const key: ServiceKey = [module, actor, options];
  if (isolate.services !== undefined) {
    return await isolate.services.get(key) as ActorRef<C>;
  }
  const known = KNOWN.get(isolate) ?? new Map<string, Service>();
  KNOWN.set(isolate, known);
  const name = `${module}#${actor}`;
  let service = known.get(name);
  if (service === undefined) {
    known.set(name, service = askMain(isolate, key));
    service.catch(() => known.delete(name));
  }
  const ref = await service;
  if (coreIn(ref)?.report === undefined) return ref as ActorRef<C>;
  if (known.get(name) === service) known.delete(name);
  return await serviceOf(isolate, { module, actor }, options);
}

/** Asks the thread that made the system. */
function askMain(isolate: Isolate, key: ServiceKey): Service {
  return new Promise((resolve, reject) => {
    const { asks, table } = isolate;
    const main: Address = { endpoint: 0, life: table.get(0, ENDPOINT.LIFE) };
    const ask = new Ask(
      asks,
      askedAt(main, "main"),
      key[1],
      [],
      START_MS,
      (ref) => resolve(ref as ActorRef<unknown>),
      reject,
    );
    ask.light = { sent: false, begun: true, capacity: 1 };
    asks.add(ask);
    const parts = { a: 0, b: ask.id, transfer: NO_TRANSFER };
    const record = { kind: KIND.SERVICE, ...parts, encoded: encode(key) };
    isolate.send(main, true, record, Infinity, ask);
    isolate.wake();
  });
}
