/** Prints how many arguments the owners of actors hold that are not started again; needs `--expose-gc`. */
import type { ActorClass } from "../../mod.ts";
import { actor, System } from "../../src/actor/mod.ts";
import { supervise } from "../../src/supervisor/mod.ts";

class KeeperActor {
  readonly #size: number;
  constructor(bytes: Uint8Array) {
    this.#size = bytes.length;
  }
  size(): number {
    return this.#size;
  }
}
export const Keeper: ActorClass<[Uint8Array], KeeperActor> = actor(
  import.meta,
  "Keeper",
  KeeperActor,
);

/** Starts something with an argument that nobody else holds. */
async function held(
  start: (args: [Uint8Array]) => Promise<unknown>,
): Promise<WeakRef<object>> {
  const large = new Uint8Array(50_000);
  await start([large]);
  return new WeakRef(large);
}

if (import.meta.main) {
  await using system = new System();
  await using tree = await supervise({ children: [] }, system);
  const start = (restart: "temporary" | "permanent") => (args: [Uint8Array]) =>
    tree.startChild({ id: restart, actor: Keeper, args, restart });
  const all = {
    spawned: await held((args) => system.spawn(Keeper, args)),
    local: await held((args) =>
      system.spawn(Keeper, args, { placement: "local" })
    ),
    shared: await held((args) =>
      system.spawn(Keeper, args, { placement: "shared" })
    ),
    temporary: await held(start("temporary")),
    permanent: await held(start("permanent")),
  };
  // A WeakRef holds on until the turn in which it was made is over.
  await new Promise((resolve) => setTimeout(resolve, 0));
  (globalThis as unknown as { gc(): void }).gc();
  const kept = Object.entries(all).filter(([, ref]) =>
    ref.deref() !== undefined
  );
  console.log(JSON.stringify({
    active: tree.counts().active,
    held: kept.map(([name]) => name),
  }));
}
