/** An actor that uses a map of a Manager. */
import { actor, type ActorClass, type MapRef } from "../../mod.ts";

class ManagerUser {
  /** Microseconds of one read, or one write, each after the one before. */
  async use(
    map: MapRef<string, number>,
    way: "get" | "set",
    count: number,
  ): Promise<number> {
    await map.set("key", count - 1);
    const start = performance.now();
    if (way === "get") { for (let n = 0; n < count; n++) await map.get("key"); }
    else for (let n = 0; n < count; n++) await map.set("key", n);
    return (performance.now() - start) * 1e3 / count;
  }
}

export const ManagerUserActor: ActorClass<[], ManagerUser> = actor(
  import.meta,
  "ManagerUserActor",
  ManagerUser,
);
